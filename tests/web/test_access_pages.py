"""The pages for sessions, API tokens and connected programs."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.models import Membership, db
from app.service.access.api_tokens import create_api_token, list_api_tokens
from app.service.access.sessions import list_sessions
from app.service.access.vendors import create_app, create_vendor, get_app, list_vendors
from app.service.actor import Actor
from app.service.organization import change_settings
from app.service.permission.roles import PERMISSIONS
from app.service.scope.manage import set_scope
from app.service.site import create_site
from app.web.present.login import device
from app.web.words.permission import WORDS, permission_groups
from tests.cast import API, PASSWORD, Caller
from tests.controller.test_permissions import member_of

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1"
)
EDGE = f"{CHROME.replace('X11; Linux x86_64', 'Windows NT 10.0')} Edg/131.0.0.0"


class Reader:
    """Somebody in a browser, who sends forms with their token."""

    def __init__(self, app: Flask, actor: Actor) -> None:
        self.client: FlaskClient = app.test_client()
        self.caller = Caller(self.client).log_in(actor)

    def page(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, answer.status_code
        return answer.text

    def send(self, path: str, status: int = 303, **values: object) -> str:
        answer = self.client.post(path, data={"csrf_token": self.caller.csrf, **values})
        db.session.remove()  # What the test has read before is of another time.
        assert answer.status_code == status, answer.status_code
        return answer.text


@pytest.fixture
def reader(app: Flask, owner: Actor) -> Reader:
    return Reader(app, owner)


def test_i_see_where_i_am_logged_in(app: Flask, owner: Actor, reader: Reader) -> None:
    app.test_client().post(
        f"{API}/user/login",
        json={"account": owner.user.account, "password": PASSWORD},
        headers={"User-Agent": FIREFOX},
    )
    page = reader.page("/account/sessions")
    assert "Firefox 140 on Windows" in page
    assert page.count("This one") == 1


def test_i_end_one_session(app: Flask, owner: Actor, reader: Reader) -> None:
    Caller(app.test_client()).log_in(owner)
    (other,) = re.findall(r"/account/sessions/(\w+)/end", reader.page("/account/sessions"))
    reader.send(f"/account/sessions/{other}/end")
    assert len(list_sessions(owner)) == 1
    assert "That session has ended." in reader.page("/account/sessions")


def test_i_end_all_other_sessions(app: Flask, owner: Actor, reader: Reader) -> None:
    for _ in range(2):
        Caller(app.test_client()).log_in(owner)
    reader.send("/account/sessions/end-others")
    assert "2 other sessions have ended." in reader.page("/account/sessions")


def test_a_token_is_shown_once(reader: Reader) -> None:
    page = reader.send("/account/tokens", 201, name="nightly", scopes=["site.read"], days="30")
    (text,) = re.findall(r'id="secret" value="(ce_[^"]+)"', page)
    later = reader.page("/account/tokens")
    assert "nightly" in later and text not in later


def test_what_is_wrong_with_a_token_is_said_and_what_was_typed_stays(reader: Reader) -> None:
    page = reader.send("/account/tokens", 400, name="nightly", days="30")
    assert 'value="nightly"' in page
    assert "must name at least one permission" in page


@pytest.mark.parametrize("days", ["", "soon", "0", "9999"])
def test_days_that_are_none_are_refused(reader: Reader, owner: Actor, days: str) -> None:
    reader.send("/account/tokens", 400, name="nightly", scopes=["site.read"], days=days)
    assert list_api_tokens(owner).items == []


def test_a_token_is_deleted_from_its_page(reader: Reader, owner: Actor) -> None:
    token, _ = create_api_token(owner, {"name": "nightly", "scopes": ["site.read"], "days": 1})
    reader.send(f"/account/tokens/{token.id}/delete")
    assert list_api_tokens(owner).items == []


def test_only_what_i_may_myself_is_offered(app: Flask, viewer: Actor) -> None:
    offered = set(re.findall(r'name="scopes" value="([^"]+)"', Reader(app, viewer).page("/account/tokens")))
    assert "site.read" in offered and "site.write" not in offered


def test_a_vendor_and_its_app_are_made_by_form(reader: Reader, owner: Actor) -> None:
    reader.send("/settings/vendors", name="Integrator", contact="Ann")
    (vendor,) = list_vendors(owner).items
    page = reader.send(
        f"/settings/vendors/{vendor.id}/apps",
        201,
        app_name="sync",
        user_id=str(owner.user.id),
        scopes=["site.read", "site.write"],
        networks="203.0.113.7\n10.0.0.0/8",
    )
    assert re.search(r'id="secret" value="ces_[^"]+"', page) and str(vendor.id) in page
    (made,) = list_vendors(owner).items[0].apps
    assert (made.name, made.networks) == ("sync", ["203.0.113.7/32", "10.0.0.0/8"])
    assert "ces_" not in reader.page(f"/settings/vendors/{vendor.id}")


def test_an_app_s_wrong_fields_are_named(reader: Reader, owner: Actor) -> None:
    vendor = create_vendor(owner, {"name": "Integrator"})
    page = reader.send(f"/settings/vendors/{vendor.id}/apps", 400, app_name="", scopes=["site.read"])
    assert 'id="app_name-wrong"' in page and 'id="name-wrong"' not in page


def test_an_app_is_changed_and_switched_off(reader: Reader, owner: Actor) -> None:
    vendor = create_vendor(owner, {"name": "Integrator"})
    made, _ = create_app(owner, vendor.id, {"name": "sync", "scopes": ["site.read"]})
    assert re.search(r'value="site\.read" checked', reader.page(f"/settings/apps/{made.id}"))
    reader.send(
        f"/settings/apps/{made.id}", app_name="sync 2", scopes=["bug.read"], user_id=str(owner.user.id)
    )
    changed = get_app(owner, made.id)
    assert (changed.name, changed.scopes, changed.is_enabled) == ("sync 2", ["bug.read"], False)


def test_a_wrong_field_of_a_changed_app_is_named(reader: Reader, owner: Actor) -> None:
    vendor = create_vendor(owner, {"name": "Integrator"})
    made, _ = create_app(owner, vendor.id, {"name": "sync", "scopes": ["site.read"]})
    page = reader.send(f"/settings/apps/{made.id}", 400, app_name="sync", networks="10.0.0.0/99")
    assert 'id="networks-wrong"' in page


@pytest.mark.parametrize(("form", "overlaps"), [({}, True), ({"at_once": "1"}, False)])
def test_a_secret_turns_with_or_without_overlap(
    reader: Reader, owner: Actor, form: dict[str, str], overlaps: bool
) -> None:
    vendor = create_vendor(owner, {"name": "Integrator"})
    made, secret = create_app(owner, vendor.id, {"name": "sync", "scopes": ["site.read"]})
    page = reader.send(f"/settings/apps/{made.id}/rotate", 200, **form)
    assert 'value="ces_' in page and secret not in page
    assert (get_app(owner, made.id).old_until is not None) == overlaps


def test_an_app_and_its_vendor_are_deleted(reader: Reader, owner: Actor) -> None:
    vendor = create_vendor(owner, {"name": "Integrator"})
    made, _ = create_app(owner, vendor.id, {"name": "sync", "scopes": ["site.read"]})
    reader.send(f"/settings/apps/{made.id}/delete")
    assert list_vendors(owner).items[0].apps == []
    reader.send(f"/settings/vendors/{vendor.id}/delete")
    assert "Nothing is connected" in reader.page("/settings/vendors")


def test_a_viewer_has_no_tab_and_no_page_of_connected_programs(app: Flask, viewer: Actor) -> None:
    reader = Reader(app, viewer)
    assert "/settings/vendors" not in reader.page("/settings")
    reader.page("/settings/vendors", 403)


def test_names_of_vendors_are_no_markup(reader: Reader, owner: Actor) -> None:
    vendor = create_vendor(owner, {"name": "<b>x</b>", "contact": "<i>y</i>"})
    create_app(owner, vendor.id, {"name": "<u>z</u>", "scopes": ["site.read"]})
    page = reader.page(f"/settings/vendors/{vendor.id}") + reader.page("/settings/vendors")
    assert not re.search(r"<b>x|<i>y|<u>z", page)


def test_every_permission_has_words_and_no_words_are_of_none() -> None:
    assert set(WORDS) == set().union(*PERMISSIONS.values())


def test_every_permission_stands_in_one_group(app: Flask) -> None:
    with app.test_request_context():
        groups = permission_groups(WORDS)
    assert sorted(each["name"] for group in groups for each in group["items"]) == sorted(WORDS)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox 140 on Windows"),
        (CHROME, "Chrome 131 on Linux"),
        (SAFARI, "Safari 18 on iPhone"),
        (EDGE, "Edge 131 on Windows"),
        ("curl/8.5.0", "curl 8"),
        ("okhttp/4.9", "okhttp/4.9"),
        ("", "Unknown device"),
    ],
)
def test_a_device_is_told_by_what_its_browser_says(app: Flask, agent: str, words: str) -> None:
    with app.test_request_context():
        assert device(agent) == words


def test_a_scope_saved_as_it_was_read_is_no_wider(owner: Actor, teammate: Actor, reader: Reader) -> None:
    change_settings(owner, {"is_set_up": True})
    values = {"name": "Shop", "base_url": "http://127.0.0.1:9/"}
    first, _ = (create_site(owner, values).id for _ in range(2))
    member = member_of(teammate)
    set_scope(owner, member, [first], None)
    reader.send(f"/settings/members/{member}/scope", reach="some", sites="Shop", tags="")
    assert db.session.get_one(Membership, member).site_ids == [first]
