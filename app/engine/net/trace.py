"""Which way packets take, as far as an ordinary process may learn it: UDP with growing TTL (RFC 1393's idea).

Linux hands the routers' ICMP answers to the socket that sent the packet (IP_RECVERR), so neither privilege
nor a raw socket is needed. All packets go out at once, one socket a hop, and answers are awaited together:
the whole takes no longer than `seconds`. Blocking; to be run in a helper thread.
"""

from __future__ import annotations

import select
import socket
import struct
from dataclasses import dataclass
from time import monotonic

from app.engine.net.guard import AllowList, check_address

MOST_HOPS = 30
FIRST_PORT = 33_434
_ORIGIN_ICMP = (2, 3)  # SO_EE_ORIGIN_ICMP, SO_EE_ORIGIN_ICMP6
# struct sock_extended_err: errno, origin, type, code, pad, info, data; then the offender's sockaddr.
_ERROR = struct.Struct("=IBBBBII")
_IP_RECVERR, _IPV6_RECVERR = 11, 25


@dataclass(frozen=True, slots=True)
class Hop:
    """Who answered at this distance; `ms` is the round trip. `address` None: nobody did."""

    ttl: int
    address: str | None = None
    ms: float | None = None


def trace(ip: str, allow: AllowList, *, seconds: float = 3.0, most_hops: int = MOST_HOPS) -> list[Hop]:
    """The hops to an address, in order, up to the target or the last that answered.

    Raises AddressRefusedError when the guard does not permit the address, OSError without a route.
    """
    check_address(ip, allow)
    sockets: dict[int, tuple[int, socket.socket, float]] = {}
    poller = select.poll()
    answers: dict[int, Hop] = {}
    try:
        for ttl in range(1, most_hops + 1):
            sock = _sent(ip, ttl)
            sockets[sock.fileno()] = (ttl, sock, monotonic())
            poller.register(sock, select.POLLIN)
        _listen(sockets, poller, answers, ip, monotonic() + seconds)
    finally:
        for _, sock, _ in sockets.values():
            sock.close()
    return _in_order(answers, ip, most_hops)


def has_reached(hops: list[Hop], ip: str) -> bool:
    """Whether the target itself answered."""
    return bool(hops) and hops[-1].address == ip


def _sent(ip: str, ttl: int) -> socket.socket:
    is_v6 = ":" in ip
    sock = socket.socket(socket.AF_INET6 if is_v6 else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        level, option = (socket.IPPROTO_IPV6, _IPV6_RECVERR) if is_v6 else (socket.IPPROTO_IP, _IP_RECVERR)
        sock.setsockopt(level, option, 1)
        hops = socket.IPV6_UNICAST_HOPS if is_v6 else socket.IP_TTL
        sock.setsockopt(level, hops, ttl)
        sock.sendto(b"CloudEye", (ip, FIRST_PORT + ttl))
    except BaseException:
        sock.close()
        raise
    return sock


def _listen(
    sockets: dict[int, tuple[int, socket.socket, float]],
    poller: select.poll,
    answers: dict[int, Hop],
    ip: str,
    end: float,
) -> None:
    """Until everybody nearer than the target has answered, or the time is over."""
    while (left := end - monotonic()) > 0 and not _is_complete(answers, ip):
        for fd, _events in poller.poll(left * 1000):
            ttl, sock, sent_at = sockets[fd]
            address = _offender(sock)
            if address is not None:
                answers[ttl] = Hop(ttl, address, round((monotonic() - sent_at) * 1000, 2))
                poller.unregister(fd)


def _is_complete(answers: dict[int, Hop], ip: str) -> bool:
    reached = min((ttl for ttl, hop in answers.items() if hop.address == ip), default=None)
    return reached is not None and all(ttl in answers for ttl in range(1, reached))


def _offender(sock: socket.socket) -> str | None:
    """Who sent the ICMP message that waits in the socket's error queue."""
    try:
        _, ancillary, _, _ = sock.recvmsg(512, 1024, socket.MSG_ERRQUEUE)
    except BlockingIOError:
        return _answered(sock)
    except OSError:
        return None
    for _level, _kind, data in ancillary:
        if len(data) >= _ERROR.size + 16 and _ERROR.unpack_from(data)[1] in _ORIGIN_ICMP:
            return _address(data[_ERROR.size :])
    return None


def _answered(sock: socket.socket) -> str | None:
    """Who listens on that port and has really answered."""
    try:
        return str(sock.recvfrom(512)[1][0])
    except OSError:
        return None


def _address(data: bytes) -> str | None:
    """The address in a sockaddr_in or sockaddr_in6."""
    (family,) = struct.unpack_from("=H", data)
    if family == socket.AF_INET:
        return socket.inet_ntop(socket.AF_INET, data[4:8])
    if family == socket.AF_INET6 and len(data) >= 24:
        return socket.inet_ntop(socket.AF_INET6, data[8:24])
    return None


def _in_order(answers: dict[int, Hop], ip: str, most_hops: int) -> list[Hop]:
    reached = min((ttl for ttl, hop in answers.items() if hop.address == ip), default=None)
    last = reached or max(answers, default=0)
    return [answers.get(ttl, Hop(ttl)) for ttl in range(1, min(last, most_hops) + 1)]
