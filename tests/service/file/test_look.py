"""What a file is, by its content."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.service.file.draft import Draft
from app.service.file.look import Looked, RefusedError, look, media_of
from tests.service.file.kept import giant_png, picture

TABLE = [
    (b"seen at noon", "text/plain"),
    ("看到了".encode()[:-1], "text/plain"),
    (b"\xe7\x9c(\xff", "application/octet-stream"),
    ("看到了".encode("utf-16"), "text/plain"),
    (b"MZ is how this sentence begins", "text/plain"),
    (b"MZ\x90\x00\x03\x00\x00\x00", "application/x-msdownload"),
    (b"%PDF-1.7\n", "application/pdf"),
    (b"PK\x03\x04\x14\x00", "application/zip"),
    (b"\xef\xbb\xbf <!DOCTYPE html><p>x", "text/html"),
    (b"<p>so</p><script>alert(1)</script>", "text/html"),
    (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
    (b'<?xml version="1.0"?><feed/>', "text/xml"),
    (b"\x00\x01\x02\x03", "application/octet-stream"),
]


@pytest.mark.parametrize(("beginning", "media"), TABLE)
def test_its_type_is_what_it_begins_like(beginning: bytes, media: str) -> None:
    assert media_of(beginning) == media


def looked(folder: Path, data: bytes, name: str) -> Looked:
    with Draft(folder, limit=10**9) as draft:
        draft.write(data)
        return look(draft, name)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "BMP"])
def test_a_picture_has_its_size(tmp_path: Path, form: str) -> None:
    seen = looked(tmp_path, picture(60, 40, form), "shot")
    assert (seen.width, seen.height) == (60, 40)
    assert seen.media == f"image/{form.lower()}"


def test_text_has_none(tmp_path: Path) -> None:
    assert looked(tmp_path, b"a log", "a.log") == Looked("text/plain")


REFUSED = [
    (b"", "empty.txt", "the file is empty"),
    (b"<script>alert(1)</script>", "photo.png", "its name ends in .png, but its content is text/html"),
    (b"MZ\x90\x00\x03\x00", "bill.PDF", "its name ends in .pdf, but its content is application/x-msdownload"),
    (giant_png(), "bomb.png", "the image has too many pixels"),
    (picture()[:20], "cut.png", "the image cannot be read"),
]


@pytest.mark.parametrize(("data", "name", "why"), REFUSED)
def test_it_is_refused(tmp_path: Path, data: bytes, name: str, why: str) -> None:
    with pytest.raises(RefusedError, match=why):
        looked(tmp_path, data, name)


def test_a_picture_may_have_another_pictures_name(tmp_path: Path) -> None:
    assert looked(tmp_path, picture(form="PNG"), "shot.jpg").media == "image/png"
