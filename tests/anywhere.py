"""A network in which every address is this machine: what goes out anywhere arrives here, and is seen.

A thread's own network namespace has one interface, on which the whole of IPv4 and IPv6 is local. A server on
one port takes connections to every IPv6 address; a packet socket sees the rest, datagrams and echo requests
too. Whatever the thread starts (threads, processes, a browser) is inside with it.
"""

from __future__ import annotations

import ctypes
import os
import select
import socket
import struct
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from app.engine.net import resolver
from app.engine.net.hosts import ResolvConf
from tests.engine.datagrams import DnsServer
from tests.engine.targets import Act, Target
from tests.places import ip
from tests.servers import ServerError

FRIEND = "127.9.9.9"
"""The one address that tests allow: a server of ours, whose answers may lead elsewhere."""
_NEW_NETWORK = 0x40000000
_ANY_PROTOCOL = 0x0003
_TCP, _UDP, _ICMP, _ICMP6 = 6, 17, 1, 58
_SYN, _ACK = 0x02, 0x10
_DNS_PORT = 53


@dataclass(frozen=True, order=True)
class Arrival:
    """One packet that begins something: where it went. Port 0: an echo request."""

    address: str
    port: int


@contextmanager
def every_address() -> Iterator[None]:
    """This thread in a network of its own, where every address is local."""
    libc = ctypes.CDLL(None, use_errno=True)
    outside = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    if libc.unshare(_NEW_NETWORK):
        raise ServerError(os.strerror(ctypes.get_errno()))
    try:
        ip("link", "set", "lo", "up")
        ip("route", "add", "local", "0.0.0.0/0", "dev", "lo")
        ip("-6", "route", "add", "local", "::/0", "dev", "lo")
        yield
    finally:
        libc.setns(outside, _NEW_NETWORK)
        os.close(outside)
        # It remembers for a while whether there is a way for IPv6, and in there was one.
        resolver._local_names = resolver.LocalNames()


