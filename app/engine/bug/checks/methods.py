"""Methods that a server says it takes. They are read from the answer to OPTIONS and never tried."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from app.engine.bug.asking.answers import anonymous
from app.engine.bug.asking.places import again_first, bases_of, folders_of
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.registry import probe
from app.engine.bug.types import Hit, Request, Response

_WRITING = frozenset({"PUT", "DELETE", "CONNECT", "MOVE", "COPY", "PROPPATCH", "MKCOL"})
_DAV = frozenset({"PROPFIND", "PROPPATCH", "MKCOL", "LOCK", "UNLOCK", "COPY", "MOVE"})
_USUAL = ("uploads/", "webdav/", "dav/")
_MAX_SEEN = {"standard": 10, "full": 25}
_PLACE = re.compile(
    r"(?i)/(?:[\w-]{0,20}(?:upload|file|dav|stor|docu|media|share|resource|item|put)[\w-]{0,20})/?$"
)
_METHOD = re.compile(r"[A-Z]{3,20}")
_INTERFACE = re.compile(r"/(?:api|rest|v\d{1,2}|graphql)(?:/|$)", re.I)


@probe("methods", order=5)
def look(asker: Asker, gathered: Gathered) -> Iterator[Hit]:
    requests = [Request(url, "OPTIONS", max_bytes=4_000) for url in _candidates(gathered)]
    with anonymous(asker):
        answers = asker.ask_all(requests)
    root = bases_of(gathered)[0]
    told = (_methods(each) for each in answers if each.url == root and any(_hits(each)))
    everywhere = next(told, frozenset())
    for response in answers:
        # What the server says of every folder is one weakness; a place already known is told of all the same.
        is_own = response.url in (root, *gathered.known_places) or _methods(response) - everywhere
        yield from _hits(response) if is_own else ()


def _candidates(gathered: Gathered) -> list[str]:
    root = bases_of(gathered)[0]
    most = _MAX_SEEN.get(gathered.plan.profile, 0)
    # A folder that is a page by itself is likelier to be something of its own; so are places for files.
    pages = [page.url for page in gathered.everything if "?" not in page.url and gathered.is_ours(page.url)]
    own = sorted(
        (url for url in pages if url.endswith("/") or _PLACE.search(urlsplit(url).path)),
        key=lambda url: not _PLACE.search(urlsplit(url).path),
    )
    seen = list(dict.fromkeys([*own, *folders_of(gathered, most)]))
    everything = dict.fromkeys([root, *seen[:most], *(urljoin(root, name) for name in _USUAL)])
    return again_first(gathered, everything, fits=lambda url: url.endswith("/"))


def _hits(response: Response) -> Iterator[Hit]:
    """A server that refuses OPTIONS may name the methods in its refusal; one that is silent says nothing."""
    if response.error is not None or response.status in (0, 401, 403, 404, 429) or response.status >= 500:
        return
    methods = _methods(response)
    evidence = f"Allow: {', '.join(sorted(methods))}"
    path = urlsplit(response.url).path or "/"
    if methods & {"TRACE", "TRACK"}:
        yield _hit("trace", response, evidence, methods & {"TRACE", "TRACK"})
    if len(methods & _DAV) > 1 or (response.header("dav") and "PROPFIND" in methods):
        yield _hit("webdav", response, f"{evidence}; DAV: {response.header('dav')[:60]}", methods & _DAV)
    elif methods & _WRITING and not _INTERFACE.search(path):
        yield _hit("dangerous", response, evidence, methods & _WRITING)


def _methods(response: Response) -> frozenset[str]:
    given = f"{response.header('allow')}, {response.header('public')}"[:2_000]
    return frozenset(_METHOD.findall(given.upper()))


def _hit(rule: str, response: Response, evidence: str, methods: frozenset[str]) -> Hit:
    path = urlsplit(response.url).path or "/"
    detail = {"path": path, "methods": sorted(methods)}
    return Hit(
        f"methods.{rule}", response.url, evidence[:300], method="OPTIONS", detail=detail, response=response
    )
