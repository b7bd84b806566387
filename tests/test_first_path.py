"""The first path, walked by a person in a real Chromium through a real nginx, with every process running."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.engine.notify.receiver import Hook, running_hook
from tests.stack import ACCOUNT, PASSWORD, Stack, running_behind_nginx

pytestmark = [pytest.mark.browser, pytest.mark.stack]
PATIENCE_MS = 20_000


@pytest.fixture(scope="module")
def stack(nginx_program: str, chromium_path: str) -> Iterator[Stack]:
    with running_behind_nginx() as stack:
        yield stack


@pytest.fixture
def site() -> Iterator[Hook]:
    with running_hook() as hook:
        yield hook


def log_in(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.base_url}/login")
    page.get_by_label("E-mail address").fill(ACCOUNT)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda url: "/login" not in url)


def test_a_person_sees_a_site_up_down_and_up_again(page: Page, stack: Stack, site: Hook) -> None:
    api = stack.api()
    made = api.post("/sites", name="Local shop", base_url=site.url)
    log_in(page, stack)
    page.goto(f"{stack.base_url}/sites/{made['id']}")
    monitor = api.post(
        "/usability/monitors",
        site_id=made["id"],
        type="http",
        name="home",
        interval_seconds=1,
        config={"url": site.url},
    )
    page.reload()
    state = page.locator("#site-state")
    expect(state).to_contain_text("Up for", timeout=PATIENCE_MS)
    site.status = 500
    expect(state).to_contain_text("Down for", timeout=PATIENCE_MS)
    expect(state).to_contain_text("500")
    site.status = 200
    expect(state).to_contain_text("Up for", timeout=PATIENCE_MS)
    expect(page.locator("#site-timeline")).to_contain_text("home: Down")
    (incident,) = api.get("/usability/incidents")["items"]
    assert incident["monitor_id"] == monitor["id"] and incident["state"] == "closed"
