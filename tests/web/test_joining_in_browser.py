"""How somebody comes in, in a real Chromium: register, invite, join, go over to another organization."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from app.service.actor import Actor
from app.service.organization import change_settings
from tests.cast import PASSWORD
from tests.served import serving
from tests.service.account.letters import code_in, one_letter, use_mail

pytestmark = pytest.mark.browser
ANNA, BERT = "anna@example.org", "bert@example.org"


@pytest.fixture
def place(app: Flask, owner: Actor) -> Iterator[str]:
    """Where the application is served; letters can be sent and anybody may register."""
    change_settings(owner, {"is_set_up": True})
    use_mail(owner, registration=True)
    with serving(app) as address:
        yield address


def register(page: Page, place: str) -> None:
    page.goto(f"{place}/login")
    page.get_by_role("link", name="Register").click()
    page.get_by_label("E-mail address").fill(ANNA)
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Verification code").fill(code_in(one_letter(ANNA)))
    page.get_by_label("Organization").fill("Berg")
    choose_password(page)
    page.get_by_role("button", name="Create the account").click()
    page.wait_for_url("**/setup**")


def choose_password(page: Page) -> None:
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)


def test_somebody_registers_invites_and_goes_over(page: Page, browser: Browser, place: str) -> None:
    register(page, place)
    page.goto(f"{place}/settings/members")
    page.get_by_role("link", name="Invite somebody").click()
    expect(page.get_by_label("Tags")).to_be_hidden()
    page.get_by_role("button", name="Invite").click()
    link = page.get_by_label("Link").input_value()
    token = link.rpartition("/")[2]

    other = browser.new_context(locale="en-GB")
    join(other.new_page(), f"{place}/join/{token}")
    other.close()

    page.goto(f"{place}/settings/members")
    expect(page.get_by_role("link", name="bert")).to_be_visible()
    page.goto(f"{place}/account/organizations")
    page.get_by_label("Name").fill("Second")
    page.get_by_role("button", name="Create the organization").click()
    page.wait_for_url("**/setup**")
    page.goto(f"{place}/account/organizations")
    page.get_by_role("button", name="Go there").click()
    page.goto(f"{place}/settings/members")
    expect(page.get_by_text(BERT)).to_be_visible()


def join(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("E-mail address").fill(BERT)
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Verification code").fill(code_in(one_letter(BERT)))
    choose_password(page)
    page.get_by_role("button", name="Create the account and join").click()
    expect(page.get_by_role("heading", name="Sites", exact=True)).to_be_visible()
