"""A site's key pages, found by a small polite crawl: one request at a time, as robots.txt permits.

1. Read robots.txt. Where it cannot be reached, nothing is permitted (RFC 9309 §2.3.1.4).
2. Begin with the home page and a small sitemap.xml. Look at the most promising page that is known, and learn
   its links; never leave the registrable domain; one page of each kind of address.
3. End with enough pages, after three requests for each wanted one, or when told to stop.
"""

from __future__ import annotations

import hashlib
import heapq
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

from app.engine.net.robots import MAX_ROBOTS, NOTHING, Robots, robots_of
from app.engine.net.target import TargetError, parse_target
from app.engine.net.urls import site_of
from app.engine.tamper.fetch.links import Link, followable, read_page, sitemap_links
from app.engine.tamper.fetch.want import Want
from app.engine.tamper.types import Observation

AGENT = "CloudEye"
USER_AGENT = "Mozilla/5.0 (compatible; CloudEye/1.0)"
MAX_DEPTH = 3
_REQUESTS_A_PAGE = 3
_MAX_PAGE = 1_500_000
_MAX_SITEMAP = 500_000
_MAX_KNOWN = 5000
_MAX_HOSTS = 5
_MAX_FROM_FOLDER = 3
_TIMEOUT_MS = 15_000
_NAP_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page worth watching. `why` is home, login, payment, contact, about, navigation, link or sitemap."""

    url: str
    title: str
    depth: int
    why: str


class FetchesPages(Protocol):
    """What the crawl needs of a `Fetcher`."""

    def fetch(self, wanted: Sequence[Want]) -> list[Observation]: ...


def find_pages(
    fetcher: FetchesPages,
    start_url: str,
    *,
    limit: int = 20,
    allow: tuple[str, ...] = (),
    pause_seconds: float = 1.0,
    stop: Callable[[], bool] = lambda: False,
    on_page: Callable[[FoundPage], None] = lambda page: None,
    sleep: Callable[[float], None] = time.sleep,
) -> list[FoundPage]:
    """At most `limit` pages, the start page first, in the order they were found; each also to `on_page`.

    Raises TargetError when `start_url` is none. Blocks; `stop` is asked several times a second. A site whose
    robots.txt forbids it, or that does not answer, gives an empty list.
    """
    crawl = _Crawl(fetcher, parse_target(start_url).url, allow, pause_seconds, stop, sleep)
    crawl.begin()
    found: list[FoundPage] = []
    while len(found) < limit and crawl.requests < limit * _REQUESTS_A_PAGE:
        page = crawl.next_page()
        if crawl.is_over:
            break
        if page is not None:
            found.append(page)
            on_page(page)
    return found


@dataclass
class _Crawl:
    fetcher: FetchesPages
    start_url: str
    allow: tuple[str, ...]
    pause_seconds: float
    stop: Callable[[], bool]
    sleep: Callable[[float], None]
    requests: int = 0
    is_over: bool = False
    _robots: dict[str, Robots] = field(default_factory=dict)
    # By rank, then in the order they were learned.
    _heap: list[tuple[int, int, Link]] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)
    _ranks: dict[str, int] = field(default_factory=dict)
    _patterns: set[str] = field(default_factory=set)
    _folders: Counter[str] = field(default_factory=Counter)
    _bodies: set[bytes] = field(default_factory=set)
    _site: str = ""

    def begin(self) -> None:
        self._site = site_of(parse_target(self.start_url).host)
        self._learn(Link(self.start_url, "home", 0))
        self._read_sitemap(self._robots_for(self.start_url))

    def next_page(self) -> FoundPage | None:
        """Look at the best link known; None when it is no page to watch. `is_over` when none is left."""
        if not self._heap or self.stop():
            self.is_over = True
            return None
        best = heapq.heappop(self._heap)[2]
        if not self._is_wanted(best) or not self._is_permitted(best.url):
            return None
        seen = self._fetch(best.url, _MAX_PAGE)
        return None if seen is None else self._take(best, seen)

    def _take(self, link: Link, seen: Observation) -> FoundPage | None:
        url = followable(seen.final_url)
        if url is None or not self._is_ours(url):
            return None
        if link.depth == 0:
            # The start page may stand elsewhere (https, www., /home): that is the site to look at.
            self._patterns.add(link.pattern)
        landed = Link(url, link.why, link.depth)
        digest = hashlib.sha256(seen.body).digest()
        is_html = "html" in seen.content_type.lower() or not seen.content_type
        is_new = landed.pattern not in self._patterns and digest not in self._bodies
        if not (seen.status == 200 and is_html and (is_new or link.depth == 0)):
            return None
        self._patterns |= {link.pattern, landed.pattern}
        self._folders[landed.folder] += 1
        self._bodies.add(digest)
        page = read_page(seen.body, seen.content_type, url, link.depth)
        if link.depth < MAX_DEPTH:
            for each in page.links:
                self._learn(each)
        return FoundPage(url, page.title, link.depth, link.why)

    def _learn(self, link: Link) -> None:
        """Remember a link; the better reason counts when it is known already."""
        if len(self._heap) >= _MAX_KNOWN or not self._is_ours(link.url):
            return
        rank = link.rank
        if rank > self._ranks.get(link.url, -_MAX_KNOWN):
            self._ranks[link.url] = rank
            heapq.heappush(self._heap, (-rank, next(self._numbers), link))

    def _is_wanted(self, link: Link) -> bool:
        """Whether nothing like it was found: neither its pattern, nor several from the same folder."""
        return link.pattern not in self._patterns and (
            not link.folder or self._folders[link.folder] < _MAX_FROM_FOLDER
        )

    def _is_ours(self, url: str) -> bool:
        try:
            return site_of(parse_target(url).host) == self._site
        except TargetError:
            return False

    def _is_permitted(self, url: str) -> bool:
        return self._robots_for(url).permits(parse_target(url).path)

    def _robots_for(self, url: str) -> Robots:
        """The rules of the address's own origin; nothing on the sixth host of a site and beyond."""
        origin = parse_target(url).origin
        if origin not in self._robots:
            if len(self._robots) >= _MAX_HOSTS:
                return NOTHING
            self._robots[origin] = NOTHING
            seen = self._fetch(f"{origin}/robots.txt", MAX_ROBOTS)
            if seen is not None:
                self._robots[origin] = robots_of(seen.status, seen.body, seen.error, AGENT)
        return self._robots[origin]

    def _read_sitemap(self, robots: Robots) -> None:
        origin = parse_target(self.start_url).origin
        own = [each for each in robots.sitemaps if self._is_ours(each)]
        url = own[0] if own else f"{origin}/sitemap.xml"
        if not self._is_permitted(url):
            return
        seen = self._fetch(url, _MAX_SITEMAP)
        if seen is not None and seen.status == 200 and not seen.is_cut:
            for address in sitemap_links(seen.body):
                page = followable(address)
                if page is not None and "?" not in page:
                    self._learn(Link(page, "sitemap", 1))

    def _fetch(self, url: str, max_bytes: int) -> Observation | None:
        """One request after the pause; None when it was stopped before."""
        if self.requests and not self._pause(url):
            return None
        self.requests += 1
        want = Want(
            url,
            timeout_ms=_TIMEOUT_MS,
            max_bytes=max_bytes,
            allow=self.allow,
            headers={"User-Agent": USER_AGENT},
        )
        return self.fetcher.fetch([want])[0]

    def _pause(self, url: str) -> bool:
        """Wait as long as the site asks for, and we do; False when it is to stop."""
        robots = self._robots.get(parse_target(url).origin)
        left = max(self.pause_seconds, robots.delay_seconds if robots else 0.0)
        while left > 0 and not self.stop():
            nap = min(left, _NAP_SECONDS)
            self.sleep(nap)
            left -= nap
        return not self.stop()
