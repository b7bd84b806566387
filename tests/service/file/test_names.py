"""Names of files: what is taken of what was sent."""

from __future__ import annotations

import pytest

from app.service.file.names import MAX_NAME_BYTES, clean_name, extension_of

TABLE = [
    ("report.pdf", "report.pdf"),
    ("../../etc/passwd", "passwd"),
    ("C:\\Users\\me\\截图.png", "截图.png"),
    ("/absolute/path.txt", "path.txt"),
    ("a\x00b\r\nSet-Cookie: x.txt", "abSet-Cookie_ x.txt"),
    ("invoice\u202egpj.exe", "invoicegpj.exe"),
    ("  .hidden. ", "hidden"),
    ("..", "file"),
    ("", "file"),
    ("con.txt", "_con.txt"),
    ('we "quote" <b>.html', "we _quote_ _b_.html"),
    ("e\u0301t\u00e9.txt", "\u00e9t\u00e9.txt"),
]


@pytest.mark.parametrize(("given", "kept"), TABLE)
def test_it_is_made_harmless(given: str, kept: str) -> None:
    assert clean_name(given) == kept


def test_a_long_name_keeps_its_extension() -> None:
    name = clean_name("证" * 200 + ".jpeg")
    assert len(name.encode()) <= MAX_NAME_BYTES
    assert name.endswith("证.jpeg")


@pytest.mark.parametrize(
    ("name", "extension"), [("a.TAR", "tar"), ("none", ""), (".png", ""), ("a.b.c", "c")]
)
def test_an_extension_stands_behind_the_last_dot(name: str, extension: str) -> None:
    assert extension_of(name) == extension
