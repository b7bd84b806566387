"""Targets for probes: tiny threaded servers on loopback that do one thing, often a wrong one."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from tests.engine.datagrams import DnsServer

Act = Callable[[socket.socket, bytes], object]


def reply(
    body: bytes = b"hello", status: str = "200 OK", headers: tuple[str, ...] = (), length: int | None = None
) -> Act:
    """Answer every request so. `length` overrules the Content-Length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    wire = "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def act(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(wire)

    return act


def in_order(act: Act) -> Act:
    """Act, then end the connection as a patient server does: read what the other side still sends.

    A close with unread bytes resets the connection, and then it is chance whether the answer arrives.
    """

    def patiently(connection: socket.socket, request: bytes) -> None:
        act(connection, request)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass

    return patiently


def redirect(location: str, status: str = "302 Found") -> Act:
    return reply(b"", status, (f"Location: {location}",))


def reset(connection: socket.socket) -> None:
    """Close with a TCP reset instead of an orderly end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Listener:
    """Accepts connections and serves each in a thread of its own, until it is closed.

    `until_closed` is set then, for those that keep a connection waiting. It accepts as soon as it is made, so
    a server's own fields come first.
    """

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.until_closed = threading.Event()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family, backlog=128)
        self.port: int = self._socket.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._acceptor = threading.Thread(target=self._accept)
        self._acceptor.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.until_closed.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._acceptor.join(10)
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        raise NotImplementedError


class Target(Listener):
    """Reads a request's head, and lets `act` do the rest. `requests` keeps what was asked."""

    def __init__(
        self, act: Act, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self.act = act
        self.requests: list[bytes] = []
        self._tls = tls
        super().__init__(host=host, port=port)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            request = _read_request(connection)
            if request:
                self.requests.append(request)
                self.act(connection, request)
        except OSError:
            pass  # The prober went away, as it may.
        finally:
            connection.close()


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def free_port(host: str = "127.0.0.1") -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


class NameServer(DnsServer):
    """A DNS server over UDP and TCP. `zone` maps a name to its addresses; a missing name is NXDOMAIN.

    `rcode` overrules the answer, `is_silent` swallows questions, `ignores` those for some names,
    `truncates` answers UDP with the TC bit only,
    `aliases` maps a name to its canonical name. `asked` counts the UDP questions by name.
    """

    def __init__(self, zone: Mapping[str, tuple[str, ...]], *, ttl: int = 60) -> None:
        self.zone = dict(zone)
        self.aliases: dict[str, str] = {}
        self.ttl = ttl
        self.rcode: dns.rcode.Rcode | None = None
        self.is_silent = False
        self.ignores: set[str] = set()
        self.swallows: dns.rdatatype.RdataType | None = None
        self.truncates = False
        self.spoofs = False
        self.asked: dict[str, int] = {}
        super().__init__()

    def _take(self, wire: bytes, sender: Any) -> None:
        question = dns.message.from_wire(wire)
        name = question.question[0].name.to_text(omit_final_dot=True)
        self.asked[name] = self.asked.get(name, 0) + 1
        if self.is_silent or name in self.ignores or self.swallows == question.question[0].rdtype:
            return
        if self.spoofs:
            forged = self.answer(question)
            forged.id ^= 1
            self._udp.sendto(forged.to_wire(), sender)
        answer = self.answer(question)
        if self.truncates:
            answer.answer.clear()
            answer.flags |= dns.flags.TC
        # dnspython would shuffle the addresses.
        self._udp.sendto(answer.to_wire(want_shuffle=False), sender)

    def answer(self, question: dns.message.Message) -> dns.message.Message:
        answer = dns.message.make_response(question)
        asked = question.question[0]
        name = asked.name.to_text(omit_final_dot=True)
        if self.rcode is not None:
            answer.set_rcode(self.rcode)
            return answer
        owner = self.aliases.get(name, name)
        if owner not in self.zone:
            answer.set_rcode(dns.rcode.NXDOMAIN)
            return answer
        if owner != name:
            answer.answer.append(dns.rrset.from_text(asked.name, self.ttl, "IN", "CNAME", owner + "."))
        is_v6 = asked.rdtype == dns.rdatatype.AAAA
        found = [each for each in self.zone[owner] if (":" in each) == is_v6]
        if found:
            kind = "AAAA" if is_v6 else "A"
            answer.answer.append(
                dns.rrset.from_text_list(dns.name.from_text(owner), self.ttl, "IN", kind, found)
            )
        return answer
