"""The path of a weakness with every process running: prove whose site it is, scan, mend, break again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests import servers
from tests.bug.serving import Answer, Asked, SiteServer
from tests.client import Api, ApiError
from tests.service.outbox import Hook, running_hook
from tests.stack import Stack, running_stack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]
SCAN_SECONDS = 120.0
GIT = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n"
RULE = "version_control.repository"


class Shop:
    """A site whose repository lies open until somebody closes it."""

    def __init__(self) -> None:
        self.is_open = True
        self.stamp = 1
        self.files: dict[str, str] = {}
        self.server = SiteServer(self.answer)

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/":
            return Answer(
                f'<title>Shop</title><p>Line {self.stamp}</p><a href="/about?v={self.stamp}">About</a>'
            )
        if asked.path == "/about":
            return Answer("<p>About us</p>")
        if asked.path in self.files:
            return Answer(self.files[asked.path], kind="text/plain")
        if self.is_open and asked.path == "/.git/config":
            return Answer(GIT, kind="text/plain")
        if self.is_open and asked.path == "/.git/HEAD":
            return Answer("ref: refs/heads/main\n", kind="text/plain")
        return Answer("nothing here", 404)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running_stack() as started:
        yield started


@pytest.fixture(scope="module")
def api(stack: Stack) -> Api:
    return stack.api()


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()
    with shop.server:
        yield shop


@pytest.fixture
def hook() -> Iterator[Hook]:
    with running_hook() as receiver:
        yield receiver


def prove(api: Api, site: dict[str, Any], shop: Shop) -> None:
    """Put the file where the page says, and have it looked at."""
    (host,) = api.get(f"/bug/sites/{site['id']}/hosts")["items"]
    way = host["ways"]["file"]
    shop.files[way["url"].partition(f":{shop.server.port}")[2]] = way["body"]
    assert api.post(f"/bug/hosts/{host['id']}/check", method="file")["state"] == "verified"


def scan(api: Api, site: dict[str, Any], **wishes: Any) -> dict[str, Any]:
    """A whole scan."""
    asked = api.post("/bug/scans", site_id=site["id"], rate=20, budget=80, **wishes)

    def is_over() -> bool:
        return api.get(f"/bug/scans/{asked['id']}")["state"] not in ("queued", "running")

    servers.wait_for(is_over, "the scan to end", seconds=SCAN_SECONDS)
    over: dict[str, Any] = api.get(f"/bug/scans/{asked['id']}")
    assert over["state"] == "done", over
    return over


def repository(api: Api, site: dict[str, Any]) -> dict[str, Any]:
    found = api.get("/bug/findings", site_id=site["id"], state="all", limit=200)["items"]
    (finding,) = [each for each in found if each["check"] == RULE]
    return dict(finding)


def test_a_weakness_is_found_mended_and_found_again(stack: Stack, api: Api, shop: Shop, hook: Hook) -> None:
    api.post("/channels", type="webhook", name="hook", config={"url": hook.url})
    site = api.post("/sites", name="Shop", base_url=shop.server.url())
    with pytest.raises(ApiError):
        api.post("/bug/scans", site_id=site["id"], profile="standard")
    prove(api, site, shop)

    first = scan(api, site, profile="standard")
    finding = repository(api, site)
    assert finding["state"] == "open"
    count = len(api.get("/bug/findings", site_id=site["id"], state="all", limit=200)["items"])

    shop.stamp = 2
    second = scan(api, site, profile="standard")
    assert second["new_findings"] == 0, second
    assert len(api.get("/bug/findings", site_id=site["id"], state="all", limit=200)["items"]) == count
    assert repository(api, site)["id"] == finding["id"]

    shop.is_open = False
    scan(api, site, profile="standard")
    assert repository(api, site)["state"] == "open", "one look is not enough"
    scan(api, site, profile="standard")
    assert repository(api, site)["state"] == "fixed"

    shop.is_open = True
    scan(api, site, profile="standard")
    assert repository(api, site)["state"] == "open"
    kinds = [each["kind"] for each in api.get(f"/sites/{site['id']}/events", limit=200)["items"]]
    assert {"bug.finding_opened", "bug.finding_fixed", "bug.finding_reopened"} <= set(kinds)
    assert first["requests"] <= 80
    assert any("finding" in json.loads(each.body)["type"] for each in hook.received)


def test_a_scan_is_stopped_within_a_second(api: Api, shop: Shop) -> None:
    site = api.post("/sites", name="Slow shop", base_url=shop.server.url())
    asked = api.post("/bug/scans", site_id=site["id"], profile="passive", rate=1)
    servers.wait_for(lambda: len(shop.server.asked) >= 3, "the scan to ask", seconds=30)
    api.post(f"/bug/scans/{asked['id']}/stop")
    begun = time.monotonic()
    servers.wait_for(
        lambda: api.get(f"/bug/scans/{asked['id']}")["state"] == "stopped", "the end", seconds=30
    )
    assert time.monotonic() - begun < 1.5
    sent = len(shop.server.asked)
    time.sleep(1.2)
    assert len(shop.server.asked) == sent
