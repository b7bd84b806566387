"""Uploads shown to clamd, spoken with as its manual says: pieces behind their lengths, an end of length 0."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.core.settings import get_settings
from app.models import AuditEntry, File, db
from app.service.actor import Actor
from app.service.file.virus import AWAY, PIECE, TOO_LARGE
from config.env import scanner
from tests import servers
from tests.service.file.kept import take

# The test file of EICAR, in two parts, so that no scanner finds it here.
SIGNATURE = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
MOST = 300_000


class _Clamd(socketserver.StreamRequestHandler):
    """Answers INSTREAM as clamd does; hangs up where a message breaks the protocol."""

    def handle(self) -> None:
        if self.rfile.read(10) != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        body = b""
        while size := struct.unpack(">I", self.rfile.read(4))[0]:
            if len(body) + size > MOST:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
            body += self.rfile.read(size)
        found = SIGNATURE in body
        self.wfile.write(b"stream: Eicar-Signature FOUND\0" if found else b"stream: OK\0")

    def address_string(self) -> str:
        return "unix"


class _UnixServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


class _TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True


@contextmanager
def _serving(server: Any) -> Iterator[None]:
    with server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()


@pytest.fixture(params=["unix", "tcp"])
def clamd(request: pytest.FixtureRequest, owner: Actor) -> Iterator[None]:
    with servers.short_folder() as folder:
        if request.param == "unix":
            server: Any = _UnixServer(str(folder / "clamd.sock"), _Clamd)
            address = f"unix:{folder / 'clamd.sock'}"
        else:
            server = _TcpServer(("127.0.0.1", 0), _Clamd)
            address = f"tcp:127.0.0.1:{server.server_address[1]}"
        vars(get_settings())["CLAMD"] = scanner(address)
        with _serving(server):
            yield


def test_what_it_knows_is_refused_and_told(owner: Actor, clamd: None) -> None:
    bad, good = take(owner, ("notes.txt", b"x" * 2 * PIECE + SIGNATURE), ("clean.txt", b"x" * 3 * PIECE))
    assert (bad.file, bad.error) == (None, "the virus scanner found Eicar-Signature")
    assert good.file is not None
    assert [each.name for each in db.session.query(File)] == ["clean.txt"]
    entry = db.session.query(AuditEntry).filter_by(action="file.infected").one()
    assert entry.after is not None
    assert (entry.after["name"], entry.after["found"]) == ("notes.txt", "Eicar-Signature")


def test_what_is_too_large_for_it_is_not_taken(owner: Actor, clamd: None) -> None:
    (outcome,) = take(owner, ("large.bin", bytes(MOST + 1)))
    assert (outcome.file, outcome.error) == (None, TOO_LARGE)


def test_while_it_is_away_nothing_is_taken(owner: Actor, tmp_path: Path) -> None:
    vars(get_settings())["CLAMD"] = f"unix:{tmp_path}/nobody.sock"
    (outcome,) = take(owner, ("notes.txt", b"seen at noon"))
    assert (outcome.file, outcome.error) == (None, AWAY)


def test_where_there_is_none_files_are_taken(owner: Actor) -> None:
    (outcome,) = take(owner, ("notes.txt", SIGNATURE))
    assert outcome.file is not None


@pytest.mark.parametrize("address", ["/run/clamd.ctl", "tcp:host", "http://host:3310", "unix:clamd"])
def test_an_address_that_is_none_stops_the_start(address: str) -> None:
    with pytest.raises(ValueError, match="must be unix:"):
        scanner(address)
