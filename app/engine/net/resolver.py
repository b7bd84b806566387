"""Names to addresses: inside the engine's loop without ever waiting, and as a plain blocking call.

libcurl's own resolver is a pool of threads, in which a few slow names make all others queue; and the address
has to be known before the connection anyway, since the guard judges it.
"""

from __future__ import annotations

import select
import socket
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from time import monotonic

from app.engine.net.dns_lookup import Answer, Family, Lookup
from app.engine.net.hosts import HostsFile, ResolvConf, Server, is_address, read_servers
from app.engine.net.reactor import READ, WRITE, Reactor, Timer

__all__ = ["Answer", "Family", "LookupFailedError", "Resolver", "resolve"]

_CACHE_SIZE = 10_000
_MAX_LOOKUPS = 256
_ROUTE_CHECK_SECONDS = 30.0
Key = tuple[str, Family]
OnAnswer = Callable[[Answer], None]


class LookupFailedError(Exception):
    """The name has no usable address. `reason` is a key of the failure reasons, such as "dns_not_found"."""

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(f"{host}: {reason}")
        self.host = host
        self.reason = reason


class LocalNames:
    """What needs no name server: literals, `/etc/hosts`; and in which order addresses are tried."""

    def __init__(self) -> None:
        self._hosts = HostsFile()
        self._has_ipv6 = False
        self._look_again_at = 0.0

    def lookup(self, host: str, family: Family) -> Answer | None:
        if is_address(host):
            return _of_family((str(ip_address(host)),), family)
        known = self._hosts.lookup(host)
        return _of_family(known, family) if known else None

    def ordered(self, addresses: tuple[str, ...]) -> tuple[str, ...]:
        """IPv6 first where this machine has a route for it, last where it has none (RFC 6724, rule 1)."""
        now = monotonic()
        if now >= self._look_again_at:
            self._has_ipv6 = has_route("2001:4860:4860::8888")
            self._look_again_at = now + _ROUTE_CHECK_SECONDS
        return tuple(sorted(addresses, key=lambda each: (":" in each) != self._has_ipv6))


class Resolver:
    """The resolver of one loop. `lookup` answers at once from its cache where it can."""

    def __init__(self, reactor: Reactor, dns_servers: Sequence[str] = ()) -> None:
        self._reactor = reactor
        self._servers = read_servers(dns_servers)
        self._resolv_conf = ResolvConf()
        self._local = LocalNames()
        self._cache: OrderedDict[Key, tuple[float, Answer]] = OrderedDict()
        self._running: dict[Key, _Running] = {}
        self._queue: deque[Key] = deque()
        self._waiting: dict[Key, list[OnAnswer]] = {}

    @property
    def servers(self) -> Sequence[Server]:
        """The name servers that are asked now."""
        return self._servers or self._resolv_conf.get()

    def cached(self, host: str, family: Family) -> Answer | None:
        """The answer if it is known now."""
        key = (host, family)
        hit = self._cache.get(key)
        if hit is not None and hit[0] > monotonic():
            return hit[1]
        local = self._local.lookup(host, family)
        if local is not None:
            self._store(key, local)
        return local

    def lookup(self, host: str, family: Family, timeout: float, on_answer: OnAnswer) -> None:
        """Ask the name servers; `on_answer` is called once, later. Equal questions share one lookup.

        A caller with less time than the shared lookup keeps its own timer.
        """
        key = (host, family)
        if key in self._waiting:
            self._waiting[key].append(on_answer)
            return
        self._waiting[key] = [on_answer]
        if len(self._running) >= _MAX_LOOKUPS:
            self._queue.append(key)
        else:
            self._begin(key, timeout)

    def silence_reason(self, host: str, family: Family) -> str:
        """What it means that a running lookup has not answered yet."""
        running = self._running.get((host, family))
        return running.lookup.silence_reason if running is not None else "dns_timeout"

    def close(self) -> None:
        for running in list(self._running.values()):
            running.stop()
        self._running.clear()

    def _begin(self, key: Key, timeout: float) -> None:
        now = monotonic()
        lookup = Lookup(key[0], key[1], self.servers, now, now + timeout)
        self._running[key] = _Running(self._reactor, lookup, lambda answer: self._finish(key, answer))
        self._running[key].attend()

    def _finish(self, key: Key, answer: Answer) -> None:
        self._running.pop(key, None)
        answer = Answer(self._local.ordered(answer.addresses), answer.ttl, answer.reason)
        self._store(key, answer)
        for on_answer in self._waiting.pop(key, ()):
            on_answer(answer)
        if self._queue and len(self._running) < _MAX_LOOKUPS:
            self._begin(self._queue.popleft(), timeout=5.0)

    def _store(self, key: Key, answer: Answer) -> None:
        self._cache[key] = (monotonic() + answer.ttl, answer)
        self._cache.move_to_end(key)
        if len(self._cache) > _CACHE_SIZE:
            self._cache.popitem(last=False)


