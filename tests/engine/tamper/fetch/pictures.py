"""Pictures made for tests."""

from __future__ import annotations

import random
import struct
import zlib
from io import BytesIO

from PIL import Image, ImageFilter


def picture(seed: int, size: tuple[int, int] = (200, 120)) -> Image.Image:
    """A soft pattern, another one for each seed."""
    noise = Image.new("RGB", (8, 6))
    dice = random.Random(seed)
    noise.putdata([(dice.randrange(256), dice.randrange(256), dice.randrange(256)) for _ in range(48)])
    return noise.resize(size, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(1))


def encoded(image: Image.Image, kind: str, **how: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **how)
    return buffer.getvalue()


def png(seed: int) -> bytes:
    return encoded(picture(seed), "PNG")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_bomb(width: int, height: int) -> bytes:
    """A PNG of few bytes that claims, and holds, so many black points."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(bytes(width + 1)) for _ in range(height)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")
