"""Files for tests, brought in as an upload brings them."""

from __future__ import annotations

import io
import struct
import zlib

from app.models import File, db
from app.service.actor import Actor
from app.service.file.target import targets_of
from app.service.file.upload import Intake, Outcome


def take(actor: Actor, *files: tuple[str, bytes], **named: int) -> list[Outcome]:
    """Upload files, attached to the thing that is named."""
    intake = Intake(actor)
    try:
        for name, data in files:
            intake.begin(name).write(data)
        return intake.finish(targets_of(db.session(), actor, **named))
    finally:
        intake.close()


def take_one(actor: Actor, name: str = "notes.txt", data: bytes = b"seen at noon", **named: int) -> File:
    (outcome,) = take(actor, (name, data), **named)
    assert outcome.file is not None, outcome.error
    return outcome.file


def picture(width: int = 60, height: int = 40, form: str = "PNG", **saving: object) -> bytes:
    """A picture with some colour in it."""
    from PIL import Image

    made = Image.new("RGB", (width, height), (200, 30, 30))
    out = io.BytesIO()
    made.save(out, form, **saving)
    return out.getvalue()


def giant_png(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few bytes that says it has 3.6 billion pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
