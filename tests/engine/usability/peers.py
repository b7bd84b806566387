"""Peers for conversations: a function on a socket, once a connection, in the clear or under TLS."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from app.engine.usability.types import Sample
from tests.engine.certs import Authority
from tests.engine.targets import Listener
from tests.engine.usability.once import check

Act = Callable[["Peer", socket.socket], object]


class Peer(Listener):
    """Lets `act(peer, connection)` speak; `heard` is what `lines` and `take` read from clients."""

    def __init__(
        self, act: Act, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self.act = act
        self.heard: list[bytes] = []
        self._tls = tls
        super().__init__(host=host, port=port)

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            self.act(self, connection)
        except OSError:
            pass  # The prober went away, as it may.
        finally:
            connection.close()


def silent(peer: Peer, _connection: socket.socket) -> None:
    """Accept and say nothing."""
    peer.until_closed.wait(30)


def saying(*data: bytes) -> Act:
    """Say these pieces at once and end, in an orderly way: what the client says is read."""

    def act(_peer: Peer, connection: socket.socket) -> None:
        for each in data:
            connection.sendall(each)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass

    return act


def echoing(_peer: Peer, connection: socket.socket) -> None:
    """Give back whatever comes."""
    while data := connection.recv(65536):
        connection.sendall(data)


def dripping(data: bytes, seconds: float) -> Act:
    """Say the same byte for byte, with a pause after each."""

    def act(peer: Peer, connection: socket.socket) -> None:
        for each in data:
            connection.sendall(bytes([each]))
            if peer.until_closed.wait(seconds):
                return

    return act


def flooding(data: bytes) -> Act:
    """Say the same again and again, as fast as it is taken."""

    def act(peer: Peer, connection: socket.socket) -> None:
        while not peer.until_closed.is_set():
            connection.sendall(data)

    return act


Checked = Callable[..., Sample]


def checker(authority: Authority) -> Checked:
    """`check(type, timeout_ms=…, dns_servers=…, **config)`: one check of a type that trusts the authority."""
    return partial(check, ca_file=authority.ca_file, timeout_ms=5000)


@dataclass(frozen=True)
class Upgrade:
    """A reply after which the server shakes hands for TLS."""

    reply: bytes
    context: ssl.SSLContext


Line = bytes | Upgrade


def line_server(greeting: bytes, answers: Mapping[bytes, Line], *, other: bytes = b"500 what?\r\n") -> Act:
    """A server of lines: to each the answer of the longest beginning that fits; `peer.heard` keeps them.

    A line that begins with QUIT or contains LOGOUT ends the conversation.
    """

    def act(peer: Peer, connection: socket.socket) -> None:
        connection.sendall(greeting)
        reader = connection.makefile("rb")
        while line := reader.readline():
            peer.heard.append(line.rstrip())
            known = max((each for each in answers if line.startswith(each)), key=len, default=b"")
            answer = answers.get(known, other)
            if isinstance(answer, Upgrade):
                connection.sendall(answer.reply)
                reader.close()
                connection = answer.context.wrap_socket(connection, server_side=True)
                reader = connection.makefile("rb")
                continue
            connection.sendall(answer)
            if line.startswith(b"QUIT") or b"LOGOUT" in line:
                break
        reader.close()
        connection.close()

    return act
