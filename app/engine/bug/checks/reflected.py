"""Parameters that come back in the page as they were sent, markup and all. By consent.

The value is a random word followed by quotes and an element that no browser knows; it counts when the element
comes back unescaped, or a quote that ends the attribute or string it stands in.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from urllib.parse import quote, urljoin, urlsplit

from app.engine.bug.asking.inputs import inputs_of
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.registry import probe
from app.engine.bug.types import Hit, Request, Response

_TAIL = "'\"<q7>"
_MAX = {"standard": 25, "full": 120}
_MAX_PLACES = 20
_ATTRIBUTE = re.compile(r"=\s{0,3}([\"'])[^\"']{0,500}\Z")
_SILENT = re.compile(r"(?i)<(textarea|title|noscript|xmp|iframe|!--)[^>]{0,200}>?[^<]{0,2000}\Z")


@probe("reflected", consent="reflected", order=60)
def look(asker: Asker, gathered: Gathered) -> Iterator[Hit]:
    for each in inputs_of(gathered)[: _MAX.get(gathered.plan.profile, 0)]:
        word = f"cq{secrets.token_hex(4)}"
        response = asker.ask(Request(each.address(quote(word + _TAIL, safe="")), max_bytes=300_000))
        yield from _hits(response, word, each.name)
    word = f"cq{secrets.token_hex(4)}"
    missing = urljoin(gathered.base_url, f"/{word}{quote(_TAIL, safe='')}")
    yield from _hits(asker.ask(Request(missing, max_bytes=300_000)), word, None)


def _hits(response: Response, word: str, parameter: str | None) -> Iterator[Hit]:
    if response.error is not None or not response.is_html:
        return
    text = response.text[:300_000]
    place = text.find(word)
    for _ in range(_MAX_PLACES):
        if place < 0:
            return
        where = _escape_of(text, place, word)
        if where:
            # The path is a place of its own only where the site answers everything.
            url = response.url if parameter else urljoin(response.url, "/")
            detail = {"parameter": parameter or "path", "path": urlsplit(url).path, "where": where}
            proof = f"comes back unescaped in {where}: {' '.join(text[place : place + 40].split())}"
            yield Hit(
                "reflected.markup",
                url,
                proof,
                parameter=parameter or "path",
                detail=detail,
                response=response,
            )
            return
        place = text.find(word, place + len(word))


def _escape_of(text: str, place: int, word: str) -> str:
    """Where the value breaks out: of text, an attribute or a script; empty when it does not."""
    tail = text[place + len(word) : place + len(word) + 40]
    before = text[max(0, place - 3_000) : place]
    lower = before.lower()
    if lower.rfind("<script") > lower.rfind("</script"):
        opened = re.search(r"([\"'])[^\"'\n]{0,500}\Z", before)
        return "a script" if opened and tail.startswith(_raw_until(opened[1])) else ""
    if before.rfind("<") > before.rfind(">"):
        opened = _ATTRIBUTE.search(before)
        return "an attribute" if opened and tail.startswith(_raw_until(opened[1])) else ""
    silent = _SILENT.search(before)
    if silent is not None and silent[1] == "!--":
        return ""
    return "markup" if "<q7>" in tail else ""


def _raw_until(quote_mark: str) -> str:
    """How the value's tail begins when this quotation mark was left as it is."""
    return _TAIL[: _TAIL.index(quote_mark) + 1]
