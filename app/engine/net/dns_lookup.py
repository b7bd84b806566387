"""One lookup of one name over UDP, and over TCP where an answer was cut off: a state machine, never waiting.

Steps:

1. Ask one server for A and AAAA at once, on a fresh socket with a random port, connected so that the kernel
   drops what comes from elsewhere (RFC 5452).
2. When it stays silent for a second, answers nonsense or refuses, ask the next one; begin again at the end.
3. An answer with the TC bit is asked for again over TCP, from the same server.
4. From the second attempt on, ask about the root of all names too. If even that stays without an answer, it
   is this machine that has no name service (`probe_no_dns`), and nothing is known about the name.
5. When one family has answered with addresses and the other is late, give it a short while (RFC 8305 §3).
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from app.engine.net.dns_wire import read_message
from app.engine.net.hosts import Server

Family = Literal["any", "4", "6"]
MIN_TTL = 1.0
MAX_TTL = 300.0
FAILURE_TTL = 5.0
_SILENCE = 1.0
_SECOND_FAMILY_PATIENCE = 0.25
# How many attempts fit into a caller's time at least.
_MIN_ATTEMPTS = 3
_MAX_ADDRESSES = 16
_TYPES: dict[Family, tuple[dns.rdatatype.RdataType, ...]] = {
    "any": (dns.rdatatype.A, dns.rdatatype.AAAA),
    "4": (dns.rdatatype.A,),
    "6": (dns.rdatatype.AAAA,),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """Addresses, or the reason why there are none. `ttl` is in seconds and already bounded."""

    addresses: tuple[str, ...]
    ttl: float
    reason: str | None = None


@dataclass(slots=True)
class _Question:
    type: dns.rdatatype.RdataType
    message: dns.message.QueryMessage
    wire: bytes
    found: tuple[str, ...] | None = None
    failure: str | None = None
    ttl: float = MAX_TTL
    tcp: _TcpExchange | None = None

    @property
    def is_settled(self) -> bool:
        return self.found is not None or self.failure is not None


class _TcpExchange:
    """One question over TCP: two bytes of length, then the message (RFC 7766)."""

    def __init__(self, server: Server, wire: bytes) -> None:
        self.socket = socket.socket(_family_of(server), socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self.socket.connect_ex(server)
        self._unsent = len(wire).to_bytes(2, "big") + wire
        self._received = b""

    @property
    def wants_write(self) -> bool:
        return bool(self._unsent)

    def advance(self) -> bytes | None:
        """Send or receive what is possible; the answer when it is complete. Raises OSError."""
        try:
            if self._unsent:
                self._unsent = self._unsent[self.socket.send(self._unsent) :]
                return None
            data = self.socket.recv(65537)
        except BlockingIOError:
            return None
        if not data:
            raise ConnectionResetError
        self._received += data
        length = int.from_bytes(self._received[:2], "big")
        return self._received[2 : 2 + length] if len(self._received) >= 2 + length > 2 else None


class Lookup:
    """Wait for `sockets()` until `wake_at`, then `advance(now)`; repeat until `answer` is set; `close()`."""

    def __init__(
        self, name: str, family: Family, servers: Sequence[Server], now: float, deadline: float
    ) -> None:
        self.answer: Answer | None = None
        self.wake_at = now
        self._servers = servers
        self._deadline = deadline
        self._silence = min(_SILENCE, (deadline - now) / _MIN_ATTEMPTS)
        self._has_heard = False
        self._refusals = 0
        self._canary: _Question | None = None
        self._attempt = -1
        self._udp: socket.socket | None = None
        self._first_found_at: float | None = None
        try:
            absolute = dns.name.from_text(name)
            self._questions = [_question(absolute, each) for each in _TYPES[family]]
        except dns.exception.DNSException:
            self.answer = Answer((), FAILURE_TTL, "dns_not_found")
        else:
            self._next_server(now)

    def sockets(self) -> list[tuple[socket.socket, bool]]:
        """What to wait for: each socket, and whether to wait for writing instead of reading."""
        waiting = [(self._udp, False)] if self._udp is not None else []
        exchanges = [each.tcp for each in self._questions if each.tcp is not None] if not self.answer else []
        return waiting + [(each.socket, each.wants_write) for each in exchanges]

    def advance(self, now: float) -> None:
        """Read what has come, and act on what time has passed."""
        if self.answer is None:
            self._read_udp(now)
        if self.answer is None:
            self._read_tcp()
            self._conclude(now)
        if self.answer is None and now >= self.wake_at:
            self._next_server(now)

    def close(self) -> None:
        self._drop_sockets()

    @property
    def silence_reason(self) -> str:
        """What it means that no answer has come so far."""
        has_asked_root = self._canary is not None or self._refusals >= len(self._servers)
        return "probe_no_dns" if has_asked_root and not self._has_heard else "dns_timeout"

    def _next_server(self, now: float) -> None:
        """Begin the next attempt, or give up at the deadline."""
        self._drop_sockets()
        if now >= self._deadline:
            self._finish(now)
            return
        self._attempt += 1
        rounds = self._attempt // len(self._servers)
        self.wake_at = min(now + self._silence * (1 + rounds), self._deadline)
        server = self._servers[self._attempt % len(self._servers)]
        try:
            self._udp = socket.socket(_family_of(server), socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
            self._udp.connect(server)
            for question in self._questions:
                if question.found is None:
                    question.failure = None
                    self._udp.send(question.wire)
            if self._attempt > 0 and not self._has_heard:
                self._canary = self._canary or _question(dns.name.root, dns.rdatatype.NS)
                self._udp.send(self._canary.wire)
        except OSError:
            self._take_refusal(now)

    def _read_udp(self, now: float) -> None:
        while self._udp is not None:
            try:
                wire = self._udp.recv(65536)
            except BlockingIOError:
                return
            except OSError:
                self._take_refusal(now)
                return
            self._take(wire, is_tcp=False)

    def _take_refusal(self, now: float) -> None:
        """Nobody listens there: ask the next server; breathe when all were asked; end after two rounds."""
        self._refusals += 1
        if self._refusals >= 2 * len(self._servers):
            self._finish(now)
        else:
            is_first_round = self._attempt + 1 < len(self._servers)
            self.wake_at = now if is_first_round else min(now + 0.1, self._deadline)

    def _read_tcp(self) -> None:
        for question in self._questions:
            if question.tcp is None:
                continue
            try:
                wire = question.tcp.advance()
            except OSError:
                question.tcp.socket.close()
                question.tcp, question.failure = None, "dns_failed"
                continue
            if wire is not None:
                question.tcp.socket.close()
                question.tcp = None
                self._take(wire, is_tcp=True)

    def _take(self, wire: bytes, *, is_tcp: bool) -> None:
        """Match an answer to its question; whatever does not match is not an answer."""
        try:
            reply = read_message(wire)
        except (dns.exception.DNSException, ValueError):
            return
        if self._canary is not None and self._canary.message.is_response(reply):
            self._has_heard = True
        for question in self._questions:
            if not question.is_settled and question.message.is_response(reply):
                self._has_heard = True
                if reply.flags & dns.flags.TC and not is_tcp:
                    self._ask_over_tcp(question)
                elif isinstance(reply, dns.message.QueryMessage):
                    _settle(question, reply)

    def _ask_over_tcp(self, question: _Question) -> None:
        if question.tcp is None:
            try:
                server = self._servers[self._attempt % len(self._servers)]
                question.tcp = _TcpExchange(server, question.wire)
            except OSError:
                question.failure = "dns_failed"

    def _conclude(self, now: float) -> None:
        if any(each.failure == "dns_not_found" for each in self._questions):
            # NXDOMAIN says that the name does not exist, whatever the type.
            if not any(each.found for each in self._questions):
                self.answer = Answer((), FAILURE_TTL, "dns_not_found")
                self._drop_sockets()
                return
        if all(each.is_settled for each in self._questions):
            if any(each.failure == "dns_failed" for each in self._questions) and not self._has_found():
                self.wake_at = 0.0
                if self._attempt + 1 >= 2 * len(self._servers):
                    self._finish(now)
                return
            self._finish(now)
        elif self._has_found():
            self._first_found_at = self._first_found_at or now
            patience_ends = self._first_found_at + _SECOND_FAMILY_PATIENCE
            self.wake_at = min(self.wake_at, patience_ends)
            if now >= patience_ends:
                self._finish(now)

    def _has_found(self) -> bool:
        return any(each.found for each in self._questions)

    def _finish(self, now: float) -> None:
        found = [address for each in self._questions for address in each.found or ()]
        is_whole = all(each.found is not None for each in self._questions)
        ttl = min([each.ttl for each in self._questions if each.found], default=FAILURE_TTL)
        ttl = ttl if is_whole and found else min(ttl, FAILURE_TTL)
        self.answer = Answer(tuple(found), ttl, None if found else self._why_nothing(is_whole))
        self._drop_sockets()

    def _why_nothing(self, is_whole: bool) -> str:
        if is_whole:
            return "dns_no_address"
        return "dns_failed" if any(each.failure for each in self._questions) else self.silence_reason

    def _drop_sockets(self) -> None:
        if self._udp is not None:
            self._udp.close()
            self._udp = None
        for question in getattr(self, "_questions", ()):
            if question.tcp is not None:
                question.tcp.socket.close()
                question.tcp = None


def _question(name: dns.name.Name, kind: dns.rdatatype.RdataType) -> _Question:
    message = dns.message.make_query(name, kind, use_edns=0, payload=1232)
    return _Question(kind, message, message.to_wire())


def _settle(question: _Question, reply: dns.message.QueryMessage) -> None:
    if reply.rcode() == dns.rcode.NXDOMAIN:
        question.failure = "dns_not_found"
        return
    if reply.rcode() != dns.rcode.NOERROR:
        question.failure = "dns_failed"
        return
    try:
        chain = reply.resolve_chaining()
    except dns.exception.DNSException:
        question.failure = "dns_failed"
        return
    records = chain.answer if chain.answer is not None else ()
    question.found = tuple(record.address for record in records)[:_MAX_ADDRESSES]
    question.ttl = min(max(float(chain.minimum_ttl), MIN_TTL), MAX_TTL)


def _family_of(server: Server) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in server[0] else socket.AF_INET
