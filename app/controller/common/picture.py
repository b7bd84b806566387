"""A picture that is sent with a request."""

from __future__ import annotations

from flask import request

from app.core.errors import InvalidError
from app.service.profile.picture import MOST_BYTES

FIELD = "picture"


def sent_picture() -> bytes:
    """The bytes of the file in the field `picture`; the request as a whole is bounded."""
    if wrong := sorted(set(request.files) - {FIELD}):
        raise InvalidError({name[:100]: "is not known here" for name in wrong})
    sent = request.files.get(FIELD)
    data = sent.read(MOST_BYTES + 1) if sent else b""
    if not data:
        raise InvalidError({FIELD: "send a picture, as multipart/form-data"})
    return data
