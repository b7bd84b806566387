"""Let one check ask a real server, after the crawl that comes before it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from app.engine.bug.crawl import gather
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.http.course import ScanOverError
from app.engine.bug.registry import Check, all_checks
from app.engine.bug.types import CONSENTS, Hit, Plan, ProfileName
from tests.bug.serving import Answer, App, Asked, SiteServer

ACTIVE = tuple(check for check in all_checks() if check.kind == "probe" and check.profile != "passive")
"""Every check that needs the owner's proof, those of other authors too."""


@dataclass
class Probed:
    """What checks have said, what the server was asked by them (the crawl not counted), and why it ended."""

    hits: list[Hit] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    ended: str = ""

    @property
    def rules(self) -> set[str]:
        return {hit.rule for hit in self.hits}

    @property
    def places(self) -> set[tuple[str, str]]:
        """(rule, path) of each hit."""
        return {(hit.rule, "/" + hit.url.split("/", 3)[3].partition("?")[0]) for hit in self.hits}


def check(name: str) -> Check:
    return next(each for each in all_checks() if each.name == name)


def plan_of(server: SiteServer, path: str = "/", **values: Any) -> Plan:
    usual: dict[str, Any] = {
        "budget": 5_000,
        "rate": 5_000.0,
        "connections": 4,
        "hosts": frozenset({"127.0.0.1"}),
        "consents": frozenset(CONSENTS),
        "allow": ("127.0.0.0/8",),
        "max_seconds": 60.0,
    }
    return Plan(server.url(path), **{**usual, **values})


def probed(
    app: App, *names: str, profile: ProfileName = "standard", path: str = "/", **values: Any
) -> Probed:
    """Serve the app, crawl it, and let the named checks ask (all the active ones when none is named)."""
    found = Probed()
    with SiteServer(app) as server:
        plan = plan_of(server, path, profile=profile, **values)
        asker = Asker(plan, now=time.time)
        try:
            gathered = gather(asker, plan)
            before = len(server.asked)
            run(asker, gathered, names, found)
        finally:
            asker.close()
        found.asked = list(server.asked[before:])
    return found


def run(asker: Asker, gathered: Gathered, names: tuple[str, ...], found: Probed) -> None:
    checks = [check(name) for name in names] if names else sorted(ACTIVE, key=lambda each: each.order)
    try:
        for each in checks:
            gathered.shared["check"] = each.name
            found.hits += list(each.look(asker, gathered))
    except ScanOverError as over:
        found.ended = over.reason


def page(title: str, body: str) -> str:
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>"
    )


def plain(body: str | bytes, kind: str = "text/plain; charset=utf-8", status: int = 200) -> Answer:
    return Answer(body, status, kind)


NOT_FOUND = Answer(page("Not found", "<p>There is no such page.</p>"), 404)
HOME = Answer(page("Tea", '<p>Fine teas.</p><a href="/about">About</a>'))


def site(files: dict[str, Answer], *, missing: Answer = NOT_FOUND) -> App:
    """A small site with these files beside its two pages. A path with a query counts before one without."""

    def answer(asked: Asked) -> Answer:
        if asked.target in files:
            return files[asked.target]
        if asked.path in files:
            return files[asked.path]
        return HOME if asked.path in ("/", "/about") else missing

    return answer
