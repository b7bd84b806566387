"""What a stranger gets at addresses of the site, each asked for once, whichever checks want it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urljoin, urlsplit

from app.engine.bug.finding.fingerprint import place_of
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.types import Request, Response

MAX_BYTES = 65_536
"""Of a body; enough to know a file by."""
_BATCH = 8
_KEY = "answers"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@contextmanager
def anonymous(asker: Asker) -> Iterator[Asker]:
    """The same asker without the log-in: what lies open must lie open for everybody."""
    headers, asker.login_headers = asker.login_headers, ()
    try:
        yield asker
    finally:
        asker.login_headers = headers


class Answers:
    """Answers to plain, anonymous GET requests by address, kept for all checks of a scan."""

    def __init__(self, asker: Asker, gathered: Gathered) -> None:
        self._asker = asker
        known = gathered.shared.get(_KEY)
        if known is None:
            pages = gathered.everything if gathered.plan.login is None else ()
            known = {page.url: page.response for page in pages if _is_plain(page.response)}
            gathered.shared[_KEY] = known
        self._known: dict[str, Response] = known
        # For the coverage: what the probe that runs has looked at, whoever asked for it.
        judged: dict[str, set[str]] = gathered.shared.setdefault("judged", {})
        self._looked_at = judged.setdefault(gathered.shared.get("check", ""), set())

    def get(self, url: str, *, max_bytes: int = MAX_BYTES) -> Response:
        """One answer. Raises ScanOverError."""
        return next(self.each([url], max_bytes=max_bytes))

    def each(self, urls: Sequence[str], *, max_bytes: int = MAX_BYTES) -> Iterator[Response]:
        """The answers in the order of the addresses, asked for a few at a time: what was found in the first
        ones is with the caller before the next are sent. Raises ScanOverError."""
        for place in range(0, len(urls), _BATCH):
            batch = urls[place : place + _BATCH]
            self._ask([url for url in dict.fromkeys(batch) if url not in self._known], max_bytes)
            self._looked_at.update(place_of(url) for url in batch)
            yield from (self._known.get(url) or Response(Request(url), error="not_sent") for url in batch)

    def deeper(self, response: Response, *, max_bytes: int = MAX_BYTES) -> Response:
        """Go one step along a redirect that stays below the address asked for."""
        target = deeper_target(response)
        return self.get(target, max_bytes=max_bytes) if target else response

    def all(self) -> tuple[Response, ...]:
        """Everything asked for so far."""
        return tuple(self._known.values())

    def _ask(self, urls: Sequence[str], max_bytes: int) -> None:
        if not urls:
            return
        with anonymous(self._asker) as asker:
            found = asker.ask_all([Request(url, max_bytes=max_bytes) for url in urls])
        for response in found:
            if response.error != "not_sent":
                self._known[response.url] = response


def deeper_target(response: Response) -> str:
    """Where a redirect leads when that is below its own address on the same host; empty otherwise."""
    location = response.header("location")
    if response.status not in _REDIRECTS or not location:
        return ""
    try:
        target = urljoin(response.url, location).partition("#")[0]
        there, here = urlsplit(target), urlsplit(response.url)
    except ValueError:
        return ""
    is_below = there.path.startswith(here.path.rstrip("/") + "/") and there.path != here.path
    return target if is_below and there[:2] == here[:2] and len(here.path) > 1 else ""


def _is_plain(response: Response) -> bool:
    request = response.request
    return request.method == "GET" and not request.headers and response.error is None