class _Running:
    """A lookup wired to the loop: its sockets watched, its timer set."""

    def __init__(self, reactor: Reactor, lookup: Lookup, on_answer: OnAnswer) -> None:
        self._reactor = reactor
        self.lookup = lookup
        self._on_answer = on_answer
        self._watched: set[int] = set()
        self._timer: Timer | None = None

    def attend(self, _events: int = 0) -> None:
        self.stop_watching()
        self.lookup.advance(monotonic())
        if self.lookup.answer is not None:
            self.stop()
            self._on_answer(self.lookup.answer)
            return
        for sock, wants_write in self.lookup.sockets():
            self._reactor.watch(sock.fileno(), WRITE if wants_write else READ, self.attend)
            self._watched.add(sock.fileno())
        self._timer = self._reactor.call_at(self.lookup.wake_at, self.attend)

    def stop_watching(self) -> None:
        for fd in self._watched:
            self._reactor.unwatch(fd)
        self._watched.clear()
        if self._timer is not None:
            self._timer.cancel()

    def stop(self) -> None:
        self.stop_watching()
        self.lookup.close()


def resolve(
    host: str, timeout: float, *, family: Family = "any", dns_servers: Sequence[str] = ()
) -> list[str]:
    """The addresses of a host, in the order to try them; waits at most `timeout` seconds.

    Raises LookupFailedError. For callers outside the engine's loop; it waits in `select`, which gevent knows.
    """
    local = _local_names.lookup(host, family)
    answer = local or _ask(host, family, timeout, read_servers(dns_servers) or _resolv_conf.get())
    if answer.reason is not None:
        raise LookupFailedError(host, answer.reason)
    return list(answer.addresses if local else _local_names.ordered(answer.addresses))


def _ask(host: str, family: Family, timeout: float, servers: Sequence[Server]) -> Answer:
    now = monotonic()
    lookup = Lookup(host, family, servers, now, now + timeout)
    try:
        while lookup.answer is None:
            _wait_for(lookup)
            lookup.advance(monotonic())
        return lookup.answer
    finally:
        lookup.close()


def _wait_for(lookup: Lookup) -> None:
    readers = [each for each, wants_write in lookup.sockets() if not wants_write]
    writers = [each for each, wants_write in lookup.sockets() if wants_write]
    select.select(readers, writers, [], max(lookup.wake_at - monotonic(), 0.0))


def has_route(ip: str) -> bool:
    """Whether this machine has a route to the address. Sends nothing: UDP's connect only asks the kernel."""
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((ip, 53))
    except OSError:
        return False
    return True


def _of_family(addresses: tuple[str, ...], family: Family) -> Answer:
    kept = tuple(each for each in addresses if family == "any" or (":" in each) == (family == "6"))
    return Answer(kept, 5.0, None if kept else "dns_no_address")


_local_names = LocalNames()
_resolv_conf = ResolvConf()
