"""Pages by which people come in, and by which they are managed."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.models import Membership, User, db
from app.service.account.invite import accept_as, create_invitation
from app.service.account.reset import make_token
from app.service.account.rules import read_rules
from app.service.actor import Actor
from app.service.organization import change_settings
from tests.cast import PASSWORD, make_user
from tests.service.account.letters import code_in, letters, one_letter, token_in, use_mail
from tests.web.test_pages import INLINE, enter, token

ANNA = "anna@example.org"
NEW = "another-horse-entirely"


def send(client: FlaskClient, page: str, to: str = "", **values: str) -> str:
    """Fill the form of a page in and send it; what the page after it says."""
    csrf = token(client.get(page).text)
    answer = client.post(to or page, data={**values, "csrf_token": csrf}, follow_redirects=True)
    return answer.text


@pytest.fixture
def nobody(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def as_owner(app: Flask, owner: Actor) -> FlaskClient:
    change_settings(owner, {"is_set_up": True})
    return enter(app, owner)


def place_of(who: Actor) -> Membership:
    return db.session.query(Membership).filter_by(user_id=who.user.id).one()


def test_somebody_registers_in_two_steps(owner: Actor, nobody: FlaskClient) -> None:
    use_mail(owner, registration=True)
    assert "/register" in nobody.get("/login").text
    said = send(nobody, "/register", account=ANNA)
    assert ANNA in said
    values = {"account": ANNA, "code": code_in(one_letter(ANNA)), "organization": "Berg"}
    bad = send(nobody, "/register", **values, password=NEW, password_again="something else")
    assert "The two passwords differ" in bad or "the two passwords differ" in bad
    send(nobody, "/register", **values, password=NEW, password_again=NEW)
    assert "Berg" in nobody.get("/sites").text


def test_the_log_in_page_offers_no_registration_that_is_closed(owner: Actor, nobody: FlaskClient) -> None:
    assert "/register" not in nobody.get("/login").text
    assert "Nobody can register here" in nobody.get("/register").text


def test_a_forgotten_password_is_said_alike_for_anybody(owner: Actor, nobody: FlaskClient) -> None:
    use_mail(owner)
    pages = {
        send(nobody, "/forgot", account=account).replace(account, "")
        for account in (owner.user.account, "x@example.org")
    }
    assert len({re.sub(r'content="[^"]*"|X-CSRF-Token[^}]*', "", page) for page in pages}) == 1
    assert len(letters()) == 1


def test_a_link_sets_the_password_once(app: Flask, owner: Actor, nobody: FlaskClient) -> None:
    link = f"/reset/{make_token(owner.user)}"
    assert "too simple" in send(nobody, link, password="a" * 12, password_again="a" * 12)
    assert "log in with the new one" in send(nobody, link, password=NEW, password_again=NEW)
    assert nobody.get(link).status_code == 404


def test_nobody_joins_with_a_new_account(owner: Actor, nobody: FlaskClient) -> None:
    link = f"/join/{token_in(create_invitation(owner, {'role': 'viewer'})[1] or '')}"
    assert owner.organization.name in nobody.get(link).text
    send(nobody, link, f"{link}/new", account=ANNA, password=NEW, password_again=NEW)
    assert nobody.get("/sites").status_code == 200
    assert nobody.get(link).status_code == 404


def test_joining_asks_for_a_code_where_one_can_be_sent(owner: Actor, nobody: FlaskClient) -> None:
    use_mail(owner)
    link = f"/join/{token_in(create_invitation(owner, {'role': 'viewer'})[1] or '')}"
    said = send(nobody, link, f"{link}/new", account=ANNA, ask="1")
    assert 'name="code"' in said and ANNA in said
    values = {"account": ANNA, "code": code_in(one_letter(ANNA))}
    send(nobody, link, f"{link}/new", **values, password=NEW, password_again=NEW)
    assert nobody.get("/sites").status_code == 200


def test_somebody_logged_in_joins_by_one_button(app: Flask, owner: Actor, stranger: Actor) -> None:
    client = enter(app, stranger)
    link = f"/join/{token_in(create_invitation(owner, {'role': 'viewer'})[1] or '')}"
    assert stranger.user.account in client.get(link).text
    assert "You are a member of" in send(client, link)


def test_who_is_not_logged_in_comes_back_to_the_invitation(owner: Actor, nobody: FlaskClient) -> None:
    link = f"/join/{token_in(create_invitation(owner, {'role': 'viewer'})[1] or '')}"
    assert f"/login?next={link}" in nobody.get(link).text


def test_an_invitation_shows_its_link_once(as_owner: FlaskClient) -> None:
    said = send(as_owner, "/settings/members/invite", account="", role="viewer", reach="all")
    assert "/join/" in said
    page = as_owner.get("/settings/members").text
    assert "Whoever has the link" in page and "/join/" not in page


def test_an_invitation_by_letter_shows_no_link(as_owner: FlaskClient, owner: Actor) -> None:
    use_mail(owner)
    said = send(as_owner, "/settings/members/invite", account=ANNA, role="viewer", reach="all")
    assert "on its way" in said and "/join/" not in said and "/join/" in one_letter(ANNA)


def test_a_member_gets_another_role_and_rests(as_owner: FlaskClient, teammate: Actor) -> None:
    path = f"/settings/members/{place_of(teammate).id}"
    send(as_owner, path, role="viewer")
    send(as_owner, path, is_active="0")
    db.session.rollback()  # Read again, what the pages have written.
    place = place_of(teammate)
    assert (place.role, place.is_active) == ("viewer", False)
    assert "Activate again" in as_owner.get(path).text


def test_a_member_is_removed(as_owner: FlaskClient, teammate: Actor) -> None:
    path = f"/settings/members/{place_of(teammate).id}"
    assert "no longer a member" in send(as_owner, path, f"{path}/remove")


def test_the_organization_is_handed_over_with_the_password(as_owner: FlaskClient, teammate: Actor) -> None:
    path = f"/settings/members/{place_of(teammate).id}"
    assert "is wrong" in send(as_owner, path, f"{path}/own", current_password="no")
    assert "owns the organization now" in send(as_owner, path, f"{path}/own", current_password=PASSWORD)


def test_an_administrator_sees_no_buttons_for_an_owner(app: Flask, owner: Actor) -> None:
    change_settings(owner, {"is_set_up": True})
    client = enter(app, make_user(owner.organization, "admin", "admin"))
    page = client.get(f"/settings/members/{place_of(owner).id}").text
    assert "Deactivate" not in page and "Hand over" not in page


def test_the_side_bar_leads_to_ones_other_organizations(app: Flask, owner: Actor, stranger: Actor) -> None:
    accept_as(stranger, token_in(create_invitation(owner, {"role": "viewer"})[1] or ""))
    change_settings(stranger, {"is_set_up": True})
    client = enter(app, stranger)
    page = client.get("/sites").text
    path = f"/account/organizations/{stranger.organization_id}/switch"
    assert path in page
    assert "You are at theirs Ltd now" in send(client, "/sites", path)


def test_an_organization_is_made_and_left(as_owner: FlaskClient, owner: Actor) -> None:
    assert "Second" in send(as_owner, "/account/organizations", name="Second")
    page = as_owner.get("/account/organizations").text
    second = re.search(r"/account/organizations/(\d+)/leave", page)
    assert second is not None and "Go there" in page


def test_ones_address_is_changed_in_two_steps(as_owner: FlaskClient, owner: Actor) -> None:
    use_mail(owner)
    assert 'name="code"' in send(as_owner, "/account/contact", account=ANNA)
    values = {"account": ANNA, "code": code_in(one_letter(ANNA)), "current_password": PASSWORD}
    assert "Saved" in send(as_owner, "/account/contact", **values)
    db.session.rollback()  # Read again, what the pages have written.
    assert db.session.get_one(User, owner.user.id).email == ANNA


def test_the_rules_for_accounts_are_set(as_owner: FlaskClient, owner: Actor) -> None:
    channel = use_mail(owner)
    send(as_owner, "/settings/accounts", registration="1", mail_channel=str(channel.id), sms_channel="")
    assert read_rules(owner) == {"registration": True, "mail_channel": channel.id, "sms_channel": None}


def test_another_organization_is_not_offered_the_rules(app: Flask, owner: Actor, stranger: Actor) -> None:
    change_settings(stranger, {"is_set_up": True})
    client = enter(app, stranger)
    assert "/settings/accounts" not in client.get("/settings").text
    assert client.get("/settings/accounts").status_code == 403


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_nothing_of_these_pages_is_inline_and_all_is_translated(
    as_owner: FlaskClient, owner: Actor, nobody: FlaskClient, locale: str
) -> None:
    use_mail(owner, registration=True)
    link = token_in(create_invitation(owner, {"role": "viewer"})[1] or "")
    public = (
        "/login",
        "/register",
        "/forgot",
        f"/join/{link}",
        f"/reset/{make_token(owner.user)}",
        "/reset/x",
    )
    own = ("/settings/members", "/settings/members/invite", "/settings/accounts", "/account/organizations")
    for client, pages in ((nobody, public), (as_owner, (*own, "/account/contact", "/settings/account"))):
        client.set_cookie("locale", locale)
        for each in pages:
            page = client.get(each).text
            assert not INLINE.search(page), each
            assert f'lang="{"zh-CN" if locale == "zh" else "en"}"' in page
