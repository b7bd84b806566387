"""How pictures look, in 64 bits."""

from __future__ import annotations

import zlib

import pytest
from PIL import Image

from app.engine.tamper.fetch.picture import picture_hash
from tests.bounded import within_cpu
from tests.engine.tamper.fetch.pictures import encoded, picture, png, png_bomb


def distance(one: str | None, other: str | None) -> int:
    assert one is not None
    assert other is not None
    return (int(one, 16) ^ int(other, 16)).bit_count()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "ICO"])
def test_it_is_alike_in_every_format(kind: str) -> None:
    square = picture(1, (128, 128))
    assert distance(picture_hash(encoded(square, "PNG")), picture_hash(encoded(square, kind))) <= 6


def test_it_is_alike_for_another_size_and_quality() -> None:
    small = encoded(picture(2).resize((100, 60)), "JPEG", quality=40)
    assert distance(picture_hash(png(2)), picture_hash(small)) <= 6


def test_it_is_other_for_another_picture() -> None:
    assert min(distance(picture_hash(png(1)), picture_hash(png(seed))) for seed in range(2, 12)) >= 12


@pytest.mark.parametrize("ink", [0, 255])
def test_it_sees_a_mark_of_any_colour_on_nothing(ink: int) -> None:
    mark = Image.new("RGBA", (90, 80), (ink, ink, ink, 0))
    mark.paste((ink, ink, ink, 255), (10, 10, 40, 70))
    assert picture_hash(encoded(mark, "PNG")) != "0" * 16


def test_it_takes_an_animations_first_picture() -> None:
    frames = [picture(seed).convert("P") for seed in (1, 2)]
    moving = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert distance(picture_hash(moving), picture_hash(png(1))) <= 8


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<svg/>", png(1)[:200], b"\xff\xd8\xff\xe0" + bytes(1000)])
def test_it_says_nothing_of_what_is_no_picture(data: bytes) -> None:
    assert picture_hash(data) is None


@pytest.mark.parametrize("size", [(60_000, 60_000), (5_000, 5_000)])
def test_it_does_not_decode_a_bomb(size: tuple[int, int]) -> None:
    bomb = png_bomb(size[0], min(size[1], 50))
    width, height = size
    with within_cpu(0.6):
        assert picture_hash(_claiming(bomb, width, height)) is None


def test_it_does_not_go_over_a_jpeg_for_ever() -> None:
    whole = encoded(picture(1, (2000, 2000)), "JPEG", progressive=True)
    scan = whole.rindex(b"\xff\xda")
    again = whole[scan:-2]
    assert picture_hash(whole[:-2] + again * 5000 + b"\xff\xd9") is None


def test_it_does_not_decode_a_bomb_in_an_icon() -> None:
    assert picture_hash(_icon_of(png(1))) == picture_hash(png(1))
    assert picture_hash(_icon_of(png_bomb(8000, 8000))) is None


def _icon_of(content: bytes) -> bytes:
    """An icon that says 64 × 64, whatever the PNG inside says."""
    entry = (
        bytes([64, 64, 0, 0, 1, 0, 32, 0]) + len(content).to_bytes(4, "little") + (22).to_bytes(4, "little")
    )
    return bytes([0, 0, 1, 0, 1, 0]) + entry + content


def _claiming(data: bytes, width: int, height: int) -> bytes:
    """The same PNG with other dimensions in its head. Their checksum is not looked at before they are."""
    head = data[:16] + width.to_bytes(4, "big") + height.to_bytes(4, "big") + data[24:29]
    return head + zlib.crc32(head[12:29]).to_bytes(4, "big") + data[33:]
