"""Pages that show themselves to strangers as they do to somebody who is logged in.

Needs a log-in with a text that only somebody inside sees, and one inside page beside the first where a
stranger does not see it: else the text proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from app.engine.bug.asking.answers import Answers
from app.engine.bug.asking.soft404 import is_alike
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.registry import probe
from app.engine.bug.types import Hit, Response

_MAX = {"standard": 15, "full": 60}


@probe("unprotected", order=44)
def look(asker: Asker, gathered: Gathered) -> Iterator[Hit]:
    login = gathered.plan.login
    if login is None or not login.logged_in or gathered.shared.get("login") != "ok":
        return
    inside = [page.response for page in gathered.html if login.logged_in in page.text]
    inside = inside[: _MAX.get(gathered.plan.profile, 0)]
    answers = Answers(asker, gathered).each([each.url for each in inside])
    pairs = list(zip(inside, answers, strict=True))
    if not any(stranger.error is None and login.logged_in not in stranger.text for _, stranger in pairs):
        return
    for own, stranger in pairs:
        if _is_same(own, stranger, login.logged_in):
            path = urlsplit(own.url).path
            proof = f"“{login.logged_in[:80]}” without a log-in"
            yield Hit("unprotected.page", own.url, proof, detail={"path": path}, response=stranger)


def _is_same(own: Response, stranger: Response, mark: str) -> bool:
    return (
        stranger.error is None
        and stranger.status == 200
        and mark in stranger.text
        and is_alike(own, stranger)
    )
