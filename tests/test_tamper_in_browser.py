"""The tamper path, walked by a person in a real Chromium with every process running.

A page is watched, tampered with, seen, approved and silent again; then it is cloaked, which no visitor sees.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.client import Api
from tests.service.tamper.site import WebSite, article, tampered, web_site
from tests.stack import Stack, running_stack
from tests.test_first_path import log_in

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(600)]
# What a check finds is fetched a second time before anybody is told.
PATIENCE_MS = 120_000


@pytest.fixture(scope="module")
def stack(chromium_path: str) -> Iterator[Stack]:
    with running_stack() as stack:
        yield stack


@pytest.fixture(scope="module")
def api(stack: Stack) -> Api:
    """One log-in for all tests: many in a row are refused."""
    api = stack.api()
    api.patch("/settings", is_set_up=True)
    return api


@pytest.fixture
def site() -> Iterator[WebSite]:
    with web_site() as site:
        yield site


def enter(page: Page, stack: Stack, api: Api, site: WebSite) -> str:
    """Log in, with the site added; its id."""
    made = api.post("/sites", name=f"Library {site.base_url}", base_url=f"{site.base_url}/")
    log_in(page, stack)
    return str(made["id"])


def watch(page: Page, stack: Stack, api: Api, site: WebSite, how: str) -> None:
    """Add the site's start page by the form, and wait until it is learned."""
    site_id = enter(page, stack, api, site)
    page.goto(f"{stack.base_url}/watches/new?site={site_id}")
    page.get_by_label("Name").fill("Start page")
    page.get_by_label(how).check()
    page.get_by_role("button", name="Watch it").click()
    expect(page.locator("#watch-state")).to_contain_text("As approved", timeout=PATIENCE_MS)


def check_now(page: Page) -> None:
    page.get_by_role("button", name="Check now").click()
    expect(page.locator("#toasts")).to_contain_text("is being fetched")


def look_at_the_alert(page: Page) -> None:
    page.get_by_role("link", name="Look at the alert").click(timeout=PATIENCE_MS)
    page.wait_for_url("**/alerts/*")


def compare(page: Page, show: str) -> None:
    """Choose a tab of the comparison."""
    page.locator("#compare").get_by_role("link", name=show, exact=True).click()


def test_a_person_sees_tampering_approves_it_and_has_peace(
    page: Page, stack: Stack, api: Api, site: WebSite
) -> None:
    watch(page, stack, api, site, "Real browser")
    address = page.url

    site.pages["/"] = tampered(article())
    check_now(page)
    look_at_the_alert(page)

    # The sentence, and why.
    expect(page.locator("h1")).to_contain_text("evil-cdn.example")
    expect(page.locator(".reasons").first).to_contain_text("casino-bet365.example")

    # The source, the picture with its slider, and the page itself where it can do nothing.
    compare(page, "Source")
    expect(page.locator(".diff-source .d-new").filter(has_text="casino").first).to_be_visible()
    compare(page, "Picture")
    slider = page.get_by_role("slider")
    expect(slider).to_have_value("50")
    slider.press("ArrowRight")
    expect(slider).to_have_value("51")
    for picture in page.locator(".slider img").all():
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("each => each.naturalWidth") > 300
    compare(page, "Page")
    frame = page.frame_locator("iframe").last
    expect(frame.locator("h1")).to_contain_text("The old town library")
    expect(frame.locator("script")).to_have_count(0)

    # It was us: nobody is told again.
    page.get_by_role("button", name="It was us").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What was changed, and why").fill("A new partner, ticket 4711")
    dialog.get_by_role("button", name="Approve").click()
    expect(page.locator("#alert")).to_contain_text("ticket 4711")
    page.goto(address)
    check_now(page)
    expect(page.locator("#watch-state")).to_contain_text("As approved", timeout=PATIENCE_MS)
    page.goto(f"{stack.base_url}/alerts")
    expect(page.locator("#alerts")).to_contain_text("Nothing is open")


def test_a_page_that_lies_to_search_engines_is_seen(
    page: Page, stack: Stack, api: Api, site: WebSite
) -> None:
    watch(page, stack, api, site, "Plain fetch")

    site.crawler_pages["/"] = tampered(article("Best online casino bonus", "Slots, poker and betting."))
    check_now(page)
    look_at_the_alert(page)

    expect(page.locator("#alert")).to_contain_text("Cloaking")
    expect(page.locator("#compare")).to_contain_text("casino")


def test_a_copy_opened_by_itself_runs_nothing(page: Page, stack: Stack, api: Api, site: WebSite) -> None:
    acting = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    site.pages["/"] = article(note=acting)
    watch(page, stack, api, site, "Plain fetch")
    copy = page.get_by_role("link", name="Show").first.get_attribute("href")

    page.goto(f"{stack.base_url}{copy}")

    expect(page.locator("h1")).to_have_text("The old town library")
    assert page.title() == "The old town library"
    assert page.evaluate("origin") == "null"


def test_key_pages_are_found_chosen_and_watched(page: Page, stack: Stack, api: Api, site: WebSite) -> None:
    site.pages.update({"/news": article("News"), "/contact": article("Contact")})
    page.goto(f"{stack.base_url}/watches/find?site={enter(page, stack, api, site)}")
    page.get_by_role("button", name="Look for pages").click()
    page.get_by_label("News", exact=True).uncheck(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Watch the chosen pages").click(timeout=PATIENCE_MS)
    expect(page.locator("#watches tbody tr")).to_have_count(2)
    expect(page.locator("#watches")).to_contain_text("/contact")
