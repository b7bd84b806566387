"""All pings of one loop over one socket a family, told apart by sequence, a secret in the packet, and sender.

The socket is open while anybody waits, so an idle probe holds none.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from app.engine.net.reactor import READ, Reactor
from app.engine.usability.icmp.packet import Reply
from app.engine.usability.icmp.sockets import Arrival, IcmpSocket

OpenIcmp = Callable[[int], IcmpSocket | None]
TOKEN_BYTES = 8
# How much is read in one turn of the loop: a flood must not keep it from the others.
_MAX_READ = 500
_SEQUENCES = 0x10000
# After so many requests in one turn of the loop the answers are read, before they fill the kernel's buffer.
_MAX_UNREAD = 100


@dataclass(frozen=True, slots=True)
class Echo:
    """What became of one request: answered after `rtt_ms`, or trouble (a kind) told by `sender`."""

    rtt_ms: float | None = None
    trouble: str | None = None
    sender: str = ""


OnEcho = Callable[[Echo], None]


@dataclass(slots=True)
class _Waiting:
    address: str
    token: bytes
    sent_at: float
    on_echo: OnEcho


class NoSequenceError(Exception):
    """All 65,536 sequence numbers are awaited."""


class Channel:
    """One family's socket and those who wait for its answers."""

    def __init__(self, reactor: Reactor, icmp: IcmpSocket) -> None:
        self.method = icmp.method
        self.users = 0
        self._reactor = reactor
        self._icmp = icmp
        self._waiting: dict[int, _Waiting] = {}
        self._next = int.from_bytes(os.urandom(2), "big")
        self._unread = 0
        reactor.watch(icmp.fileno(), READ, self._on_ready)

    def send(self, address: str, size: int, on_echo: OnEcho) -> int:
        """Send one request with `size` bytes of payload; its number, for `forget`.

        Raises OSError when the kernel does not take it, NoSequenceError when too many are on their way.
        """
        if self._unread >= _MAX_UNREAD:
            self._on_ready(0)
        sequence = self._free_sequence()
        token = os.urandom(TOKEN_BYTES)
        payload = (token + bytes(max(size - TOKEN_BYTES, 0)))[: max(size, TOKEN_BYTES)]
        self._waiting[sequence] = _Waiting(address, token, monotonic(), on_echo)
        try:
            self._send(address, sequence, payload)
        except OSError:
            del self._waiting[sequence]
            raise
        self._unread += 1
        return sequence

    def forget(self, sequence: int) -> None:
        self._waiting.pop(sequence, None)

    def close(self) -> None:
        self._reactor.unwatch(self._icmp.fileno())
        self._icmp.close()

    def _send(self, address: str, sequence: int, payload: bytes) -> None:
        try:
            self._icmp.send(address, sequence, payload)
        except BlockingIOError:
            raise
        except OSError:
            if self._icmp.is_raw:
                raise
            # A datagram socket reports the trouble of any earlier request at the next call; take it off.
            self._read_complaints()
            self._icmp.send(address, sequence, payload)

    def _free_sequence(self) -> int:
        for _ in range(_SEQUENCES):
            self._next = (self._next + 1) % _SEQUENCES
            if self._next not in self._waiting:
                return self._next
        raise NoSequenceError

    def _on_ready(self, _events: int) -> None:
        self._unread = 0
        if not self._icmp.is_raw:
            self._read_complaints()
        for _ in range(_MAX_READ):
            # Whoever was answered may have been the last, which closes the socket.
            if self._icmp.fileno() < 0:
                return
            try:
                arrival = self._icmp.receive()
            except BlockingIOError:
                return
            except OSError:
                continue
            if arrival is not None:
                self._take(arrival)

    def _read_complaints(self) -> None:
        for _ in range(_MAX_READ):
            if self._icmp.fileno() < 0:
                return
            try:
                arrival = self._icmp.complaint()
            except OSError:
                return
            if arrival is not None:
                self._take(arrival)

    def _take(self, arrival: Arrival) -> None:
        what = arrival.what
        waiting = self._waiting.get(what.sequence)
        if waiting is None:
            return
        if isinstance(what, Reply):
            is_ours = hmac.compare_digest(what.payload[:TOKEN_BYTES], waiting.token)
            if arrival.sender.partition("%")[0] != waiting.address or not is_ours:
                return
            rtt = max(monotonic() - waiting.sent_at - arrival.age, 0.0)
            echo = Echo(rtt_ms=int(rtt * 1_000_000) / 1000, sender=arrival.sender)
        elif what.destination == waiting.address:
            echo = Echo(trouble=what.kind, sender=arrival.sender)
        else:
            return
        del self._waiting[what.sequence]
        waiting.on_echo(echo)


class Pinger:
    """The channels of one loop."""

    def __init__(self, reactor: Reactor, open_icmp: OpenIcmp) -> None:
        self._reactor = reactor
        self._open = open_icmp
        self._channels: dict[int, Channel] = {}

    def borrow(self, version: int) -> Channel | None:
        """The channel of that IP version, to be given back; None when this process may not ping itself."""
        channel = self._channels.get(version)
        if channel is None:
            icmp = self._open(version)
            if icmp is None:
                return None
            channel = self._channels[version] = Channel(self._reactor, icmp)
        channel.users += 1
        return channel

    def give_back(self, version: int) -> None:
        channel = self._channels[version]
        channel.users -= 1
        if not channel.users:
            del self._channels[version]
            channel.close()
