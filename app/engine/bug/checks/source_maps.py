"""Source maps that scripts and style sheets name: are they really served?

Browsers ask for them whenever somebody opens the developer's tools; so do we, for five at most.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from typing import Any

from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.page import Page
from app.engine.bug.reading.excerpt import clipped
from app.engine.bug.registry import probe
from app.engine.bug.types import Hit, Request
from app.engine.net.urls import resolve

_MAP = re.compile(r"[#@]\s?sourceMappingURL=\s?([^\s'\"*]{1,500})")
_INLINE = re.compile(
    r"[#@]\s?sourceMappingURL=data:application/json[^,]{0,60};base64,([A-Za-z0-9+/=]{20,2000000})"
)
_FOREIGN = re.compile(r"node_modules|webpack/(?:bootstrap|runtime)|external |^\.\./\.\./\.\./|/vendor/")
_MOST = 5


@probe("source_maps", profile="passive", order=20)
def look(asker: Asker, gathered: Gathered) -> Iterator[Hit]:
    named: dict[str, Page] = {}
    for page in gathered.everything:
        if page.is_html or page.response.status != 200:
            continue
        inline = _INLINE.search(page.text[-2_000_000:]) if "sourceMappingURL=data:" in page.text else None
        if inline:
            yield from _inside(page, inline[1])
            continue
        reference = _reference(page)
        url = resolve(page.url, reference) if reference else ""
        if url and asker.is_in_scope(url):
            named.setdefault(url, page)
    # Scripts first: style sheets hide little.
    chosen = sorted(named, key=lambda each: ".css" in each)[:_MOST]
    for url in chosen:
        response = asker.ask(Request(url, max_bytes=3_000_000))
        if response.error is None and response.status == 200 and not response.is_html:
            found = _map_of(response.text)
            if found is not None:
                yield from _judged(url, found, named[url])
        elif response.status in (404, 410):
            yield Hit(
                "source_maps.named",
                named[url].url,
                evidence=clipped(f"sourceMappingURL={url}: {response.status}"),
                detail={"map": url[:150]},
                response=named[url].response,
            )


def _reference(page: Page) -> str:
    header = page.response.header("sourcemap") or page.response.header("x-sourcemap")
    if header:
        return header.strip()
    # The last one counts; a bundle carries those of its parts.
    found = _MAP.findall(page.text, max(0, len(page.text) - 5_000))
    return found[-1] if found and not found[-1].startswith("data:") else ""


def _map_of(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text.removeprefix(")]}'").lstrip())
    except (ValueError, RecursionError):
        return None
    is_map = isinstance(found, dict) and isinstance(found.get("sources"), list) and "mappings" in found
    return found if is_map else None


def _judged(url: str, found: dict[str, Any], page: Page) -> Iterator[Hit]:
    sources = [str(each) for each in found["sources"][:2_000]]
    own = [each for each in sources if not _FOREIGN.search(each)]
    has_code = isinstance(found.get("sourcesContent"), list) and any(found["sourcesContent"][:2_000])
    rule = "served" if own and has_code else "served-names"
    yield Hit(
        f"source_maps.{rule}",
        url,
        evidence=clipped(f"{len(sources)} sources: {', '.join((own or sources)[:8])}"),
        detail={"count": len(sources), "script": page.url[:150]},
        response=page.response,
    )


def _inside(page: Page, text: str) -> Iterator[Hit]:
    try:
        found = _map_of(base64.b64decode(text + "=" * (-len(text) % 4)).decode("utf-8", "replace"))
    except (binascii.Error, ValueError):
        return
    if found is not None:
        yield from _judged(page.url, found, page)
