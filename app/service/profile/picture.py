"""A picture made anew: whatever came, what is kept are 256 × 256 pixels that we have drawn ourselves.

Nothing else of it is left: no names, no places, no further frames, no script behind its end. SVG is a
program, and no picture here.
"""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

from app.core.offload import in_thread
from app.service.file.look import one_at_a_time

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

SIDE = 256
MOST_BYTES = 5 * 2**20
MOST_PIXELS = 25_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
MEDIA = "image/webp"


class PictureError(ValueError):
    """What came is no picture we take; the message is a sentence."""


def make_square(data: bytes) -> bytes:
    """The middle of a picture as WebP, `SIDE` pixels wide and high. Raises PictureError."""
    if len(data) > MOST_BYTES:
        raise PictureError(f"the picture has more than {MOST_BYTES // 2**20} MB")
    return in_thread(_made, data)


def _made(data: bytes) -> bytes:
    from PIL import Image, UnidentifiedImageError

    with one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
                return _written(_squared(picture))
        except PictureError:
            raise
        except UnidentifiedImageError as error:
            kinds = "is not a picture of a kind that is taken: PNG, JPEG, WebP or GIF"
            raise PictureError(kinds) from error
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
            raise _too_many() from error
        except Exception as error:  # Decoders raise anything at all on hostile bytes.
            raise PictureError("this picture cannot be read") from error


def _squared(picture: Picture) -> Picture:
    """The first frame, upright, with nothing but its pixels."""
    from PIL import Image, ImageOps

    # The head says how large it is, before anything is decoded.
    if picture.width * picture.height > MOST_PIXELS:
        raise _too_many()
    picture.draft("RGB", (2 * SIDE, 2 * SIDE))
    upright = ImageOps.exif_transpose(picture)
    has_alpha = "A" in upright.getbands() or "transparency" in upright.info
    square = ImageOps.fit(
        upright.convert("RGBA" if has_alpha else "RGB"), (SIDE, SIDE), Image.Resampling.LANCZOS
    )
    square.info.clear()
    return square


def _written(picture: Picture) -> bytes:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=85)
    return out.getvalue()


def _too_many() -> PictureError:
    return PictureError(f"the picture has more than {MOST_PIXELS // 1_000_000} million pixels")
