"""UDP inside the engine's loop: ask with a datagram, await the answer, ask again when none comes.

async def main(net: Net) -> Outcome:
    with await datagram(net, host, port) as udp:
        answer = await udp.exchange(question, seconds=1.0)     # None when it stayed silent
"""

from __future__ import annotations

import socket
from time import monotonic
from typing import Self

from app.engine.net.reactor import READ
from app.engine.net.resolver import Family
from app.engine.usability.stream.dial import connect_error
from app.engine.usability.stream.talk import Net

_MAX_DATAGRAM = 65535


async def datagram(net: Net, host: str, port: int, family: Family = "any") -> Datagram:
    """A UDP socket connected to the host's first permitted address. Raises TalkError."""
    net.stages.enter("dns")
    net.where |= {"host": host, "port": port}
    address = (await net.addresses(host, family))[0]
    net.where["address"] = address
    kind = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(kind, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    try:
        sock.connect((address, port))
    except OSError as error:
        sock.close()
        raise connect_error(net, error.errno or 0) from None
    net.stages.enter("first_byte")
    return Datagram(net, sock)


class Datagram:
    """A connected UDP socket: only its peer's datagrams arrive, and a closed port is told as an error."""

    def __init__(self, net: Net, sock: socket.socket) -> None:
        self._net = net
        self._sock = sock

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        self._sock.close()

    async def exchange(self, question: bytes, seconds: float) -> bytes | None:
        """Send, and give the first datagram that comes within so many seconds. Raises TalkError."""
        self.send(question)
        return await self.receive(seconds)

    def send(self, data: bytes) -> None:
        """Send one datagram. A full buffer of the machine drops it, as the network might."""
        try:
            self._sock.send(data)
        except BlockingIOError:
            pass
        except OSError as error:
            raise connect_error(self._net, error.errno or 0) from None

    async def receive(self, seconds: float) -> bytes | None:
        """The next datagram, None when none comes within so many seconds. Raises TalkError (port closed)."""
        until = monotonic() + seconds
        while True:
            try:
                return self._sock.recv(_MAX_DATAGRAM)
            except BlockingIOError:
                if not await self._net.wait(self._sock.fileno(), READ, until):
                    return None
            except OSError as error:
                raise connect_error(self._net, error.errno or 0) from None