class Wire:
    """Everything that goes over the only interface, from its making until it is closed."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ANY_PROTOCOL))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 23)
        self._seen: set[Arrival] = set()
        self._end, self._stop = socket.socketpair()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def close(self) -> None:
        self._stop.send(b"x")
        self._thread.join(10)
        for each in (self._socket, self._end, self._stop):
            each.close()

    def taken(self) -> set[Arrival]:
        """What has gone out since it was asked last; a packet of our own shows that all before it is here."""
        mark = Arrival("127.8.8.8", 9)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"mark", (mark.address, mark.port))
        end = time.monotonic() + 5
        while mark not in self._seen and time.monotonic() < end:
            time.sleep(0.002)
        seen, self._seen = self._seen, set()
        return seen - {mark}

    def _listen(self) -> None:
        while True:
            ready, _, _ = select.select([self._socket, self._end], [], [])
            if self._end in ready:
                return
            packet = self._socket.recv(2048)
            with suppress(struct.error, IndexError, ValueError):
                arrival = _arrival_of(packet)
                if arrival is not None:
                    self._seen.add(arrival)


def _arrival_of(packet: bytes) -> Arrival | None:
    """Where a packet begins something: the first of a connection, a datagram, or an echo request."""
    if packet[0] >> 4 == 4:
        address, kind, rest = str(IPv4Address(packet[16:20])), packet[9], packet[(packet[0] & 15) * 4 :]
    else:
        address, kind, rest = str(IPv6Address(packet[24:40])), packet[6], packet[40:]
    if kind in (_ICMP, _ICMP6):
        return Arrival(address, 0) if rest[0] in (8, 128) else None
    if kind not in (_TCP, _UDP):
        return None
    is_answer = int.from_bytes(rest[:2], "big") == _DNS_PORT
    is_later = kind == _TCP and rest[13] & (_SYN | _ACK) != _SYN
    return None if is_answer or is_later else Arrival(address, int.from_bytes(rest[2:4], "big"))


class Names(DnsServer):
    """The name server that everything asks. `zone`: a name's answers, in turn; the last one stays.

    Names that are not there end in what `elsewhere` says, or do not exist.
    """

    def __init__(self, host: str, zone: dict[str, Sequence[tuple[str, ...]]], port: int = _DNS_PORT) -> None:
        self.zone, self.host = zone, host
        self.turns: dict[tuple[str, int], int] = {}
        self.elsewhere: tuple[str, ...] = ()
        super().__init__(host=host, port=port)

    def _take(self, wire: bytes, sender: Any) -> None:
        # A probe for name servers may knock with what is no question.
        with suppress(Exception):
            self._udp.sendto(self.answer(dns.message.from_wire(wire)).to_wire(want_shuffle=False), sender)

    def answer(self, question: dns.message.Message) -> dns.message.Message:
        answer = dns.message.make_response(question)
        asked = question.question[0]
        name = asked.name.to_text(omit_final_dot=True).lower()
        turns = self.zone.get(name) or ([self.elsewhere] if self.elsewhere else [])
        if not turns:
            answer.set_rcode(dns.rcode.NXDOMAIN)
            return answer
        turn = self.turns.get((name, asked.rdtype), 0)
        self.turns[name, asked.rdtype] = turn + 1
        is_v6 = asked.rdtype == dns.rdatatype.AAAA
        kind = "AAAA" if is_v6 else "A"
        addresses = [each for each in turns[min(turn, len(turns) - 1)] if (":" in each) == is_v6]
        if addresses and asked.rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA):
            answer.answer.append(dns.rrset.from_text_list(asked.name, 0, "IN", kind, addresses))
        return answer


class Everywhere(Target):
    """An HTTP server that listens at one port of every IPv6 address. Of IPv4 nobody else may have the port.

    There a connection is refused, and seen on the wire all the same.
    """

    def __init__(self, act: Act) -> None:
        super().__init__(act, host="::")
        self._kept = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._kept.bind(("", self.port))

    def __exit__(self, *raised: Any) -> None:
        super().__exit__(*raised)
        self._kept.close()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(2)
        super()._serve(connection)


@dataclass
class World:
    """What a test sees of it. `friend` answers at FRIEND alone with what `act` says."""

    witness: Everywhere
    friend: Target
    wire: Wire
    names: list[Names]
    zone: dict[str, Sequence[tuple[str, ...]]] = field(default_factory=dict)

    @property
    def port(self) -> int:
        return self.witness.port

    def arrivals(self) -> set[Arrival]:
        """What has gone to forbidden addresses since it was asked last.

        Our own errands are left out: questions to name servers, the friend, and what a process says to itself
        on loopback (a browser to its proxy), which goes to ports that nothing here is asked for at.
        """
        return {each for each in self.wire.taken() if not self._is_errand(each)}

    def _is_errand(self, each: Arrival) -> bool:
        if each.address == FRIEND or each in {Arrival(names.host, _DNS_PORT) for names in self.names}:
            return True
        return ip_address(each.address).is_loopback and each.port > 1024 and each.port != self.port

    def points(self, name: str, *turns: tuple[str, ...]) -> str:
        """A name that leads to these addresses, one answer after another."""
        self.zone[name] = turns
        for each in self.names:
            each.turns = {key: turn for key, turn in each.turns.items() if key[0] != name}
        return name

    def elsewhere(self, *addresses: str) -> None:
        """Where all other names lead; nothing: they do not exist."""
        for each in self.names:
            each.elsewhere = addresses


@contextmanager
def world() -> Iterator[World]:
    zone: dict[str, Sequence[tuple[str, ...]]] = {}
    with every_address():
        servers = {address for address, _ in ResolvConf().get() if ":" not in address} or {"127.0.0.1"}
        names = [Names(address, zone) for address in sorted(servers)]
        wire = Wire()
        try:
            with Everywhere(_hello) as witness, Target(_hello, host=FRIEND) as friend:
                yield World(witness, friend, wire, names, zone)
        finally:
            wire.close()
            for each in names:
                each.__exit__()


def _hello(connection: socket.socket, _request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")
