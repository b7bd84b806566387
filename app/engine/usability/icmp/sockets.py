"""The socket that pings go through: unprivileged where the kernel lets us, else raw.

An unprivileged (datagram) socket needs this process's group in `net.ipv4.ping_group_range`; a raw one needs
CAP_NET_RAW. Errors reach a raw socket as packets, a datagram one through its error queue (ip(7)).
"""

from __future__ import annotations

import errno
import os
import socket
import struct
import sys
import time
from contextlib import suppress
from dataclasses import dataclass

from app.engine.usability.icmp.packet import (
    Reply,
    Trouble,
    echo_request,
    read_packet,
    strip_ipv4,
    trouble_kind,
)

# Python has no names for these of Linux's asm-generic/socket.h, in.h, in6.h, icmp.h and icmpv6.h.
_SO_TIMESTAMPNS = 35
_SO_RCVBUFFORCE = 33
_SOL_RAW = 255
_RECVERR = {4: (socket.IPPROTO_IP, 11), 6: (socket.IPPROTO_IPV6, 25)}
_ICMP_FILTER = 1
_ICMP6_FILTER = 1
_WANTED = {4: (0, 3, 11), 6: (1, 2, 3, 129)}
_TIMESPEC = struct.Struct("@ll")
# errno, origin, type, code, padding, info, data; behind it the address of whoever complained.
_EXTENDED_ERROR = struct.Struct("@IBBBBII")
_BUFFER_BYTES = 4 << 20
_MAX_PACKET = 66_000


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something that came in: what, from whom, and how many seconds ago the kernel had it."""

    what: Reply | Trouble
    sender: str
    age: float


class IcmpSocket:
    """Sends echo requests and reads what comes back, never waiting. Raises OSError when it may not open."""

    def __init__(self, version: int, *, is_raw: bool) -> None:
        self.version = version
        self.is_raw = is_raw
        family = socket.AF_INET if version == 4 else socket.AF_INET6
        kind = socket.SOCK_RAW if is_raw else socket.SOCK_DGRAM
        protocol = socket.IPPROTO_ICMP if version == 4 else socket.IPPROTO_ICMPV6
        self._socket = socket.socket(family, kind | socket.SOCK_NONBLOCK, protocol)
        try:
            self._set_options()
            if is_raw:
                self.ident = int.from_bytes(os.urandom(2), "big")
            else:
                self._socket.bind(("" if version == 4 else "::", 0))
                self.ident = self._socket.getsockname()[1]
        except OSError:
            self._socket.close()
            raise

    @property
    def method(self) -> str:
        return "raw" if self.is_raw else "datagram"

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def send(self, address: str, sequence: int, payload: bytes) -> None:
        """Send one request. Raises OSError; BlockingIOError when there is no room just now."""
        self._socket.sendto(echo_request(self.version, self.ident, sequence, payload), (address, 0))

    def receive(self) -> Arrival | None:
        """The next message; None for one that says nothing to us. Raises BlockingIOError and OSError."""
        data, ancillary, _flags, sender = self._socket.recvmsg(_MAX_PACKET, 512)
        if self.is_raw and self.version == 4:
            data = strip_ipv4(data)
        return self._arrival(read_packet(self.version, data), sender[0], _age(ancillary))

    def complaint(self) -> Arrival | None:
        """The next entry of the error queue, in the same manner."""
        data, ancillary, _flags, sender = self._socket.recvmsg(_MAX_PACKET, 1024, socket.MSG_ERRQUEUE)
        for level, kind, value in ancillary:
            if (level, kind) == _RECVERR[self.version] and len(value) >= _EXTENDED_ERROR.size:
                _errno, _origin, icmp_type, code, *_rest = _EXTENDED_ERROR.unpack_from(value)
                trouble = trouble_kind(self.version, icmp_type, code)
                if trouble is not None and len(data) >= 8:
                    sequence = int.from_bytes(data[6:8], "big")
                    found = Trouble(trouble, self.ident, sequence, sender[0])
                    return Arrival(found, _offender(value[_EXTENDED_ERROR.size :]), 0.0)
        return None

    def _arrival(self, what: Reply | Trouble | None, sender: str, age: float) -> Arrival | None:
        return Arrival(what, sender, age) if what is not None and what.ident == self.ident else None

    def _set_options(self) -> None:
        setsockopt = self._socket.setsockopt
        # The forced one goes beyond the system's limit, where this process may do so.
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF, _SO_RCVBUFFORCE):
            with suppress(OSError):
                setsockopt(socket.SOL_SOCKET, option, _BUFFER_BYTES)
        # The kernel's own time of arrival: a busy loop must not look like a slow target.
        with suppress(OSError):
            setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        if not self.is_raw:
            setsockopt(*_RECVERR[self.version], 1)
        elif self.version == 4:
            passed = ~sum(1 << each for each in _WANTED[4]) & 0xFFFFFFFF
            setsockopt(_SOL_RAW, _ICMP_FILTER, struct.pack("@I", passed))
        else:
            blocked = [0xFFFFFFFF] * 8
            for each in _WANTED[6]:
                blocked[each >> 5] &= ~(1 << (each & 31))
            setsockopt(socket.IPPROTO_ICMPV6, _ICMP6_FILTER, struct.pack("@8I", *blocked))


def open_icmp(version: int) -> IcmpSocket | None:
    """The least privileged socket that this process may have; None when it may have none."""
    for is_raw in (False, True):
        try:
            return IcmpSocket(version, is_raw=is_raw)
        except OSError as error:
            if error.errno == errno.EMFILE:
                raise
    return None


def _age(ancillary: list[tuple[int, int, bytes]]) -> float:
    """Seconds since the kernel took the packet; 0 when it does not say."""
    for level, kind, value in ancillary:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and len(value) >= _TIMESPEC.size:
            seconds, nanoseconds = _TIMESPEC.unpack_from(value)
            age: float = time.clock_gettime(time.CLOCK_REALTIME) - seconds - nanoseconds / 1e9
            return max(age, 0.0)
    return 0.0


def _offender(sockaddr: bytes) -> str:
    """The address in a `struct sockaddr_in` or `sockaddr_in6`; empty when there is none."""
    if len(sockaddr) < 8:
        return ""
    family = int.from_bytes(sockaddr[:2], sys.byteorder)
    if family == socket.AF_INET:
        return socket.inet_ntop(socket.AF_INET, sockaddr[4:8])
    if family == socket.AF_INET6 and len(sockaddr) >= 24:
        return socket.inet_ntop(socket.AF_INET6, sockaddr[8:24])
    return ""
