"""Which address to fetch next: the nearest and most telling first, never one of a kind too often."""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from urllib.parse import parse_qsl, urlsplit

from app.engine.bug.finding.fingerprint import place_of

_MAX_KNOWN = 5_000
_MAX_URL = 1_500
_MOST_OF_A_KIND = 2
_MOST_OF_A_FOLDER = 12
# What a link like this does cannot be undone by whoever only wanted to look.
_ACTING = re.compile(
    r"(?i)log-?out|sign-?out|log-?off|delete|remove|destroy|unsubscribe|cancel|reset|purge|drop|revoke|disable"
    r"|退出|注销|删除"
)
_FILES = re.compile(r"(?i)\.(?:m?js|css|json|map|txt|xml|webmanifest|yml|yaml|md|log|csv|conf|ini)$")
# Parameters that only keep caches from answering, or say where a visitor came from.
_STAMPS = re.compile(
    r"(?i)(?:v|ver|version|t|ts|_|cb|rev|hash|timestamp|nocache)=[0-9a-f.-]{0,64}|(?:utm_\w{1,20}|fbclid|gclid)=.*"
)
_MEDIA = re.compile(
    r"(?i)\.(?:png|jpe?g|gif|webp|avif|svgz?|ico|bmp|tiff?|woff2?|ttf|otf|eot|mp[34]|m4[av]|og[gv]|webm|wav"
    r"|avi|mov|pdf|docx?|xlsx?|pptx?|zip|gz|tgz|bz2|xz|7z|rar|tar|exe|msi|dmg|iso|apk|jar|war|bin|swf)$"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An address to fetch. `is_file`: a script, style sheet or the like, no page."""

    url: str
    depth: int
    via: str
    is_file: bool = False


class Frontier:
    """A queue of addresses, each once; of a kind (path and names of parameters alike) only a few."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Wanted]] = []
        self._numbers = count()
        self._known: set[str] = set()
        self._places: Counter[str] = Counter()
        self._kinds: Counter[tuple[str, tuple[str, ...]]] = Counter()
        self._folders: Counter[str] = Counter()

    def add(self, url: str, depth: int, via: str) -> None:
        url = _without_stamps(url.partition("#")[0]) if via != "revisit" else url.partition("#")[0]
        if url in self._known or len(self._known) >= _MAX_KNOWN or len(url) > _MAX_URL:
            return
        try:
            parts = urlsplit(url)
        except ValueError:
            return
        if parts.scheme not in ("http", "https") or _ACTING.search(url):
            return
        if via != "revisit" and _MEDIA.search(parts.path):
            return
        self._known.add(url)
        is_file = via == "script" or bool(_FILES.search(parts.path))
        rank = depth * 10 + (3 if is_file and via != "script" else 0) + (2 if parts.query else 0)
        rank += 40 if self._places[place_of(url)] else 0
        self._places[place_of(url)] += 1
        rank += {"revisit": -1000, "home": -900, "login": -800, "guess": 25, "sitemap": 5}.get(via, 0)
        heapq.heappush(self._heap, (rank, next(self._numbers), Wanted(url, depth, via, is_file)))

    def next(self, *, most: int) -> Sequence[Wanted]:
        """The next few; empty when nothing is left."""
        found: list[Wanted] = []
        while self._heap and len(found) < most:
            wanted = heapq.heappop(self._heap)[2]
            if wanted.via == "revisit" or self._is_new_kind(wanted):
                found.append(wanted)
        return found

    @property
    def has_more(self) -> bool:
        return bool(self._heap)

    def know(self, url: str) -> None:
        """Never fetch this one (again)."""
        self._known.add(url.partition("#")[0])

    def _is_new_kind(self, wanted: Wanted) -> bool:
        place = place_of(wanted.url)
        folder = place.rpartition("/")[0]
        kind = (place, _names(wanted.url))
        most_of_folder = _MOST_OF_A_FOLDER if folder else 4 * _MOST_OF_A_FOLDER
        if self._kinds[kind] >= _MOST_OF_A_KIND or self._folders[folder] >= most_of_folder:
            return False
        self._kinds[kind] += 1
        self._folders[folder] += 1
        return True


def _without_stamps(url: str) -> str:
    """The address without cache busters: the same page under another number is the same page."""
    path, mark, query = url.partition("?")
    if not mark:
        return url
    kept = [each for each in query.split("&") if not _STAMPS.fullmatch(each)]
    return f"{path}?{'&'.join(kept)}" if kept else path


def _names(url: str) -> tuple[str, ...]:
    """The names of an address's parameters."""
    try:
        pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return ("*",)
    return tuple(sorted({name for name, _ in pairs}))
