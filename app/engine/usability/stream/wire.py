"""A connected socket inside the engine's loop, in the clear or under TLS: bytes out, bytes in.

TLS runs over memory, so that nothing waits but in the loop: what OpenSSL wants to send is taken from one
buffer, what came is put into another.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any

from app.engine.net.reactor import READ, WRITE
from app.engine.usability.stream.talk import Net

CHUNK = 65536
# A server that sends faster than we read must not keep the loop to itself.
_READS_IN_A_ROW = 8


class Wire:
    """Raises OSError when the connection breaks, ssl.SSLError when TLS does. `tls` is None in the clear."""

    def __init__(self, net: Net, sock: socket.socket) -> None:
        self.tls: ssl.SSLObject | None = None
        self._net = net
        self._sock = sock
        self._reads = 0
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()

    def close(self) -> None:
        """Give the socket back; under TLS the server is told that this is the end."""
        if self.tls is not None:
            with suppress(ssl.SSLError, OSError):
                self.tls.unwrap()
            with suppress(OSError):
                self._sock.send(self._outgoing.read())
        self._sock.close()

    @property
    def local_address(self) -> str:
        return str(self._sock.getsockname()[0])

    async def send(self, data: bytes) -> None:
        """Send all of it."""
        if self.tls is None:
            await self._send_raw(data)
        else:
            await self._with_tls(lambda tls: tls.write(data))
            await self._flush()

    async def receive(self) -> bytes:
        """What comes next; empty at the end. A connection cut without TLS's own end counts as one too."""
        if self.tls is None:
            return await self._recv_raw()
        try:
            data: bytes = await self._with_tls(lambda tls: tls.read(CHUNK))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""
        return data

    async def has_more(self, seconds: float) -> bool:
        """Whether something comes, or the end, within so many seconds."""
        if self._incoming.pending or (self.tls is not None and self.tls.pending()):
            return True
        return bool(await self._net.wait(self._sock.fileno(), READ, monotonic() + seconds))

    async def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Shake hands."""
        self.tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host or None)
        await self._with_tls(lambda tls: tls.do_handshake())
        await self._flush()

    async def _with_tls(self, act: Callable[[ssl.SSLObject], Any]) -> Any:
        """Do something with the TLS object, feeding it as long as it wants to read."""
        assert self.tls is not None
        while True:
            try:
                return act(self.tls)
            except ssl.SSLWantReadError:
                await self._flush()
                data = await self._recv_raw()
                if data:
                    self._incoming.write(data)
                else:
                    self._incoming.write_eof()
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                raise
            except ssl.SSLError:
                # The alert tells the server why.
                await self._flush()
                raise

    async def _flush(self) -> None:
        if self._outgoing.pending:
            await self._send_raw(self._outgoing.read())

    async def _send_raw(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[self._sock.send(view) :]
            except BlockingIOError:
                await self._net.wait(self._sock.fileno(), WRITE)

    async def _recv_raw(self) -> bytes:
        self._reads += 1
        if self._reads % _READS_IN_A_ROW == 0:
            await self._net.wait(self._sock.fileno(), READ)
        while True:
            try:
                return self._sock.recv(CHUNK)
            except BlockingIOError:
                await self._net.wait(self._sock.fileno(), READ)
