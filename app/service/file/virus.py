"""Files shown to a virus scanner before they are kept: clamd, by its INSTREAM command (`man clamd`).

Only where CLOUDEYE_CLAMD names one; where it does and the scanner is away, nothing is taken in. A file goes
to the scanner's socket in pieces, each behind its length, and never as a name: clamd may run as another user,
in a container or on another machine, and needs to read nothing of ours.
"""

from __future__ import annotations

import logging
import re
import socket
import struct
from pathlib import Path

from app.core.settings import get_settings
from app.service.file.look import RefusedError

log = logging.getLogger("cloudeye.file")
SECONDS = 60.0
"""How long the scanner may keep still before it counts as away."""
PIECE = 64 * 1024
MOST_ANSWER = 4096
AWAY = "the virus scanner does not answer; try again later"
TOO_LARGE = "the file is larger than the virus scanner takes"
_FOUND = re.compile(r"stream: (?P<name>.{1,200}) FOUND")


class InfectedError(RefusedError):
    """`name` is what the scanner calls it."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"the virus scanner found {name}")


def scan(path: Path) -> None:
    """`InfectedError` for what the scanner knows, `RefusedError` when it did not say that a file is clean."""
    address = str(vars(get_settings())["CLAMD"])
    if not address:
        return
    try:
        answer = _ask(address, path)
    except OSError as error:
        log.warning("file.scanner_away", extra={"address": address, "error": str(error)[:200]})
        raise RefusedError(AWAY) from error
    if answer == "stream: OK":
        return
    if found := _FOUND.fullmatch(answer):
        raise InfectedError(found["name"])
    log.warning("file.not_scanned", extra={"answer": answer[:200]})
    raise RefusedError(TOO_LARGE if "size limit exceeded" in answer else AWAY)


def _ask(address: str, path: Path) -> str:
    """What the scanner says of a file's bytes."""
    with _connected(address) as connection, path.open("rb") as file:
        connection.sendall(b"zINSTREAM\0")
        try:
            while piece := file.read(PIECE):
                connection.sendall(struct.pack(">I", len(piece)) + piece)
            connection.sendall(struct.pack(">I", 0))
        except (BrokenPipeError, ConnectionResetError):
            pass  # It hangs up on what is too large for it, having said so.
        return _answer(connection)


def _connected(address: str) -> socket.socket:
    if address.startswith("unix:"):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(SECONDS)
        try:
            connection.connect(address.removeprefix("unix:"))
        except OSError:
            connection.close()
            raise
        return connection
    host, _, port = address.removeprefix("tcp:").rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS)


def _answer(connection: socket.socket) -> str:
    """All that it says, to the end of the line or of the connection."""
    said = b""
    while b"\0" not in said and len(said) < MOST_ANSWER:
        part = connection.recv(MOST_ANSWER)
        if not part:
            break
        said += part
    return said.partition(b"\0")[0].decode(errors="replace").strip()
