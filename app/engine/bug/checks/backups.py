"""Copies that lie beside the site: archives and dumps at likely names, and leftovers of editors.

Archives and databases are known by their first bytes, dumps by their statements. A leftover (`index.php~`,
`.index.php.swp`, `page.html.bak`) counts when it holds source that the server does not run, or the page as
it was, and when the same name with a random ending is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from app.engine.bug.asking.answers import Answers
from app.engine.bug.asking.exposures import look_for, names_of
from app.engine.bug.asking.places import again_first
from app.engine.bug.asking.soft404 import Missing, is_alike
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.page import Page
from app.engine.bug.reading.excerpt import line_of
from app.engine.bug.registry import probe
from app.engine.bug.signatures import endings, names_for
from app.engine.bug.types import Hit, Response

_MAX = {"standard": (4, 2), "full": (20, 10)}
"""Pages whose leftovers are asked for: (of programs, of plain HTML)."""
_SOURCE = re.compile(
    r"<\?(?:php\b|=)|<%(?:@|=|!|--)|^#!/[\w/. -]{3,60}$"
    r"|^package [\w.]{3,80};|^(?:using|import) [\w.*]{3,100};[ \r]{0,2}$"
    r"|^(?:from [\w.]{1,60} )?import [\w., ]{1,100}$[\s\S]{0,1000}^(?:def|class|@)\s{0,2}\w"
    r"|<cf(?:set|query|output)\b",
    re.M,
)
_LEFTOVER = re.compile(
    r"(?:~|\.(?:bak\d?|old|save|orig|sw[op]|txt|\d|copy|tmp|bkp|inc|new|src|phps|backup))$"
)
_SWAP = b"b0VIM "


@probe("backups", order=20, widens=True)
def look(asker: Asker, gathered: Gathered) -> Iterator[Hit]:
    yield from look_for(asker, gathered, "backups", names=names_of(gathered))
    yield from _leftovers(asker, gathered)


def _leftovers(asker: Asker, gathered: Gathered) -> Iterator[Hit]:
    answers, missing = Answers(asker, gathered), Missing(asker, gathered)
    wanted = _wanted(gathered)
    for response in answers.each(again_first(gathered, wanted, fits=_is_leftover)):
        proof = _proof(response, wanted.get(response.url))
        if proof and not missing.is_like_missing(response) and not missing.is_like_neighbour(response):
            path = urlsplit(response.url).path
            yield Hit("backups.leftover", response.url, proof, detail={"path": path}, response=response)


def _is_leftover(url: str) -> bool:
    return bool(_LEFTOVER.search(urlsplit(url).path))


def _wanted(gathered: Gathered) -> dict[str, Response | None]:
    """Addresses of possible leftovers, and the answer for the page that each would be of."""
    is_full = gathered.plan.profile == "full"
    programs, plain = _pages(gathered)
    forms = names_for("leftovers", full=is_full)
    found: dict[str, Response | None] = {}
    for page, names in [*((page, forms) for page in programs), *((page, forms[:2]) for page in plain)]:
        folder, _, name = page.url.partition("?")[0].rpartition("/")
        stem, _, ending = name.rpartition(".")
        for form in names:
            found[f"{folder}/" + form.format(name=name, stem=stem, ending=ending)] = page.response
    home = gathered.home.response if gathered.home else None
    for name in names_for("leftovers_of_home", full=is_full):
        found.setdefault(urljoin(gathered.base_url, name), home)
    return found


def _pages(gathered: Gathered) -> tuple[list[Page], list[Page]]:
    """Pages that the crawl saw under names with an ending: of programs, and of plain HTML; each path once."""
    most = _MAX.get(gathered.plan.profile, (0, 0))
    found: tuple[dict[str, Page], dict[str, Page]] = ({}, {})
    for page in gathered.pages:
        path = urlsplit(page.url).path
        ending = path.rpartition("/")[2].rpartition(".")[2].lower()
        if (
            page.response.status == 200
            and gathered.is_ours(page.url)
            and ending in endings("programs") | endings("plain")
        ):
            found[ending in endings("plain")].setdefault(path, page)
    return list(found[0].values())[: most[0]], list(found[1].values())[: most[1]]


def _proof(response: Response, original: Response | None) -> str:
    if response.status != 200 or response.error is not None or len(response.body) < 5:
        return ""
    if response.body.startswith(_SWAP):
        return f"a swap file of the editor Vim, {len(response.body)} bytes or more"
    text = response.text[:40_000]
    source = _SOURCE.search(text)
    if source is not None:
        return line_of(text, source.start(), source.end())
    is_copy = original is not None and original.is_html and "<html" in text[:2_000].lower()
    if is_copy and original is not None and _has_plain_name(original.url) and is_alike(response, original):
        return f"the page {urlsplit(original.url).path} as it was"
    return ""


def _has_plain_name(url: str) -> bool:
    """Whether the page is a file of HTML; a program's output under a copy's name is the program's doing."""
    return urlsplit(url).path.rpartition(".")[2].lower() in endings("plain")
