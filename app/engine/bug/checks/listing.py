"""Folders whose contents the server lists: those that the site speaks of, and the usual ones.

A listing names its own path in title or heading and consists of links; a page that is merely called
"Index of …" does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote, urljoin, urlsplit

from app.engine.bug.asking.answers import Answers
from app.engine.bug.asking.places import again_first, bases_of, disallowed_of, folders_of
from app.engine.bug.asking.soft404 import Missing
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.page import Page
from app.engine.bug.registry import probe
from app.engine.bug.signatures import names_for
from app.engine.bug.types import Hit, Response

_MAX_SEEN = {"standard": 20, "full": 80}
_TITLE = re.compile(
    r"(?i)<(title|h1)[^>]{0,100}>\s{0,20}(?:index of|directory listing (?:for|of)|listing directory"
    r"|directory:|contents of|folder listing:?|browsing:?)\s{0,10}\[?([^<\]]{0,300}?)\]?\s{0,20}(?:- /)?</\1>"
)
_IIS = re.compile(
    r"(?i)<title>[^<]{0,200} - (/[^<]{0,300})</title>[\s\S]{0,600}"
    r"<a href=\"[^\"]{0,300}\">\[To Parent Directory\]</a>"
)
_BUCKET = re.compile(r"<ListBucketResult\b[\s\S]{0,2000}<(?:Name|Contents)>")


@probe("listing", order=28, widens=True)
def look(asker: Asker, gathered: Gathered) -> Iterator[Hit]:
    answers, missing = Answers(asker, gathered), Missing(asker, gathered)
    for response in answers.each(_candidates(gathered)):
        rule, proof = _seen_in(response)
        if rule and not missing.is_like_missing(response):
            path = urlsplit(response.url).path
            yield Hit(f"listing.{rule}", response.url, proof, detail={"path": path}, response=response)


def _candidates(gathered: Gathered) -> list[str]:
    is_full = gathered.plan.profile == "full"
    names = names_for("listing", full=is_full)
    hidden = [url for url in disallowed_of(gathered) if url.endswith("/")]
    seen = folders_of(gathered, _MAX_SEEN.get(gathered.plan.profile, 0))
    usual = [urljoin(base, name) for base in bases_of(gathered)[: 1 + is_full] for name in names]
    everything = [gathered.base_url, *hidden, *seen, *usual]
    return again_first(gathered, everything, fits=lambda url: url.endswith("/"))


def _seen_in(response: Response) -> tuple[str, str]:
    """(rule, proof) of a listing, or two empty strings."""
    if response.status != 200 or response.error is not None:
        return "", ""
    text = response.text[:20_000]
    bucket = _BUCKET.search(text)
    if bucket is not None and not response.is_html:
        return "bucket", "<ListBucketResult> names the objects in store"
    own = _normal(urlsplit(response.url).path)
    for found in [*_TITLE.finditer(text), *_IIS.finditer(text)]:
        entries = _entries(response)
        if _normal(found[found.lastindex or 0]) == own and entries:
            return "directory", f"{' '.join(found[0].split())[:120]} with {', '.join(entries)[:120]}"
    return "", ""


def _entries(response: Response) -> list[str]:
    """Names that the page links to and that lie in the folder itself, or the way up."""
    here = response.url.partition("?")[0]
    up = urljoin(here, "..")
    found = []
    for link in Page(response).links:
        target = link.url.partition("?")[0].partition("#")[0]
        inside = target.startswith(here) and target != here and "/" not in target[len(here) :].rstrip("/")
        if link.tag == "a" and (inside or (target == up and target != here)):
            found.append(target[len(here) :] if inside else "..")
    return list(dict.fromkeys(found))[:8]


def _normal(path: str) -> str:
    """A path as listings write it: without the host, the escapes and the last slash."""
    plain = unescape(unquote(path)).strip()
    return "/" + plain[plain.find("/") + 1 :].strip("/ ") if "/" in plain else "/" + plain
