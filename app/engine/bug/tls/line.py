"""A connection whose every wait ends: at its deadline, or within a fifth of a second of a word to stop."""

from __future__ import annotations

import errno
import os
import select
import socket
from collections.abc import Callable
from time import monotonic

from app.engine.bug.tls.wire import MAX_RECORD, BadAnswerError

_LOOK_SECONDS = 0.2
_KINDS = range(20, 25)


class StoppedError(Exception):
    """Somebody wants the whole thing to end."""


class Line:
    """One TCP connection to an address that was judged before. `end` is in `time.monotonic()`.

    Raises TimeoutError, OSError, StoppedError, EOFError when the other side hangs up, BadAnswerError.
    """

    def __init__(self, address: str, port: int, end: float, stop: Callable[[], bool]) -> None:
        self._end, self._stop = end, stop
        self._buffer = bytearray()
        self._sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        try:
            self._sock.setblocking(False)
            self._connect(address, port)
        except BaseException:
            self._sock.close()
            raise

    def close(self) -> None:
        self._sock.close()

    def send(self, data: bytes) -> None:
        while data:
            self._wait(select.POLLOUT)
            data = data[self._sock.send(data) :]

    def record(self) -> tuple[int, bytes, bytes]:
        """The next record: its kind, its body and its head as received."""
        head = self._exactly(5)
        size = int.from_bytes(head[3:5], "big")
        if head[0] not in _KINDS or head[1] != 3 or size > MAX_RECORD:
            raise BadAnswerError
        return head[0], self._exactly(size), head

    def _connect(self, address: str, port: int) -> None:
        code = self._sock.connect_ex((address, port))
        if code == errno.EINPROGRESS:
            self._wait(select.POLLOUT)
            code = self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))

    def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._wait(select.POLLIN)
            data = self._sock.recv(16_384)
            if not data:
                raise EOFError
            self._buffer += data
            # What is no TLS says so in its first bytes; there is no need to wait for five.
            if self._buffer[0] not in _KINDS and size == 5:
                raise BadAnswerError
        part = bytes(self._buffer[:size])
        del self._buffer[:size]
        return part

    def _wait(self, what: int) -> None:
        poll = select.poll()
        poll.register(self._sock, what)
        while True:
            if self._stop():
                raise StoppedError
            left = self._end - monotonic()
            if left <= 0:
                raise TimeoutError
            if poll.poll(min(left, _LOOK_SECONDS) * 1000 + 1):
                return
