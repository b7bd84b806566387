"""Which foreign origins may read the site's answers: any (reflected), `null`, or ones that look like its own.

The home page was asked by a foreign origin in the crawl already. The others asked are interfaces: what
answers with JSON, or has "api" in its address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from app.engine.bug.asking.answers import Answers
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.registry import probe
from app.engine.bug.types import Hit, Request, Response

_FOREIGN = "https://cors.cloudeye.invalid"
_MAX = {"standard": 6, "full": 25}
_INTERFACE = re.compile(r"/(?:api|rest|graphql|v\d{1,2}|ajax|json|rpc|oauth)(?:/|$|\.)", re.I)


@probe("cors", order=36)
def look(asker: Asker, gathered: Gathered) -> Iterator[Hit]:
    home = gathered.cors
    if home is not None:
        # With credentials is what the check of headers says of the home page already.
        own = list(_judged(home, "reflected"))
        yield from (hit for hit in own if hit.rule == "cors.reflected-without-credentials")
        if not own:
            yield from _hits(asker, gathered, home.url, is_home=True)
    for url in _candidates(asker, gathered):
        if home is None or url != home.url:
            yield from _hits(asker, gathered, url, is_home=False)


def _candidates(asker: Asker, gathered: Gathered) -> list[str]:
    asked = Answers(asker, gathered).all()
    known = [*(page.response for page in gathered.everything), *asked]
    found = [each.url for each in known if _is_interface(each) and asker.is_in_scope(each.url)]
    return list(dict.fromkeys(found))[: _MAX.get(gathered.plan.profile, 0)]


def _is_interface(response: Response) -> bool:
    if response.error is not None or response.status not in (200, 401):
        return False
    if response.content_type.endswith(("javascript", "css")):
        return False
    is_json = response.content_type.endswith("json") and not urlsplit(response.url).path.endswith(".json")
    return is_json or bool(_INTERFACE.search(urlsplit(response.url).path))


def _hits(asker: Asker, gathered: Gathered, url: str, *, is_home: bool) -> Iterator[Hit]:
    """Ask by one origin after the other, until one is let in. The home page was asked by a foreign one."""
    host = gathered.host
    tries = [("null", "null")]
    if not is_home:
        tries = [("reflected", _FOREIGN), *tries, ("lookalike", f"https://{host}.cloudeye.invalid")]
    for rule, origin in tries:
        hits = list(_judged(asker.ask(Request(url, headers=(("Origin", origin),), max_bytes=4_000)), rule))
        yield from hits
        if hits:
            return


def _judged(response: Response, rule: str) -> Iterator[Hit]:
    origin = next((value for name, value in response.request.headers if name == "Origin"), "")
    allowed = response.header("access-control-allow-origin").strip()
    if response.error is not None or not allowed or not response.is_answer:
        return
    with_credentials = response.header("access-control-allow-credentials").strip().lower() == "true"
    if allowed == origin:
        yield _hit(rule if with_credentials else f"{rule}-without-credentials", response, origin)
    elif allowed == "*" and _is_interface(response) and response.content_type.endswith("json"):
        yield _hit("wildcard", response, origin)


def _hit(rule: str, response: Response, origin: str) -> Hit:
    names = ("Access-Control-Allow-Origin", "Access-Control-Allow-Credentials")
    shown = [f"{name}: {response.header(name)[:100]}" for name in names if response.header(name)]
    path = urlsplit(response.url).path
    return Hit(
        f"cors.{rule}",
        response.url,
        f"Origin: {origin} → {'; '.join(shown)}",
        parameter="Access-Control-Allow-Origin",
        detail={"path": path, "origin": origin},
        response=response,
    )
