"""Every answer that came of itself: pages, files, the hops that led to them, and those for missing pages."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.bug.gathered import Gathered
from app.engine.bug.page import Page
from app.engine.bug.types import Response


def answers(gathered: Gathered) -> Iterator[Response]:
    """Each answer of the site's own host once, the home page's first."""
    done: set[int] = set()
    for response in _all(gathered):
        if id(response) in done or response.error is not None or not gathered.is_ours(response.url):
            continue
        done.add(id(response))
        yield response


def pages(gathered: Gathered) -> Iterator[Page]:
    """Each answer as a page: what was crawled, and what came for addresses that do not exist."""
    seen: set[int] = set()
    for page in gathered.everything:
        seen.add(id(page.response))
        yield page
    for response in gathered.missing:
        if id(response) not in seen and response.error is None:
            yield Page(response, via="missing")


def _all(gathered: Gathered) -> Iterator[Response]:
    for page in gathered.everything:
        yield from page.redirects
        yield page.response
    yield from gathered.http_chain
    yield from gathered.https_chain
    yield from gathered.missing
