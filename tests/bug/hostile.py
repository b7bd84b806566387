"""A server that leaves everything after a request's head to a function, to do what no server should."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.engine.targets import Listener


@dataclass(frozen=True)
class Call:
    """One connection's request: its target, and the server's word that it is being closed."""

    target: str
    head: bytes
    closing: threading.Event

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


Act = Callable[[socket.socket, Call], None]


class HostileServer(Listener):
    """Reads a request's head, and lets `act` do the rest. `asked` has targets and moments."""

    def __init__(self, act: Act, *, reads: bool = True, tls: ssl.SSLContext | None = None) -> None:
        self._act = act
        self._reads = reads
        self._tls = tls
        self.asked: list[tuple[float, str]] = []
        self.heads: list[bytes] = []
        super().__init__()

    def url(self, path: str = "/") -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}{path}"

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        try:
            head = self._read(connection) if self._reads else b"GET / HTTP/1.1"
            if not head:
                return
            target = head.split(b" ", 2)[1].decode("latin-1")
            self.asked.append((time.monotonic(), target))
            self.heads.append(head)
            self._act(connection, Call(target, head, self.until_closed))
        except (OSError, IndexError):
            pass  # Who asks went away, as it should.
        finally:
            connection.close()

    @staticmethod
    def _read(connection: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return b""
            data += more
        return data
