"""Thumbnails: decoded, small, and with nothing in them but pixels."""

from __future__ import annotations

import io
import resource
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from PIL import Image

from app.core.errors import NotFoundError
from app.service.actor import Actor
from app.service.file.store import NoSpaceError, get_file_store
from app.service.file.thumbnail import SIDE, has_thumbnail, thumbnail_of
from tests.service.file.kept import picture, take_one


def test_it_is_small_and_keeps_its_shape(owner: Actor) -> None:
    file = take_one(owner, "wide.png", picture(1600, 800))
    with Image.open(thumbnail_of(file)) as small:
        assert (small.format, small.size) == ("WEBP", (SIDE, SIDE // 2))


def test_a_small_picture_is_not_blown_up(owner: Actor) -> None:
    with Image.open(thumbnail_of(take_one(owner, "dot.png", picture(10, 10)))) as small:
        assert small.size == (10, 10)


def test_nothing_but_pixels_is_in_it(owner: Actor) -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    data = picture(600, 400, "JPEG", exif=exif) + b"<script>alert(1)</script>"
    small = thumbnail_of(take_one(owner, "home.jpg", data)).read_bytes()
    assert b"taken at home" not in small
    assert b"script" not in small


def test_it_stands_upright(owner: Actor) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # The camera was held upright.
    file = take_one(owner, "tall.jpg", picture(200, 100, "JPEG", exif=exif))
    with Image.open(thumbnail_of(file)) as small:
        assert small.size == (100, 200)


def test_what_is_seen_through_stays_so(owner: Actor) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(thumbnail_of(take_one(owner, "clear.png", out.getvalue()))) as small:
        assert small.mode == "RGBA"


def test_it_is_made_once(owner: Actor) -> None:
    file = take_one(owner, "a.png", picture())
    made = thumbnail_of(file).stat().st_mtime_ns
    assert thumbnail_of(file).stat().st_mtime_ns == made


def test_text_has_none(owner: Actor) -> None:
    file = take_one(owner)
    assert not has_thumbnail(file)
    with pytest.raises(NotFoundError):
        thumbnail_of(file)


def test_a_picture_that_is_broken_inside_has_none(app: Flask, owner: Actor) -> None:
    file = take_one(owner, "cut.png", picture(500, 500)[:-200])
    with pytest.raises(NotFoundError):
        thumbnail_of(file)
    assert list(get_file_store().folder.glob(".draft.*")) == []


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """What the system says then is what it says of a full disk, but for the number."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_no_bad_picture(app: Flask, owner: Actor) -> None:
    file = take_one(owner, "a.png", picture(600, 400))
    with no_file_longer_than(20), pytest.raises(NoSpaceError):
        thumbnail_of(file)
    assert thumbnail_of(file).stat().st_size > 20
