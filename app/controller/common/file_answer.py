"""Files to take away: streamed, whole or in part, by nginx where it is told to, and never shown in place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Response, current_app, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import parse_etags

from app.models import File
from app.service.file.look import PICTURES, UNKNOWN
from app.service.file.names import NAMELESS
from app.service.file.store import GoneError, get_file_store
from app.service.file.thumbnail import MEDIA, thumbnail_of

INTERNAL = "/_content/"
"""Where nginx has the store's folder, for itself alone (`internal`)."""
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"
PIECE_BYTES = 64 * 1024
OFFICE = "application/vnd.openxmlformats-officedocument"
# What no browser makes a page or a program of. Everything else is sent as mere bytes.
QUIET = PICTURES | {
    "application/pdf",
    "application/zip",
    "application/gzip",
    "text/plain",
    "text/csv",
    f"{OFFICE}.spreadsheetml.sheet",
    f"{OFFICE}.wordprocessingml.document",
    f"{OFFICE}.presentationml.presentation",
}
_ONE_RANGE = re.compile(r"bytes=\s*([0-9]{1,19}-[0-9]{0,19}|-[0-9]{1,19})\s*\Z", re.IGNORECASE)


class Pieces(Iterator[bytes]):
    """A file's bytes from some place on, in pieces; opened with the first, which HEAD never asks for."""

    def __init__(self, path: Path) -> None:
        self._path, self._begin = path, 0
        self._file: FileIO | None = None

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int) -> None:
        self._begin = offset

    def tell(self) -> int:
        return self._begin

    def __next__(self) -> bytes:
        if self._file is None:
            self._file = self._path.open("rb", buffering=0)
            self._file.seek(self._begin)
        if piece := self._file.read(PIECE_BYTES):
            return piece
        raise StopIteration

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def file_answer(file: File) -> Response:
    """A file as an attachment: whole, or the one range that is asked for (RFC 9110, 14).

    Ask before whether whoever asks may have it. `GoneError` when its bytes are not there.
    """
    media = file.media if file.media in QUIET else UNKNOWN
    response = _sent(get_file_store().path(file.sha256), media, file.sha256)
    response.headers["Content-Disposition"] = _disposition(file.name)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def thumbnail_answer(file: File) -> Response:
    """A picture's thumbnail, the one thing that is shown in place: we have made it ourselves."""
    response = _sent(thumbnail_of(file), MEDIA, f"{file.sha256}-thumbnail")
    response.headers["Content-Disposition"] = "inline"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def _sent(path: Path, media: str, etag: str) -> Response:
    """The bytes at a path of the store; by nginx when the setting says so."""
    try:
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise GoneError from error
    response = Response(mimetype=media)
    response.set_etag(etag)
    response.headers["Content-Security-Policy"] = SANDBOX
    if current_app.config["X_ACCEL"]:
        response.make_conditional({**request.environ, "HTTP_RANGE": ""})  # nginx sees to ranges
        if response.status_code == 200:
            response.headers["X-Accel-Redirect"] = f"{INTERNAL}{path.parent.name}/{path.name}"
        return response
    response.response = Pieces(path)
    response.direct_passthrough = True
    response.content_length = size
    try:
        response.make_conditional(_environ(etag, size), accept_ranges=True, complete_length=size)
    except RequestedRangeNotSatisfiable:
        return _no_such_range(size)
    return response


def _environ(etag: str, size: int) -> dict[str, Any]:
    """The request's, without a range that is to be ignored: of several parts, of other units, or not needed.

    Not needed is a range of what the client has already: 304 goes before 206 (RFC 9110, 13.2.2). A weak tag
    never says that the parts fit together (13.1.5); the last bytes, more than there are, are all (14.1.2).
    """
    environ = dict(request.environ)
    asked = _ONE_RANGE.match(environ.get("HTTP_RANGE", ""))
    is_known = parse_etags(environ.get("HTTP_IF_NONE_MATCH")).contains(etag)
    is_weak = environ.get("HTTP_IF_RANGE", "").lstrip().startswith("W/")
    if is_known or is_weak or asked is None:
        environ.pop("HTTP_RANGE", None)
    elif asked[1].startswith("-") and int(asked[1][1:]) > size:
        environ["HTTP_RANGE"] = "bytes=0-"
    return environ


def _no_such_range(size: int) -> Response:
    return Response(status=416, headers={"Content-Range": f"bytes */{size}"})


def _disposition(name: str) -> str:
    """An attachment's name, for those that read RFC 5987 and for those that do not."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r'["\\%;]', "_", plain).strip()
    if not plain or plain.startswith("."):
        plain = f"{NAMELESS}{plain}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
