"""Ways in that pages name by themselves: interfaces, administration, stores of files, accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.bug.gathered import Gathered
from app.engine.bug.page import Page
from app.engine.bug.reading.excerpt import clipped
from app.engine.bug.reading.prose import scripts_of
from app.engine.bug.registry import page_check
from app.engine.bug.types import Hit
from app.engine.net.urls import path_of

_PATHS = (
    (
        "api-description",
        re.compile(
            r"/(?:swagger(?:-ui)?|api-docs|openapi\.(?:json|ya?ml)|redoc|v\d/api-docs)(?:[/.]|$)", re.I
        ),
    ),
    ("graphql", re.compile(r"/(?:graphql|graphiql)(?:/|$)", re.I)),
    (
        "administration",
        re.compile(
            r"/(?:admin(?:istrator|istration)?|wp-admin|backend|manage(?:r|ment)?|phpmyadmin|console)(?:/|\.\w{2,5}$|$)",
            re.I,
        ),
    ),
    ("account-name", re.compile(r"/author/([\w.-]{2,40})/?$|/wp-json/wp/v2/users", re.I)),
)
_STORE = re.compile(
    r"https?://(?:([\w.-]{3,63})\.s3[.-][\w.-]{0,30}amazonaws\.com|s3[.-][\w.-]{0,30}amazonaws\.com/([\w.-]{3,63})|"
    r"([\w-]{3,63})\.blob\.core\.windows\.net|storage\.googleapis\.com/([\w.-]{3,63})|([\w.-]{3,63})\.oss-[\w-]{4,30}\.aliyuncs\.com|"
    r"([\w.-]{3,63})\.cos\.[\w-]{4,30}\.myqcloud\.com)",
    re.I,
)


@page_check("interfaces")
def look(page: Page, gathered: Gathered) -> Iterator[Hit]:
    if page.response.header("dav"):
        yield _hit(page, "webdav", f"DAV: {page.response.header('dav')}", path_of(page.url))
    if not page.is_html or page.response.status >= 400:
        return
    done: set[tuple[str, str]] = set()
    for link in page.links:
        if link.tag not in ("a", "link", "iframe") or not gathered.is_ours(link.url):
            continue
        path = path_of(link.url)
        for rule, pattern in _PATHS:
            if (rule, path) not in done and len(done) < 10 and pattern.search(path):
                done.add((rule, path))
                yield _hit(page, rule, clipped(link.url), clipped(path, 100))
    for found in _STORE.finditer(f"{scripts_of(page)[:300_000]} {' '.join(link.url for link in page.links)}"):
        name = next((each for each in found.groups() if each), found[0])
        if ("store", name) not in done and len(done) < 20:
            done.add(("store", name))
            yield _hit(page, "cloud-store", clipped(found[0]), name)


def _hit(page: Page, rule: str, evidence: str, parameter: str) -> Hit:
    return Hit(
        f"interfaces.{rule}",
        page.url,
        evidence=clipped(evidence),
        parameter=parameter,
        detail={"name": parameter},
        response=page.response,
    )
