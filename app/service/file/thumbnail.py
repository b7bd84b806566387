"""Thumbnails: the only thing of a file that is ever shown in place, decoded and made anew by us.

Whatever the picture carried (places, names, colour profiles, further images, a script behind its end) is not
in it. It is made when it is first asked for and lies beside the file; it can be made anew at any time.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.errors import NotFoundError
from app.core.offload import in_thread
from app.models import File
from app.service.file.draft import draft_path
from app.service.file.look import PICTURES, READABLE, one_at_a_time
from app.service.file.store import FileStore, GoneError, get_file_store, telling

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

SIDE = 320
"""Pixels at most on either side."""
MOST_PIXELS = 40_000_000
"""Larger pictures have none: decoding them would take too much memory (JPEG is made smaller on the way)."""
MEDIA = "image/webp"


def has_thumbnail(file: File) -> bool:
    """Is it a picture that can be shown small?"""
    if file.media not in PICTURES or not file.width or not file.height:
        return False
    return file.media == "image/jpeg" or file.width * file.height <= MOST_PIXELS


def thumbnail_of(file: File) -> Path:
    """Where the thumbnail lies, made now when there is none; `NotFoundError` where none can be made."""
    if not has_thumbnail(file):
        raise NotFoundError("there is no thumbnail of this file")
    store = get_file_store()
    target = store.thumbnail_path(file.sha256)
    if not target.is_file():
        with telling():
            in_thread(_make, store, file.sha256, target)
    return target


def _make(store: FileStore, name: str, target: Path) -> None:
    from PIL import Image

    draft = draft_path(store.folder)
    try:
        # Another may have made it while we waited for our turn.
        with one_at_a_time:
            if target.is_file():
                return
            with Image.open(store.path(name), formats=READABLE) as picture:
                small = _small(picture)
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o640)
            with os.fdopen(handle, "wb") as file:
                small.save(file, "WEBP", quality=80)
            draft.replace(target)
    except FileNotFoundError as error:
        raise GoneError from error
    except Exception as error:  # Decoders raise anything at all on hostile bytes.
        if isinstance(error, OSError) and error.errno is not None:
            raise  # The disk's word, and none about the picture.
        raise NotFoundError("there is no thumbnail of this file") from error
    finally:
        draft.unlink(missing_ok=True)


def _small(picture: Picture) -> Picture:
    """The first frame, upright, at most `SIDE` wide and high, with nothing but its pixels."""
    from PIL import ImageOps

    picture.draft("RGB", (2 * SIDE, 2 * SIDE))
    if picture.width * picture.height > MOST_PIXELS:
        raise ValueError("too many pixels")
    upright = ImageOps.exif_transpose(picture)
    has_alpha = "A" in upright.getbands() or "transparency" in upright.info
    small = upright.convert("RGBA" if has_alpha else "RGB")
    small.thumbnail((SIDE, SIDE))
    small.info.clear()
    return small
