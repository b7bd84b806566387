"""TCP connections inside the engine's loop."""

from __future__ import annotations

import errno
import socket
from time import monotonic

from app.engine.net.reactor import WRITE
from app.engine.net.resolver import has_route
from app.engine.usability.stream.talk import Net, TalkError

_MIN_CONNECT_SECONDS = 0.25


async def dial(net: Net, addresses: list[str], port: int) -> socket.socket:
    """A connection to the first address that accepts; each gets its share of the time. Raises TalkError.

    `net.where` tells the address tried last, `net.unreached` those that gave nothing.
    """
    last: TalkError | None = None
    for number, address in enumerate(addresses):
        left = net.left
        share = max(left / (len(addresses) - number), _MIN_CONNECT_SECONDS)
        is_last = number + 1 == len(addresses)
        try:
            return await _connection(net, address, port, None if is_last else monotonic() + share)
        except TalkError as error:
            last = error
            if not is_last:
                net.unreached.append(address)
    assert last is not None
    raise last


async def _connection(net: Net, address: str, port: int, until: float | None) -> socket.socket:
    net.where["address"] = address
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        number = sock.connect_ex((address, port))
        if number == errno.EINPROGRESS:
            came = await net.wait(sock.fileno(), WRITE, until)
            number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) if came else errno.ETIMEDOUT
        if number:
            raise connect_error(net, number)
    except BaseException:
        sock.close()
        raise
    return sock


def connect_error(net: Net, number: int) -> TalkError:
    """An errno of a connection that did not come about, as a failure."""
    detail = dict(net.where)
    if number == errno.ECONNREFUSED:
        return TalkError("connect_refused", detail)
    if number == errno.ETIMEDOUT:
        return TalkError("connect_timeout", detail)
    name = errno.errorcode.get(number, str(number))
    if number == errno.ECONNRESET:
        # Accepted and broken off before we could look.
        return TalkError("connection_reset", detail | {"error": name})
    if number in (errno.ENETUNREACH, errno.EADDRNOTAVAIL) and not has_route(detail["address"]):
        # The kernel itself knows no way there: this says something about the probe, nothing about the target.
        return TalkError("probe_no_route", detail, status="unknown")
    return TalkError("connect_failed", detail | {"error": name})
