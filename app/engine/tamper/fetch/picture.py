"""A picture's difference hash: alike for a picture scaled or compressed anew, other for another picture.

The picture is shrunk to 9 × 8 greys, and each of the 64 bits says whether a point is darker than its right
neighbour (N. Krawetz, "Kind of Like That", 2013). Pictures come from strangers, so only common formats are
opened, of bounded dimensions, and nothing is trusted to be what it says.
"""

from __future__ import annotations

import threading
import warnings
from io import BytesIO

from PIL import Image

MAX_PIXELS = 16_000_000
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "ICO")
_WIDTH, _HEIGHT = 9, 8
# libjpeg goes over the whole picture once a scan, and a scan may be a few bytes long.
_MAX_JPEG_SCANS = 64
_JPEG_SCAN = b"\xff\xda"
# Behind transparent parts: neither a black nor a white mark may vanish in it.
_GREY = (128, 128, 128, 255)

# Pillow refuses from twice this number on, also for pictures inside an icon.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
_lock = threading.Lock()


def picture_hash(data: bytes) -> str | None:
    """The 64-bit hash in hex; None when the bytes are no picture that may be decoded. Never raises."""
    if data[:2] == b"\xff\xd8" and data.count(_JPEG_SCAN) > _MAX_JPEG_SCANS:
        return None
    try:
        # It warns of sizes below its own limit, and of icons that say another size than they have. Warnings
        # are switched for the whole process, hence the lock.
        with (
            _lock,
            warnings.catch_warnings(action="ignore"),
            Image.open(BytesIO(data), formats=FORMATS) as picture,
        ):
            if picture.width * picture.height > MAX_PIXELS:
                return None
            # A JPEG is decoded at an eighth of its size where that is enough; others ignore it.
            picture.draft("RGB", (8 * _WIDTH, 8 * _HEIGHT))
            return _hash_of(_flat(picture).resize((_WIDTH, _HEIGHT), Image.Resampling.BOX))
    except (Exception, MemoryError):  # Pillow's decoders raise whatever the bytes lead them to.
        return None


def _flat(picture: Image.Image) -> Image.Image:
    """In greys, on grey where it is transparent."""
    if picture.mode in ("L", "RGB") and "transparency" not in picture.info:
        return picture.convert("L")
    colours = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", colours.size, _GREY), colours).convert("L")


def _hash_of(small: Image.Image) -> str:
    greys = small.tobytes()
    bits = 0
    for row in range(_HEIGHT):
        for column in range(_WIDTH - 1):
            place = row * _WIDTH + column
            bits = bits << 1 | (greys[place] < greys[place + 1])
    return f"{bits:016x}"
