"""Second factors as a person meets them: in a real Chromium with its virtual authenticator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import CDPSession, Page, expect

from app.models import Passkey, Totp, db, write
from app.service.actor import Actor
from app.service.factor.providers import create_provider
from app.service.organization import change_settings
from tests import servers
from tests.cast import PASSWORD
from tests.openid import mock_provider
from tests.served import serving

pytestmark = pytest.mark.browser
PERSON = {"sub": "owner-1", "email": "owner@example.org", "email_verified": True}


@pytest.fixture
def place(app: Flask, owner: Actor) -> Iterator[str]:
    """Where the application is served."""
    change_settings(owner, {"is_set_up": True})
    with serving(app) as address:
        yield address


class Authenticator:
    """Chromium's virtual authenticator: one that verifies its user, as a phone or a laptop does."""

    def __init__(self, page: Page) -> None:
        self._cdp: CDPSession = page.context.new_cdp_session(page)
        self._cdp.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = self._cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self._id = made["authenticatorId"]

    def _say(self, command: str, **more: Any) -> Any:
        return self._cdp.send(f"WebAuthn.{command}", {"authenticatorId": self._id, **more})

    def credentials(self) -> list[dict[str, Any]]:
        return list(self._say("getCredentials")["credentials"])

    def verifies(self, whether: bool) -> None:
        """Whether its user gives the right finger from now on."""
        self._say("setUserVerified", isUserVerified=whether)

    def turn_back(self) -> None:
        """The counter of signatures as it was long ago: what a copy of the key would say."""
        (one,) = self.credentials()
        self._say("removeCredential", credentialId=one["credentialId"])
        self._say("addCredential", credential={**one, "signCount": 1})


@pytest.fixture
def authenticator(page: Page) -> Authenticator:
    return Authenticator(page)


def log_in(page: Page, place: str) -> None:
    page.goto(f"{place}/login")
    page.locator("#account").fill("owner@example.org")
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Log out").first.click()
    page.wait_for_url("**/login")


def add_passkey(page: Page, place: str) -> None:
    log_in(page, place)
    page.goto(f"{place}/account/security")
    page.get_by_label("Name of the new passkey").fill("My laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("#codes li")).to_have_count(10)


def fresh(secret: str, owner: Actor) -> str:
    """A code that is good now and was not used: the clock need not go on for that."""
    with write() as session:
        session.get_one(Totp, owner.user.id, populate_existing=True).last_step = 0
    return str(pyotp.TOTP(secret).at(datetime.now(UTC)))


def test_a_passkey_opens_the_account_by_itself(page: Page, place: str, authenticator: Authenticator) -> None:
    add_passkey(page, place)
    log_out(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/sites")
    (kept,) = authenticator.credentials()
    assert kept["isResidentCredential"] and kept["rpId"] == "localhost"
    passkey = db.session.query(Passkey).one()
    assert passkey.name == "My laptop" and passkey.last_used_at is not None


def test_a_passkey_is_the_second_step_after_a_password(
    page: Page, place: str, authenticator: Authenticator
) -> None:
    add_passkey(page, place)
    log_out(page)
    log_in(page, place)
    page.wait_for_url("**/login/second")
    page.goto(f"{place}/sites")
    page.wait_for_url("**/login?**")
    log_in(page, place)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/sites")


def test_a_passkey_without_the_right_finger_opens_nothing(
    page: Page, place: str, authenticator: Authenticator
) -> None:
    add_passkey(page, place)
    log_out(page)
    authenticator.verifies(False)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("No passkey was shown.")).to_be_visible()


def test_a_copied_passkey_opens_nothing(page: Page, place: str, authenticator: Authenticator) -> None:
    add_passkey(page, place)
    with write() as session:
        session.query(Passkey).one().sign_count = 1000
    authenticator.turn_back()
    log_out(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator("#toasts")).to_contain_text("not known here")
    page.goto(f"{place}/sites")
    page.wait_for_url("**/login?**")


def test_one_device_has_one_passkey(page: Page, place: str, authenticator: Authenticator) -> None:
    add_passkey(page, place)
    page.goto(f"{place}/account/security")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("No passkey was created.")).to_be_visible()
    assert db.session.query(Passkey).count() == 1


