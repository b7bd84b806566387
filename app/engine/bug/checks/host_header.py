"""Pages that believe whatever host a request names, and write it into links and redirects. By consent.

Every request has a query of its own, so that no cache between keeps the answer for other visitors.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from urllib.parse import urlsplit

from app.engine.bug.asking.places import again_first
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.page import Page
from app.engine.bug.registry import probe
from app.engine.bug.types import Headers, Hit, Request, Response
from app.engine.net.urls import host_of, resolve

_MAX = {"standard": 6, "full": 25}
_LIKELY = re.compile(r"(?i)forgot|reset|password|log-?in|sign|regist|account|invite|verify|mail")


@probe("host_header", consent="host-header", order=66)
def look(asker: Asker, gathered: Gathered) -> Iterator[Hit]:
    for url in _candidates(gathered):
        for name in ("X-Forwarded-Host", "Host"):
            host = f"h{secrets.token_hex(4)}.cloudeye.invalid"
            response = asker.ask(Request(_fresh(url), headers=_headers(name, host), max_bytes=300_000))
            where = _believed_in(response, host)
            if where:
                detail = {"path": urlsplit(url).path, "header": name, "where": where}
                proof = f"{name}: {host} → {where}"[:300]
                yield Hit(
                    "host_header.believed", url, proof, parameter=name, detail=detail, response=response
                )
                break


def _candidates(gathered: Gathered) -> list[str]:
    """The home page, then pages that may write mails with links in them, then others."""
    pages = list(dict.fromkeys(page.url.partition("?")[0] for page in gathered.html))
    ordered = sorted(pages[1:], key=lambda url: not _LIKELY.search(urlsplit(url).path))
    likely = [*pages[:1], *ordered][: _MAX.get(gathered.plan.profile, 0)]
    return again_first(gathered, likely, fits=pages.__contains__)


def _fresh(url: str) -> str:
    return f"{url}?cloudeye={secrets.token_hex(4)}"


def _headers(name: str, host: str) -> Headers:
    if name == "Host":
        return (("Host", host),)
    return ((name, host), ("X-Host", host), ("X-Forwarded-Server", host), ("Forwarded", f"host={host}"))


def _believed_in(response: Response, host: str) -> str:
    """Where the foreign host stands as the host of an address that visitors follow."""
    if response.error is not None or response.status in (400, 403, 421, 429):
        return ""
    location = response.header("location")
    if location and host_of(resolve(response.url, location)) == host:
        return f"Location: {location[:120]}"
    if host not in response.text:
        return ""
    page = Page(response)
    places = [
        *((link.url, f"<{link.tag}>") for link in page.links),
        *((form.action, "<form>") for form in page.forms),
        *((script.url, "<script>") for script in page.scripts if script.url),
        (page.base, "<base>"),
        *((value, name) for name, value in page.metas.items()),
    ]
    return next((f"{where} {url[:120]}" for url, where in places if host_of(url) == host), "")
