"""Links of the site that lead nowhere, and pages that fail."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.bug.gathered import Gathered
from app.engine.bug.page import Page
from app.engine.bug.registry import site_check
from app.engine.bug.types import Hit

_MOST = 50


@site_check("dead_links")
def look(gathered: Gathered) -> Iterator[Hit]:
    gone = {page.url: page for page in gathered.everything if _is_gone(page)}
    named: dict[str, str] = {}
    for page in gathered.html:
        for url in (*(link.url for link in page.links), *(script.url for script in page.scripts)):
            plain = url.partition("#")[0]
            if plain in gone:
                named.setdefault(plain, page.url)
    for url, where in list(named.items())[:_MOST]:
        status = gone[url].response.status
        yield Hit(
            "dead_links.missing",
            url,
            evidence=f"{status}, linked from {where}"[:300],
            detail={"status": status, "where": where[:200]},
            response=gone[url].response,
        )
    for page in [each for each in gathered.everything if each.response.status >= 500][:_MOST]:
        status = page.response.status
        yield Hit(
            "dead_links.failing",
            page.url,
            evidence=f"HTTP {status}",
            detail={"status": status},
            response=page.response,
        )


def _is_gone(page: Page) -> bool:
    return page.response.status in (404, 410) and page.via in ("link", "script", "home", "revisit")