def test_a_passkey_is_renamed_and_removed(page: Page, place: str, authenticator: Authenticator) -> None:
    add_passkey(page, place)
    page.get_by_role("link", name="I have saved them").click()
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Work laptop")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.locator("#passkeys")).to_contain_text("Work laptop")
    page.locator("#passkeys").get_by_role("button", name="Remove", exact=True).click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.locator("#toasts")).to_contain_text("The passkey is removed here")
    log_out(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator("#toasts")).to_contain_text("not known here")


def test_an_authenticator_app_from_the_first_code_to_the_log_in(page: Page, place: str, owner: Actor) -> None:
    log_in(page, place)
    page.goto(f"{place}/account/security")
    page.get_by_role("button", name="Set up").click()
    expect(page.locator(".qr svg")).to_be_visible()
    secret = page.locator("#key").inner_text().replace(" ", "")
    page.get_by_label("Six digits").fill("000000")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("is wrong")).to_be_visible()
    page.get_by_label("Six digits").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Confirm").click()
    codes = page.locator("#codes li").all_inner_texts()
    log_out(page)
    log_in(page, place)
    page.get_by_label("Verification code").fill(fresh(secret, owner))
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/sites")
    log_out(page)
    log_in(page, place)
    page.get_by_label("Verification code").fill(codes[0])
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/sites")
    page.goto(f"{place}/account/security")
    expect(page.get_by_text("9 left")).to_be_visible()


def test_what_opens_the_account_is_changed_after_confirming(
    page: Page, place: str, authenticator: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_passkey(page, place)
    monkeypatch.setattr("app.controller.common.proof.SECONDS", -1)
    page.goto(f"{place}/account/security")
    page.get_by_role("button", name="New codes").click()
    page.get_by_role("button", name="Make new ones").click()
    page.wait_for_url(
        re.compile(r"/account/confirm\?next=%2Faccount%2Fsecurity|/account/confirm\?next=/account/security")
    )
    monkeypatch.setattr("app.controller.common.proof.SECONDS", 600)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/account/security")


def test_where_a_factor_is_required_one_comes_first(page: Page, place: str, owner: Actor) -> None:
    with write() as session:
        session.merge(owner.organization).requires_factor = True
    log_in(page, place)
    page.wait_for_url("**/account/security")
    expect(page.get_by_text("Your organization requires a second factor")).to_be_visible()
    page.goto(f"{place}/sites")
    page.wait_for_url("**/account/security")


def test_signing_in_by_the_organizations_service(page: Page, place: str, owner: Actor) -> None:
    change_settings(owner, {"allowed_networks": ["127.0.0.0/8"]})
    with write() as session:
        session.merge(owner.user).email_verified_at = datetime.now(UTC)
    with servers.short_folder() as folder, mock_provider(folder, PERSON) as issuer:
        values = {"name": "Works", "issuer": issuer, "client_id": "c", "client_secret": "s"}
        create_provider(owner, {**values, "domains": ["example.org"]})
        page.goto(f"{place}/login")
        page.get_by_role("link", name="Sign in with Works").click()
        page.get_by_role("button", name="owner-1").click()
        page.wait_for_url("**/sites")
        log_out(page)
        log_in(page, place)
        page.goto(f"{place}/account/security")
        expect(page.get_by_text("Linked", exact=True)).to_be_visible()
        page.get_by_role("button", name="Remove the link").click()
        page.get_by_role("button", name="Remove it").click()
        page.get_by_role("button", name="Link it").click()
        page.get_by_role("link", name="Continue to Works").click()
        page.get_by_role("button", name="owner-1").click()
        page.wait_for_url("**/account/security")
        expect(page.locator("#toasts")).to_contain_text("Your account is linked")
