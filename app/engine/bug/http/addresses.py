"""The addresses of the scanned host, judged by the guard and remembered for a while."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, TimeoutError
from time import monotonic

from app.engine.net.guard import AllowList, is_permitted
from app.engine.net.resolver import LookupFailedError, resolve

_KEPT_SECONDS = 60.0
_LOOKUP_SECONDS = 5.0
_NAP_SECONDS = 0.1


class Addresses:
    """`find` gives the permitted addresses of a host, or the error's key. Waits in short naps for `stop`."""

    def __init__(self, allow: Sequence[str], dns_servers: Sequence[str], stop: Callable[[], bool]) -> None:
        self._allow = AllowList.of(allow)
        self._dns_servers = dns_servers
        self._stop = stop
        self._known: dict[str, tuple[float, list[str], str | None]] = {}

    def find(self, host: str) -> tuple[list[str], str | None]:
        known = self._known.get(host)
        if known is None or known[0] < monotonic():
            found, error = self._look(host)
            known = (monotonic() + _KEPT_SECONDS, found, error)
            self._known[host] = known
        return known[1], known[2]

    def _look(self, host: str) -> tuple[list[str], str | None]:
        pool = ThreadPoolExecutor(1)
        try:
            coming = pool.submit(resolve, host, _LOOKUP_SECONDS, dns_servers=self._dns_servers)
            while not self._stop():
                try:
                    return self._permitted(coming.result(_NAP_SECONDS))
                except TimeoutError:
                    continue
                except LookupFailedError as error:
                    return [], error.reason
            return [], "probe_stopped"
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _permitted(self, found: Sequence[str]) -> tuple[list[str], str | None]:
        permitted = [each for each in found if is_permitted(each, self._allow)]
        return permitted, None if permitted else "address_refused"
