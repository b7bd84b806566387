import base64
import json
import time
from collections.abc import Iterator

import certifi
import pytest

from app.engine.bug.checks.source_maps import look
from app.engine.bug.http.asker import Asker
from app.engine.bug.types import Plan
from tests.bug.serving import Answer, Asked, SiteServer
from tests.engine.bug.checks.sight import gathered, page, rules

OWN = json.dumps({"version": 3, "sources": ["src/cart.ts"], "sourcesContent": ["let a"], "mappings": "AAAA"})
FOREIGN = json.dumps(
    {"version": 3, "sources": ["../node_modules/x.js"], "sourcesContent": ["x"], "mappings": ""}
)


def app(asked: Asked) -> Answer:
    if asked.path == "/own.js.map":
        return Answer(OWN, kind="application/json")
    if asked.path == "/foreign.js.map":
        return Answer(FOREIGN, kind="application/json")
    if asked.path == "/page.js.map":
        return Answer("<html>home</html>")
    return Answer("gone", 404)


@pytest.fixture
def site() -> Iterator[SiteServer]:
    with SiteServer(app) as server:
        yield server


def seen(site: SiteServer, *codes: str) -> set[str]:
    base = site.url().rstrip("/")
    plan = Plan(base, budget=50, rate=200, allow=("127.0.0.0/8",), ca_file=certifi.where())
    scripts = [page(code, f"/{n}.js", kind="text/javascript", site=base) for n, code in enumerate(codes)]
    everything = gathered(*scripts, site=base)
    asker = Asker(plan, now=time.time)
    try:
        return rules(list(look(asker, everything)))
    finally:
        asker.close()


@pytest.mark.parametrize(
    ("name", "expected"),
    [("own", {"served"}), ("foreign", {"served-names"}), ("page", set()), ("none", {"named"})],
)
def test_it_asks_for_the_map_that_a_script_names(site: SiteServer, name: str, expected: set[str]) -> None:
    assert seen(site, f"x();\n//# sourceMappingURL={name}.js.map") == expected


def test_it_reads_a_map_within_the_script(site: SiteServer) -> None:
    data = base64.b64encode(OWN.encode()).decode()
    assert seen(site, f"x();\n//# sourceMappingURL=data:application/json;base64,{data}") == {"served"}
    assert not site.asked


def test_it_never_asks_elsewhere_and_never_more_than_five_times(site: SiteServer) -> None:
    assert not seen(site, "//# sourceMappingURL=https://cdn.example/a.js.map")
    seen(site, *(f"//# sourceMappingURL=m{n}.map" for n in range(20)))
    assert len(site.asked) == 5
