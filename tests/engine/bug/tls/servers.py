"""TLS servers on loopback: real ones with the settings a test wants, and a raw one that answers hellos by a
script, for what the local library no longer speaks."""

from __future__ import annotations

import socket
import ssl
import struct
import warnings
from collections.abc import Callable

from app.engine.bug.tls.wire import Reader
from tests.engine.certs import Authority
from tests.engine.targets import Listener

Answer = Callable[[int, tuple[int, ...]], bytes]
HANG_UP = b""


def context(
    files: tuple[str, str], *, ciphers: str = "", oldest: str = "", newest: str = ""
) -> ssl.SSLContext:
    """A server's context; `ciphers` in OpenSSL's words, `oldest` and `newest` such as "TLSv1_2"."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with warnings.catch_warnings():
        # That old protocols are deprecated is what is tested.
        warnings.simplefilter("ignore", DeprecationWarning)
        if oldest:
            made.minimum_version = ssl.TLSVersion[oldest]
        if newest:
            made.maximum_version = ssl.TLSVersion[newest]
    if ciphers:
        made.set_ciphers(ciphers)
    made.load_cert_chain(*files)
    return made


def plain_context(authority: Authority, **how: str) -> ssl.SSLContext:
    return context(authority.files("localhost", "127.0.0.1"), **how)


class RawServer(Listener):
    """Answers every hello with what `answer(version, suites)` gives; nothing means to hang up. After that it
    keeps the connection open until it is closed by the other side. `hellos` counts them.
    """

    def __init__(self, answer: Answer) -> None:
        self.hellos: list[tuple[int, tuple[int, ...]]] = []
        self._answer = answer
        super().__init__()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(10)
            try:
                version, suites = _read_hello(connection)
                self.hellos.append((version, suites))
                answer = self._answer(version, suites)
                if answer:
                    connection.sendall(answer)
                    connection.recv(1)
            except OSError:
                pass  # The prober went away, as it may.


def _read_hello(connection: socket.socket) -> tuple[int, tuple[int, ...]]:
    head = _exactly(connection, 5)
    reader = Reader(_exactly(connection, int.from_bytes(head[3:], "big"))[4:])
    version = reader.number(2)
    reader.take(32)
    reader.vector(1)
    suites = reader.vector(2)
    reader.vector(1)
    if not reader.is_empty and b"\x00\x2b\x00\x03\x02\x03\x04" in reader.vector(2):
        version = 0x0304
    return version, struct.unpack(f"!{len(suites) // 2}H", suites)


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise ConnectionResetError
        data += more
    return data


def alert(number: int = 40) -> bytes:
    return bytes((21, 3, 1, 0, 2, 2, number))


def hello(
    version: int, suite: int, *, compression: int = 0, extensions: bytes = b"", rest: bytes = b""
) -> bytes:
    """A server's hello in a record, with further handshake messages after it, and the end of its turn."""
    body = struct.pack("!H", version) + bytes(range(32)) + b"\0" + struct.pack("!HB", suite, compression)
    if extensions:
        body += struct.pack("!H", len(extensions)) + extensions
    messages = message(2, body) + rest + message(14, b"")
    return bytes((22, version >> 8, version & 0xFF)) + struct.pack("!H", len(messages)) + messages


def message(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + len(body).to_bytes(3, "big") + body


def prime(bits: int) -> bytes:
    """A key exchange with a number of that size where the prime stands."""
    size = bits // 8
    number = b"\xff" * size
    return message(12, struct.pack("!H", size) + number + struct.pack("!H", 1) + b"\2")
