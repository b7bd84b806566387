"""How templates ask: through the scan's Asker, without its log-in, each plain address once for all."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from app.engine.bug.asking.answers import anonymous
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.http.cookies import Jar
from app.engine.bug.types import Request, Response

_MAX_KEPT = 8_000_000
"""Bytes of bodies that are kept for further templates."""
_KEEPING_METHOD = frozenset({307, 308})
Chain = tuple[Response, ...]
_Key = tuple[Request, int]


class Fetch:
    """`asked` counts what was sent for templates; what is kept serves whichever asks the same."""

    def __init__(self, asker: Asker, gathered: Gathered) -> None:
        self._asker = asker
        self._seen: dict[str, Response] = gathered.shared.get("answers", {})
        self._kept: OrderedDict[_Key, Chain] = OrderedDict()
        self._size = 0

    def chain(self, request: Request, redirects: int, jar: Jar | None) -> Chain:
        """The answer, and those of its redirects as far as they stay in the scan. Raises ScanOverError."""
        if jar is not None:
            request = jar.added_to(request)
        key = (request, redirects)
        chain = self._known(key)
        if chain is None:
            chain = self._asked(request, redirects, jar)
            self._keep(key, chain)
        if jar is not None:
            jar.learn(*chain)
        return chain

    def _known(self, key: _Key) -> Chain | None:
        request, redirects = key
        if request.method != "GET" or request.body:
            return None
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        # What other checks have asked for already.
        seen = self._seen.get(request.url) if not request.headers else None
        if seen is None or seen.is_cut or seen.error or (redirects and seen.header("location")):
            return None
        return (seen,)

    def _keep(self, key: _Key, chain: Chain) -> None:
        if key[0].method != "GET" or key[0].body or any(response.error for response in chain):
            return
        self._kept[key] = chain
        self._size += _size(chain)
        while self._size > _MAX_KEPT and len(self._kept) > 1:
            _, old = self._kept.popitem(last=False)
            self._size -= _size(old)

    def _asked(self, request: Request, redirects: int, jar: Jar | None) -> Chain:
        hops: list[Response] = []
        with anonymous(self._asker) as asker:
            while True:
                response = asker.ask(request)
                hops.append(response)
                target = asker.redirect_of(response)
                if len(hops) > redirects or not target or not asker.is_in_scope(target):
                    return tuple(hops)
                if jar is not None:
                    jar.learn(response)
                request = _next(request, response.status, target)
                request = jar.added_to(request) if jar is not None else request


def _next(request: Request, status: int, target: str) -> Request:
    if status in _KEEPING_METHOD or request.method in ("GET", "HEAD"):
        return replace(request, url=target)
    return replace(request, url=target, method="GET", body=b"")


def _size(chain: Chain) -> int:
    return sum(len(response.body) + 1_000 for response in chain)
