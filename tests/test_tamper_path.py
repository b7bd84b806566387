"""The tamper path with every process running: watch, learn, tamper, alert, webhook, approve, silence."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests import servers
from tests.client import Api
from tests.service.outbox import Hook, running_hook
from tests.service.tamper.site import WebSite, article, tampered, web_site
from tests.stack import Stack, running_stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]
IN_TIME_SECONDS = 60.0


@pytest.fixture(scope="module")
def stack(chromium_path: str) -> Iterator[Stack]:
    with running_stack(CLOUDEYE_CHROMIUM=chromium_path) as started:
        yield started


@pytest.fixture
def web() -> Iterator[WebSite]:
    with web_site() as site:
        yield site


@pytest.fixture
def hook() -> Iterator[Hook]:
    with running_hook() as receiver:
        yield receiver


def state_of(api: Api, watch: dict[str, Any]) -> str:
    state: str = api.get(f"/tamper/watches/{watch['id']}")["state"]
    return state


def checked_at(api: Api, watch: dict[str, Any]) -> str:
    moment: str = api.get(f"/tamper/watches/{watch['id']}")["status"]["last_checked_at"]
    return moment


def heard(hook: Hook) -> list[str]:
    return [json.loads(each.body)["type"] for each in hook.received]


def test_a_tampered_page_is_told_and_approved_into_silence(stack: Stack, web: WebSite, hook: Hook) -> None:
    api = stack.api()
    api.post("/channels", type="webhook", name="hook", config={"url": hook.url})
    site = api.post("/sites", name="Library", base_url=web.base_url)
    watch = api.post("/tamper/watches", site_id=site["id"], url=web.base_url + "/", interval_seconds=60)
    assert watch["state"] == "LEARNING"
    servers.wait_for(lambda: state_of(api, watch) == "OK", "the page to be learned")

    web.pages["/"] = tampered(article())
    started = time.monotonic()
    api.post(f"/tamper/watches/{watch['id']}/run")
    servers.wait_for(lambda: state_of(api, watch) == "ALERT", "an alert", seconds=IN_TIME_SECONDS)
    assert time.monotonic() - started > 10, "a second look has to come between"
    (alert,) = api.get("/tamper/alerts", state="open")["items"]
    servers.wait_for(lambda: heard(hook) == ["alert.opened"], "the webhook")
    assert json.loads(hook.received[0].body)["data"]["sentence"]["en"] == alert["sentence"]

    done = api.post(f"/tamper/alerts/{alert['id']}/approve", reason="our new partner")
    assert done["state"] == "approved"
    servers.wait_for(lambda: state_of(api, watch) == "OK", "silence")
    before = checked_at(api, watch)
    servers.wait_for(lambda: checked_at(api, watch) != before, "another check", seconds=IN_TIME_SECONDS)
    assert api.get("/tamper/alerts", state="open")["items"] == []
    assert heard(hook) == ["alert.opened"]


def test_pages_are_found_and_watched_by_choice(stack: Stack, web: WebSite) -> None:
    web.pages.update({"/news": article("News"), "/contact": article("Contact")})
    api = stack.api()
    site = api.post("/sites", name="Library", base_url=web.base_url)
    job = api.post("/tamper/discoveries", site_id=site["id"])

    def found() -> dict[str, Any]:
        now: dict[str, Any] = api.get(f"/tamper/discoveries/{job['id']}")
        return now

    servers.wait_for(lambda: found()["state"] == "done", "the end of the search", seconds=IN_TIME_SECONDS)
    urls = [page["url"] for page in found()["pages"]]
    assert set(urls) == {web.base_url + path for path in ("/", "/news", "/contact")}
    watches = api.post(f"/tamper/discoveries/{job['id']}/confirm", urls=urls[:2])["items"]
    assert [watch["url"] for watch in watches] == urls[:2]
    assert [page["is_watched"] for page in found()["pages"]] == [True, True, False]


def test_a_page_is_watched_in_a_browser_by_a_process_of_its_own(stack: Stack, web: WebSite) -> None:
    assert "browser" in stack.pids()
    api = stack.api()
    site = api.post("/sites", name="Library", base_url=web.base_url)
    watch = api.post("/tamper/watches", site_id=site["id"], url=web.base_url + "/", mode="browser")
    servers.wait_for(lambda: state_of(api, watch) == "OK", "the page to be learned", seconds=IN_TIME_SECONDS)
    (snapshot, *_) = api.get("/tamper/snapshots", watch_id=watch["id"])["items"]
    assert snapshot["screenshot_sha256"]
