"""Pages made to crash their reader or to keep it busy: each is read in time that grows with its length."""

from __future__ import annotations

import pytest

from app.engine.tamper.inventory import Inventory, take_inventory
from app.engine.tamper.inventory.script import read_script
from app.engine.tamper.inventory.style import hides, read_rules
from app.engine.tamper.judge import judge
from app.engine.tamper.profile import Profile, learn
from app.engine.tamper.types import Observation, Scope
from tests.bounded import within_cpu

SECONDS = 2.5
"""CPU time for 100 kB, several times what is needed, since other work runs beside."""
URL = "https://www.site.example/"


def _filled(piece: str, size: int = 100_000) -> str:
    return (piece * (size // len(piece) + 1))[:size]


def _page(text: str, content_type: str = "text/html") -> Inventory:
    return take_inventory(Observation(URL, 200, text.encode("utf-8", "replace"), 0, content_type))


CODE = ('"a\\', "=/[", "=/[a", "'a\n", "`a\\`", "constructor" + " " * 5000, "referrer ", "a.", '"//a.', "[1,")
STYLE = ("@media print{a{b}", "@media print ", "@media", "a", "url(", "a-", "/*", ":not(", "@media print{")
NESTED = (
    "<a href=x><div>",
    "<button><a href=x>t",
    "<x-a><a href=/b title=c>",
    "<div>",
    "<i>x",
    "<table><td>",
)


@pytest.mark.parametrize("piece", CODE)
def test_code_without_ends_is_read_in_bounded_time(piece: str) -> None:
    with within_cpu(SECONDS):
        read_script(_filled(piece))


@pytest.mark.parametrize("piece", STYLE)
def test_a_style_sheet_without_ends_is_read_in_bounded_time(piece: str) -> None:
    with within_cpu(SECONDS):
        read_rules([_filled(piece)])


@pytest.mark.parametrize("piece", ["a-", "translate(", "scale", "1", "/*", "rgba(,0"])
def test_a_style_attribute_is_read_in_bounded_time(piece: str) -> None:
    with within_cpu(SECONDS):
        hides(f"display:block;transform:{_filled(piece)}")


@pytest.mark.parametrize("piece", NESTED)
def test_links_within_links_are_read_in_bounded_time(piece: str) -> None:
    with within_cpu(SECONDS):
        _page(_filled(piece))


@pytest.mark.parametrize("name", ["0", "a1", "0a0-", "a" * 9 + "0"])
def test_a_class_of_100_000_letters_is_read_in_bounded_time(name: str) -> None:
    with within_cpu(SECONDS):
        _page(f"<p class='{_filled(name)}!'>text")


def test_a_level_of_a_hundred_thousand_digits_is_a_level() -> None:
    page = _page(f"<p style='position:fixed;inset:0;z-index:{_filled('9')}'>text")
    assert [ref.role for ref in page.refs] == ["cover"]


def test_a_long_base_does_not_multiply_with_the_links() -> None:
    page = _page(f"<base href=http://h.example/{_filled('a')}/>" + "<a href=b>c</a>" * 1000)
    assert sum(len(anchor.url) for anchor in page.anchors) < 3_000_000


def test_ten_thousand_accounts_are_judged_in_bounded_time() -> None:
    before, after = (
        _page("".join(f"<p>write to us at {name}{i}@e{i}{name}.example" for i in range(3_000)))
        for name in ("old", "new")
    )
    profile = learn([before] * 3)
    with within_cpu(4):
        assert judge(profile, after).verdict == "alert"


@pytest.mark.parametrize(
    "label", ["undefined", "hz", "iso-2022-jp", "utf-7", "utf-16", "idna", "hex", "unicode"]
)
def test_any_encoding_named_is_read(label: str) -> None:
    page = _page("<p>hello there &#xD800; &#99999999999; you~{", f"text/html; charset={label}")
    assert Inventory.from_bytes(page.to_bytes()) == page


@pytest.mark.parametrize(
    "body", [b"\xff\xfe<", b"\xfe\xff\xd8\x00", b"\0" * 1000, b"\xef\xbb\xbf\xff\xfe<p>a", b""]
)
def test_broken_marks_and_nothing_are_pages_too(body: bytes) -> None:
    page = take_inventory(Observation(URL, 200, body, 0))
    profile = learn([page] * 3)
    assert Profile.from_bytes(profile.to_bytes()) == profile


@pytest.mark.parametrize("selector", [":has(a)", "a:not(", "*, " * 500 + "p", "a[b", "p:nth-child(2n+"])
def test_a_selector_that_cannot_be_used_leaves_the_page(selector: str) -> None:
    scope = Scope((), (selector,))
    assert take_inventory(Observation(URL, 200, b"<html><body><b>text</b></body>", 0), scope).elements


def test_an_attribute_no_parser_likes_hides_nothing() -> None:
    found = _page("<p hx-\x01on=a><a href=http://x.example/>x</a><script src=//evil.example/x.js></script>")
    assert [ref.host for ref in found.refs] == ["evil.example"]
