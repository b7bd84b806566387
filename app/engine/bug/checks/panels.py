"""Administration that is open to everybody, tools for databases, installers, and log-ins of products.

A page is an administration's when its title or heading says so and two more signs agree (somebody is logged
in, links into it, a table of accounts, controls that change things), and no password is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from app.engine.bug.asking.answers import Answers
from app.engine.bug.asking.exposures import look_for
from app.engine.bug.asking.places import again_first, bases_of, disallowed_of
from app.engine.bug.asking.soft404 import Missing
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.page import Page
from app.engine.bug.registry import probe
from app.engine.bug.signatures import names_for
from app.engine.bug.types import Hit, Response

_NAME = re.compile(
    r"(?i)/(?:_?(?:web|site|sys|super)?admin(?:istrator|istration)?|back-?(?:office|end)|manage(?:r|ment)?"
    r"|dashboard|control-?panel|cpanel|internal|intern|staff)(?:[-_][\w-]{1,20}|\d{0,4})?(?:/|\.\w{2,5}|$)"
)
_MAX_SEEN = 8
_SHORT = 1_500
_HEADING = re.compile(
    r"(?i)<(title|h1|h2)[^>]{0,200}>[^<]{0,80}(?:\badmin(?:istration|istrator)?\b|dashboard"
    r"|control panel|back ?office|management|\busers\b|后台|管理)[^<]{0,80}</\1>"
)
_INSIDE = re.compile(
    r"(?i)logged in as|signed in as|welcome,? (?:back,? )?(?:admin|root|administrator)"
    r"|<(?:a|button)\b[^>]{0,200}>\s{0,10}(?:log ?out|sign ?out|退出|注销)"
)
_ACCOUNTS = re.compile(
    r"(?i)<t[hd][^>]{0,100}>\s{0,10}(?:user ?name|user|e-?mail|role|permissions?|status|last login"
    r"|actions?|order|customer|amount|total|ip)\s{0,10}</t[hd]>"
)
_CONTROLS = re.compile(
    r"(?i)<(?:a|button|td)\b[^>]{0,200}>\s{0,10}(?:(?:delete|edit|remove|ban|disable)(?: \w{2,20})?"
    r"|add (?:user|new)|new user|create user|manage \w{3,20}|users|user management|settings"
    r"|system settings|configuration|backup|restart|删除|编辑)\s{0,10}</"
)
_PASSWORD = re.compile(r"(?i)<input\b[^>]{0,300}\btype\s{0,2}=\s{0,2}[\"']?password")


@probe("panels", order=16, widens=True)
def look(asker: Asker, gathered: Gathered) -> Iterator[Hit]:
    yield from _administration(asker, gathered)
    yield from look_for(asker, gathered, "panels")


def _administration(asker: Asker, gathered: Gathered) -> Iterator[Hit]:
    answers, missing = Answers(asker, gathered), Missing(asker, gathered)
    found: set[str] = set()
    for first in answers.each(_candidates(gathered)):
        response = answers.deeper(first)
        path = urlsplit(response.url).path.rstrip("/")
        rule, proof = _seen_in(response, is_full=gathered.plan.profile == "full")
        # Pages below an open administration are part of the same finding.
        if not rule or any(path == each or path.startswith(f"{each}/") for each in found):
            continue
        if not missing.is_like_missing(response):
            found.add(path)
            yield Hit(f"panels.{rule}", response.url, proof, detail={"path": path}, response=response)


def _candidates(gathered: Gathered) -> list[str]:
    is_full = gathered.plan.profile == "full"
    hidden = [
        url for url in disallowed_of(gathered) if not urlsplit(url).path.endswith((".sql", ".zip", ".gz"))
    ]
    seen = [page.url for page in gathered.pages if _NAME.search(urlsplit(page.url).path) and page.depth]
    names = names_for("panels", full=is_full)
    usual = [urljoin(base, name) for base in bases_of(gathered)[: 1 + is_full] for name in names]
    everything = [*hidden, *seen[:_MAX_SEEN], *usual]
    return again_first(gathered, everything, fits=lambda url: bool(_NAME.search(urlsplit(url).path)))


def _seen_in(response: Response, *, is_full: bool) -> tuple[str, str]:
    """(rule, proof) of an administration, or two empty strings."""
    if response.status != 200 or response.error is not None or not response.is_html:
        return "", ""
    text = response.text[:65_536]
    heading = _HEADING.search(text)
    if heading is None:
        return "", ""
    title = " ".join(re.sub(r"<[^>]{0,200}>", " ", heading[0]).split())[:100]
    if _PASSWORD.search(text):
        return ("admin-login", f"“{title}” asks for a password") if is_full else ("", "")
    signs = {
        "somebody is logged in": bool(_INSIDE.search(text)),
        "links into it": _has_links_inside(response),
        "tables of accounts or orders": len(_ACCOUNTS.findall(text)) >= 2,
        # A short page has room for one only.
        "controls": len(_CONTROLS.findall(text)) >= (1 if len(text) < _SHORT else 2),
    }
    shown = [name for name, is_seen in signs.items() if is_seen]
    return (
        ("admin-open", f"“{title}”: {', '.join(shown)}; no password asked") if len(shown) >= 2 else ("", "")
    )


def _has_links_inside(response: Response) -> bool:
    path = urlsplit(response.url).path.rstrip("/")
    here = urljoin(response.url, (path if _NAME.search(path) else "") + "/")
    return any(
        link.tag == "a" and link.url.startswith(here) and link.url != here for link in Page(response).links
    )
