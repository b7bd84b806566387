"""What a file is, by its content: never by its name, and never by what a browser calls it."""

from __future__ import annotations

import codecs
import re
import warnings
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import CloudEyeError
from app.core.offload import in_thread, thread_lock
from app.service.file.draft import Draft
from app.service.file.names import extension_of

BEGINNING = 8192
UNKNOWN = "application/octet-stream"
READABLE = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
"""Formats whose pictures are decoded. Others are kept and never looked into."""
PICTURES = frozenset(("image/png", "image/apng", "image/jpeg", "image/gif", "image/webp", "image/bmp"))
# Extensions of what people open by a click: behind them must be what they say.
_CLAIMS = dict.fromkeys(("png", "apng", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "ico"), "image")
_CLAIMS |= {"avif": "image", "heic": "image", "svg": "image", "pdf": "application/pdf"}
# Kinds that begin with letters, and so look like text.
_LETTERED = frozenset(("application/pdf", "application/rtf", "application/postscript"))
_HTML = re.compile(rb"<(!doctype\s+html|html|head|body|script|iframe|meta|title)\b", re.IGNORECASE)
_SVG = re.compile(rb"<svg\b", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
one_at_a_time = thread_lock()
"""A picture may take 350 MB while it is decoded: never two of them in a process."""


class RefusedError(CloudEyeError):
    """A file that is not taken; `msg` is the sentence why."""

    code = 11001
    http_status = 400


@dataclass(frozen=True, slots=True)
class Looked:
    """`width` and `height` in pixels, of pictures that can be decoded."""

    media: str
    width: int | None = None
    height: int | None = None


def look(draft: Draft, name: str) -> Looked:
    """What was written, or `RefusedError`: empty, not what its name says, a broken or giant picture."""
    if not draft.size:
        raise RefusedError("the file is empty")
    media = media_of(draft.beginning(BEGINNING))
    claimed = _CLAIMS.get(extension_of(name))
    if claimed is not None and not media.startswith(claimed):
        raise RefusedError(f"its name ends in .{extension_of(name)}, but its content is {media}")
    if media not in PICTURES:
        return Looked(media)
    return Looked(media, *in_thread(dimensions, draft.path))


def media_of(beginning: bytes) -> str:
    """The media type of what begins like this."""
    import filetype  # type: ignore[import-untyped]

    found = filetype.guess_mime(beginning)
    if found in _LETTERED:
        return str(found)
    if _is_text(beginning):
        return _kind_of_text(beginning)
    return str(found or UNKNOWN)


def _is_text(beginning: bytes) -> bool:
    """Is it UTF-8, or UTF-16 with its mark, without control characters that no text has?"""
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        decoder = codecs.getincrementaldecoder("utf-16")()
    else:
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        # Incrementally: the last character may be cut in two.
        return _CONTROL.search(decoder.decode(beginning)) is None
    except UnicodeDecodeError:
        return False


def _kind_of_text(beginning: bytes) -> str:
    start = beginning.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if not start.startswith(b"<"):
        return "text/plain"
    if _SVG.search(start):
        return "image/svg+xml"
    return "text/html" if _HTML.search(start) else "text/xml" if start.startswith(b"<?xml") else "text/plain"


def dimensions(path: Path) -> tuple[int, int]:
    """Width and height of a picture, from its head; `RefusedError` when it cannot be one."""
    from PIL import Image

    with one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(path, formats=READABLE) as picture:
                return picture.size
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
            raise RefusedError("the image has too many pixels") from error
        except Exception as error:  # Decoders raise anything at all on hostile bytes.
            raise RefusedError("the image cannot be read") from error
