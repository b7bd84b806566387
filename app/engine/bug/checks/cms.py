"""Content management systems: users they name, versions they tell, interfaces they leave open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urljoin, urlsplit

from app.engine.bug.asking.answers import Answers
from app.engine.bug.asking.exposures import look_for
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.registry import probe
from app.engine.bug.types import Hit

_AUTHOR = re.compile(r"/author/([\w.%-]{1,60})/?$")


@probe("cms", order=40, widens=True)
def look(asker: Asker, gathered: Gathered) -> Iterator[Hit]:
    found = False
    for hit in look_for(asker, gathered, "cms"):
        found = found or hit.rule == "cms.users"
        yield hit
    if not found and _is_wordpress(gathered):
        yield from _authors(asker, gathered)


def _authors(asker: Asker, gathered: Gathered) -> Iterator[Hit]:
    """WordPress leads `?author=1` to the page of that author, whose address is the log-in name; a number that
    nobody has leads nowhere."""
    answers = Answers(asker, gathered)
    first, nobody = answers.each([urljoin(gathered.base_url, f"?author={number}") for number in (1, 987_654)])
    name, none = (_AUTHOR.search(urlsplit(each.header("location")).path) for each in (first, nobody))
    if first.status in (301, 302) and name and not none:
        detail = {"path": "/?author=1", "product": "WordPress"}
        evidence = f"leads to /author/{unquote(name[1])}/"
        yield Hit("cms.users", first.url, evidence, component="wordpress", detail=detail, response=first)


def _is_wordpress(gathered: Gathered) -> bool:
    pages = list(gathered.html)[:5]
    return any("/wp-content/" in page.text or "/wp-includes/" in page.text for page in pages)
