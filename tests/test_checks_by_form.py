"""Checks of several requests and in a browser, typed into the form in a real Chromium."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.client import Api
from tests.engine.targets import Target, reply
from tests.stack import Stack, running_stack
from tests.test_first_path import log_in

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(600)]
PATIENCE_MS = 60_000
HTML = ("Content-Type: text/html; charset=utf-8",)


@pytest.fixture(scope="module")
def stack(chromium_path: str) -> Iterator[Stack]:
    with running_stack(CLOUDEYE_ALLOW_PRIVATE_TARGETS="true") as stack:
        yield stack


@pytest.fixture(scope="module")
def api(stack: Stack) -> Api:
    """One log-in for all tests: many in a row are refused."""
    api = stack.api()
    api.patch("/settings", is_set_up=True)
    return api


def shop(connection: socket.socket, request: bytes) -> None:
    path = request.split(b" ", 2)[1]
    answer = reply(b'{"token": "tok-12345"}') if path == b"/login" else reply(b"<h1>Sorry</h1>", headers=HTML)
    if path == b"/basket?t=tok-12345":
        answer = reply(b"<h1>Basket</h1>", headers=HTML)
    answer(connection, request)


@pytest.fixture
def target() -> Iterator[Target]:
    with Target(shop) as target:
        yield target


def begin(page: Page, stack: Stack, api: Api, target: Target, kind: str) -> None:
    site = api.post("/sites", name=f"Shop {kind}", base_url=target.url())
    log_in(page, stack)
    page.goto(f"{stack.base_url}/monitors/new?site={site['id']}&type={kind}")


def add_line(where: Page | Locator, key: str) -> Locator:
    """Press the button of this list by the keyboard; the new line."""
    box = where.locator(f"fieldset.rows[id$='.{key}']")
    box.locator(":scope > [data-row-add]").press("Enter")
    return box.locator(":scope > .row-list > [data-row]").last


def test_steps_are_typed_refused_at_their_field_and_made(
    page: Page, stack: Stack, api: Api, target: Target
) -> None:
    begin(page, stack, api, target, "steps")
    first = add_line(page, "steps")
    first.locator("[name$='.url']").fill(target.url("/login"))
    taken = add_line(first, "extract")
    taken.locator("[name$='.name']").fill("token")
    taken.locator("[name$='.path']").fill("$.token[")
    second = add_line(page, "steps")
    second.locator("[name$='.url']").fill(target.url("/basket") + "?t={{token}}")
    line = add_line(second, "assertions")
    line.locator("[name$='.kind']").select_option("css")
    expect(line.locator("[name$='.target']")).to_be_visible()
    line.locator("[name$='.target']").fill("h1")
    line.locator("[name$='.comparison']").select_option("equals")
    line.locator("[name$='.value']").fill("Basket")
    page.get_by_role("button", name="Add and check now").click()

    expect(page.get_by_role("alert")).to_contain_text("Steps 1, Take from the answer 1, Name or path")
    wrong = page.locator("[name='config.steps.0.extract.0.path']")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    wrong.fill("$.token")
    page.get_by_role("button", name="Add and check now").click()
    page.wait_for_url("**/monitors/*")
    expect(page.locator("main")).to_contain_text("Up", timeout=PATIENCE_MS)


def test_a_page_in_a_browser_is_checked_where_there_is_one(
    page: Page, stack: Stack, api: Api, target: Target
) -> None:
    begin(page, stack, api, target, "browser")
    page.locator("summary", has_text="What is accepted").click()
    line = add_line(page, "expectations")
    line.locator("[name$='.kind']").select_option("selector")
    expect(line.locator("[name$='.comparison']")).to_have_value("visible")
    line.locator("[name$='.target']").fill("h2")
    page.get_by_label("Give up after").fill("20")
    page.get_by_role("button", name="Add and check now").click()
    page.wait_for_url("**/monitors/*")
    expect(page.locator("main")).to_contain_text("h2 in the page is missing", timeout=PATIENCE_MS)
