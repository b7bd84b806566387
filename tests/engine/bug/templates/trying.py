"""Templates tried against a real local site."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Sequence
from dataclasses import dataclass

import certifi

from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.page import Page
from app.engine.bug.templates.loader import load
from app.engine.bug.templates.runner import Runner
from app.engine.bug.templates.types import Options, Refused, Template
from app.engine.bug.types import Hit, Plan
from tests.bug.serving import Answer, App, Asked, SiteServer

LOOPBACK = ("127.0.0.0/8",)
INFO = "info: {name: A test, severity: low, tags: exposure}\n"


@dataclass(frozen=True)
class Tried:
    hits: list[Hit]
    asked: list[Asked]

    @property
    def targets(self) -> list[str]:
        return [each.target for each in self.asked]

    @property
    def extracted(self) -> list[str]:
        return [value for hit in self.hits for value in hit.detail["extracted"]]


def template_of(http: str, *, more: str = "", identifier: str = "a-test") -> bytes:
    """A template of one `http` list; what stands in `more` is at its top."""
    head = f"id: {identifier}\n{INFO}{textwrap.dedent(more)}"
    return f"{head}\nhttp:\n{textwrap.indent(textwrap.dedent(http).strip(), '  ')}\n".encode()


def loaded(data: bytes, options: Options | None = None) -> Template:
    template = load(data, options or Options(allow_writes=True))
    assert isinstance(template, Template), template
    return template


def refused(data: bytes, options: Options | None = None) -> Refused:
    found = load(data, options or Options())
    assert isinstance(found, Refused), found
    return found


def plan_for(url: str, templates: Sequence[bytes] = (), **more: object) -> Plan:
    values: dict[str, object] = {"profile": "standard", "budget": 100, "rate": 500.0, "scan_id": "s"}
    return Plan(url, allow=LOOPBACK, ca_file=certifi.where(), templates=templates, **{**values, **more})  # type: ignore[arg-type]


def try_template(app: App, data: bytes, *, path: str = "/", options: Options | None = None) -> Tried:
    """Run one template against a site; addresses asked to learn what is missing there are left out."""
    template = loaded(data, options)
    with SiteServer(app) as server:
        plan = plan_for(server.url(path))
        asker = Asker(plan, now=time.time)
        try:
            home = asker.ask(plan.url)
            server.asked.clear()
            gathered = Gathered(plan, plan.url, pages=[Page(home)])
            hits = list(Runner(asker, gathered).run(template))
        finally:
            asker.close()
        return Tried(hits, [each for each in server.asked if "/ce" not in each.target])


def site_of(pages: dict[str, Answer | str]) -> App:
    """A site of these paths (with their query, else without); all else is not found."""

    def app(asked: Asked) -> Answer:
        answer = pages.get(asked.target, pages.get(asked.path, Answer("Not found", 404)))
        return Answer(answer) if isinstance(answer, str) else answer

    return app
