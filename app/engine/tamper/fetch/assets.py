"""The files a page loads: fetched beside it, small, and told by their hashes.

1. Fetch in the order wanted, a few at once, until time or bytes are spent; the rest gets status 0.
2. Hash the bytes, and a picture's looks.
3. Read stylesheets as text, with what they import from their own host (one level).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from time import monotonic
from typing import Protocol
from urllib.parse import urljoin

from app.engine.net.target import TargetError, parse_target
from app.engine.tamper.fetch.picture import picture_hash
from app.engine.tamper.fetch.want import Want
from app.engine.tamper.types import Asset, Observation
from app.engine.usability.http.body import text_of

MAX_ASSETS = 40
MAX_CSS = 300_000
_AT_ONCE = 8
_SECONDS = 30.0
_SECONDS_EACH = 10.0
_PICTURE_SECONDS = 5.0
_MAX_IMPORTS = 5
_MAX_IMPORTS_READ = 50
_PICTURES = frozenset({"image", "icon"})
_ACCEPT = {
    "image": "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
    "icon": "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
    "stylesheet": "text/css,*/*;q=0.1",
}
_IMPORT = re.compile(r"@import\s{1,20}(?:url\(\s{0,20})?[\"']?([^\"')\s;]{1,2000})", re.IGNORECASE)

Fetch = Callable[[Sequence[Want]], list[Observation]]


class WantsAsset(Protocol):
    """What names a file worth fetching: its address and its role (script, stylesheet, image or icon)."""

    @property
    def url(self) -> str: ...

    @property
    def role(self) -> str: ...


@dataclass
class Budget:
    """What one page's files may still cost. `bytes_left` goes down with each file that is kept."""

    bytes_left: int
    max_each: int
    allow: tuple[str, ...]
    stop_at: float

    @property
    def is_spent(self) -> bool:
        return self.bytes_left <= 0 or monotonic() >= self.stop_at

    def want(self, url: str, role: str, referrer: str, view: str) -> Want:
        seconds = min(self.stop_at - monotonic(), _SECONDS_EACH)
        headers = {"Accept": _ACCEPT.get(role, "*/*"), "Referer": _referrer(referrer, url)}
        return Want(url, view, max(int(seconds * 1000), 1), self.max_each, self.allow, headers, is_part=True)


def fetch_assets(
    fetch: Fetch,
    page: Observation,
    wanted: Sequence[WantsAsset],
    *,
    allow: tuple[str, ...],
    total_bytes: int,
    max_each: int,
) -> tuple[Asset, ...]:
    """At most 40 files, in the order of `wanted`, each address once.

    A file longer than `max_each` bytes is known by its beginning, and its `size` is `max_each`.
    """
    budget = Budget(total_bytes, max_each, allow, monotonic() + _SECONDS)
    files = list({each.url: each.role for each in wanted}.items())[:MAX_ASSETS]
    referrer = page.final_url or page.url
    seen: list[tuple[str, str, Observation | None]] = []
    for start in range(0, len(files), _AT_ONCE):
        batch = files[start : start + _AT_ONCE]
        answers: Sequence[Observation | None] = [None] * len(batch)
        if not budget.is_spent:
            answers = fetch([budget.want(url, role, referrer, page.view) for url, role in batch])
        for (url, role), answer in zip(batch, answers, strict=True):
            seen.append((url, role, _kept(budget, answer)))
    imported = _imports(fetch, budget, [each for _, role, each in seen if role == "stylesheet" and each])
    pictures_until = monotonic() + _PICTURE_SECONDS
    return tuple(_asset(url, role, answer, imported, pictures_until) for url, role, answer in seen)


def _kept(budget: Budget, answer: Observation | None) -> Observation | None:
    """The answer while there are bytes left: which files are left out depends on their order alone."""
    if answer is None or budget.bytes_left <= 0:
        return None
    budget.bytes_left -= len(answer.body)
    return answer


def _asset(
    url: str, role: str, answer: Observation | None, imported: dict[str, str], pictures_until: float
) -> Asset:
    if answer is None or answer.error:
        return Asset(url, role, 0)
    is_picture = role in _PICTURES and answer.status == 200 and not answer.is_cut
    return Asset(
        url=url,
        role=role,
        status=answer.status,
        sha256=hashlib.sha256(answer.body).hexdigest(),
        size=len(answer.body),
        content_type=answer.content_type,
        phash=picture_hash(answer.body) if is_picture and monotonic() < pictures_until else None,
        text=_css(answer, imported) if role == "stylesheet" else None,
    )


def _css(sheet: Observation, imported: dict[str, str]) -> str:
    """The sheet's text after that of what it imports, as the cascade has it, and never cut in its favour."""
    own = _text(sheet)
    before = "\n".join(imported[url] for url in _imported_urls(sheet) if url in imported)
    return before[: max(MAX_CSS - len(own), 0)] + own


def _imports(fetch: Fetch, budget: Budget, sheets: Sequence[Observation]) -> dict[str, str]:
    """Texts of imported stylesheets by address."""
    wants = {
        url: budget.want(url, "stylesheet", sheet.final_url, sheet.view)
        for sheet in sheets
        for url in _imported_urls(sheet)
    }
    if not wants or budget.is_spent:
        return {}
    answers = fetch(list(wants.values())[: 2 * _MAX_IMPORTS])
    kept = [each for each in answers if _kept(budget, each) and each.error is None and each.status == 200]
    return {each.url: _text(each) for each in kept}


def _imported_urls(sheet: Observation) -> list[str]:
    """What a stylesheet imports from its own host: addresses, at most five."""
    if sheet.status != 200 or b"@" not in sheet.body:
        return []
    found = []
    for match in islice(_IMPORT.finditer(_without_comments(_text(sheet))), _MAX_IMPORTS_READ):
        try:
            target = parse_target(urljoin(sheet.final_url, match[1]))
            if target.host == parse_target(sheet.final_url).host:
                found.append(target.url)
        except ValueError:
            continue
    return found[:_MAX_IMPORTS]


def _without_comments(css: str) -> str:
    """In one pass, however many comments begin and never end."""
    first, *others = css.split("/*")
    return first + "".join(each.partition("*/")[2] for each in others)


def _text(sheet: Observation) -> str:
    return text_of(sheet.body[: 2 * MAX_CSS], sheet.content_type)[:MAX_CSS]


def _referrer(page: str, url: str) -> str:
    """What browsers tell (`strict-origin-when-cross-origin`): all of it at home, the origin elsewhere."""
    try:
        here, there = parse_target(page), parse_target(url)
    except TargetError:
        return page
    return page if here.origin == there.origin else here.origin + "/"
