"""Parameters by which the site sends its visitors to any other site.

Tried are parameters that the crawl saw and that hold addresses or are called so, and the usual names on pages
that redirect. The usual names go in one request, each with a host of its own, so that one answer tells which
is followed. It counts only when the answer really leads to the foreign host, which does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from urllib.parse import quote, urljoin, urlsplit

from app.engine.bug.asking.answers import anonymous
from app.engine.bug.asking.inputs import Input, inputs_of
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.page import Page
from app.engine.bug.registry import probe
from app.engine.bug.signatures import names_for
from app.engine.bug.types import Hit, Request, Response
from app.engine.net.urls import host_of, resolve

_HOST = "cloudeye.invalid"
_SHAPES = ("https://{host}/", "//{host}/", "/\\{host}/")
_MAX = {"standard": (10, 12), "full": (40, 40)}
"""How many (parameters, pages with the usual names) are tried."""
_REDIRECTING = re.compile(
    r"(?i)/(?:log-?in|sign-?in|log-?out|sign-?out|redirect\w{0,8}|redir|go|goto|out|leave|exit|jump|click|track"
    r"|away|sso|auth|return|switch|lang(?:uage)?|set-?lang(?:uage)?|forward|link|url|r)(?:\.\w{2,5})?/?$"
)
_REFRESH = re.compile(r"(?i)^\s{0,5}\d{1,4}\s{0,5}[;,]\s{0,5}(?:url\s{0,3}=\s{0,3})?[\"']?([^\"'\s]{1,500})")
_SCRIPT = re.compile(
    r"(?:^|[\s;{(])(?:(?:window|document|top|self|parent)\.)?location(?:\.href)?\s{0,3}"
    r"(?:=\s{0,3}|\.(?:replace|assign)\s{0,3}\(\s{0,3})[\"']([^\"'\s]{1,500})[\"']"
)
_MAX_SCRIPTS = 30


@probe("open_redirect", order=30)
def look(asker: Asker, gathered: Gathered) -> Iterator[Hit]:
    found: set[tuple[str, str]] = set()
    most_inputs, most_pages = _MAX.get(gathered.plan.profile, (0, 0))
    is_retest = bool(gathered.plan.only and gathered.known_places)
    usual = _usual(asker, gathered, 0 if is_retest else most_pages)
    for each in chain(_seen(gathered)[:most_inputs], usual):
        place = (urlsplit(each.url).path, each.name)
        response = None if place in found else _followed(asker, each)
        if response is not None:
            found.add(place)
            detail = {"path": place[0], "parameter": each.name}
            proof = f"{each.name} leads to {_target(response)}"[:300]
            yield Hit(
                "open_redirect.parameter",
                response.url,
                proof,
                parameter=each.name,
                detail=detail,
                response=response,
            )


def _seen(gathered: Gathered) -> list[Input]:
    """Parameters that hold an address or are called as such do."""
    names = set(names_for("open_redirect"))
    found = [each for each in inputs_of(gathered) if each.name.lower() in names or _is_address(each.value)]
    return sorted(found, key=lambda each: each.name.lower() not in names)


def _is_address(value: str) -> bool:
    return value.startswith(("/", "http://", "https://")) and len(value) < 500


def _usual(asker: Asker, gathered: Gathered, most: int) -> Iterator[Input]:
    """Pages that answered differently when all usual names were given at once: which name it was."""
    seen = [page.url.partition("?")[0] for page in gathered.pages if _REDIRECTING.search(_path(page.url))]
    guessed = [urljoin(gathered.base_url, f"/{path}") for path in names_for("redirecting")]
    names = names_for("open_redirect")
    query = "&".join(
        f"{name}={quote(f'https://n{place}.{_HOST}/', safe='')}" for place, name in enumerate(names)
    )
    for url in list(dict.fromkeys([*seen, *guessed]))[:most]:
        with anonymous(asker):
            response = asker.ask(Request(f"{url}?{query}", max_bytes=65_536))
        label = host_of(_target(response)).removesuffix(f".{_HOST}")
        if label.startswith("n") and label[1:].isdecimal() and int(label[1:]) < len(names):
            name = names[int(label[1:])]
            yield Input(url, name, ((name, ""),))


def _followed(asker: Asker, each: Input) -> Response | None:
    """The answer that leads to the foreign host, if any shape of its address does it."""
    for shape in _SHAPES:
        with anonymous(asker):
            response = asker.ask(
                Request(each.address(quote(shape.format(host=_HOST), safe="")), max_bytes=65_536)
            )
        if host_of(_target(response)) == _HOST:
            return response
        if not response.is_answer:
            return None
    return None


def _target(response: Response) -> str:
    """Where the answer leads, by its header, its refresh or its script; empty for nowhere."""
    location = response.header("location")
    if response.error is None and 300 <= response.status < 400 and location:
        return resolve(response.url, location)
    if response.error is not None or response.status >= 400 or _HOST not in response.text:
        return ""
    page = Page(response)
    refresh = _REFRESH.match(page.metas.get("refresh", "") or response.header("refresh"))
    if refresh is not None:
        return resolve(response.url, refresh[1])
    for script in page.scripts[:_MAX_SCRIPTS]:
        found = _SCRIPT.search(script.text[:20_000])
        if found is not None and _HOST in found[1]:
            return resolve(response.url, found[1])
    return ""


def _path(url: str) -> str:
    return urlsplit(url).path
