"""Whether a template would say the same of an address that does not exist: then it says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from app.engine.bug.asking.soft404 import Missing, samples_of
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.templates.answers import values_of
from app.engine.bug.templates.fetch import Chain
from app.engine.bug.templates.judge import judge
from app.engine.bug.templates.nodes import Scope
from app.engine.bug.templates.types import Block
from app.engine.bug.types import Response


class Twins:
    """Compares a find with what the site says of random names in the same folder."""

    def __init__(self, asker: Asker, gathered: Gathered) -> None:
        self._missing = Missing(asker, gathered)
        self._gathered = gathered
        self._roots = {"", "/", urlsplit(gathered.plan.url).path, urlsplit(gathered.base_url).path}

    def say_the_same(self, block: Block, chain: Chain, response: Response, scope: Scope, number: int) -> bool:
        """`scope` is what was known before the answer. The site's own entrance is what it is, and is not
        compared. Raises ScanOverError."""
        first = chain[0]
        if first.request.method != "GET" or urlsplit(first.url).path in self._roots:
            return False
        is_alike = self._missing.is_like_missing(first)
        if len(chain) > 1:
            # Where a redirect ends is no longer about the address that was asked for.
            return is_alike
        return any(self._matches(block, scope, twin, number) for twin in self._twins(response))

    def _twins(self, response: Response) -> Iterator[Response]:
        for sample in samples_of(self._gathered):
            if sample.error is None:
                yield _as_if(sample, response)

    def _matches(self, block: Block, scope: Scope, twin: Response, number: int) -> bool:
        values = {**scope.values, **values_of(twin, number, block.max_size)}
        return judge(block.operators, Scope(values, scope.random, scope.now)).is_match


def _as_if(sample: Response, found: Response) -> Response:
    """The sample with the echo of its own address replaced by the one that was asked for."""
    body = sample.body
    for own, other in zip(_echoes(sample.url), _echoes(found.url), strict=True):
        if own:
            body = body.replace(own, other)
    return replace(sample, body=body, request=found.request)


def _echoes(url: str) -> tuple[bytes, bytes]:
    path = urlsplit(url).path
    return path.encode("utf-8", "replace"), path.rpartition("/")[2].encode("utf-8", "replace")
