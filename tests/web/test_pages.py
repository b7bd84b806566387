"""Pages for everybody: who sees what, forms that keep what was typed, and nothing inline."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.models import db
from app.service.actor import Actor
from app.service.channel.manage import create_channel
from app.service.monitor.manage import create_monitor
from app.service.organization import change_settings
from app.service.permission.check import RULES
from app.service.permission.roles import PUBLIC, SELF
from app.service.site import create_site
from tests.cast import PASSWORD

PAGES = (
    "/sites",
    "/files",
    "/incidents",
    "/on-call",
    "/escalations",
    "/channels",
    "/deliveries",
    "/settings",
    "/settings/members",
    "/settings/account",
    "/account/security",
    "/account/confirm",
)
ADMIN_PAGES = (
    "/audit",
    "/settings/sign-in",
    "/setup",
    "/setup/site",
    "/setup/channel",
    "/channels/new",
    "/on-call/new",
    "/escalations/new",
)
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|javascript:", re.IGNORECASE)


def token(html: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert found is not None
    return found.group(1)


def enter(app: Flask, actor: Actor) -> FlaskClient:
    client = app.test_client()
    form = {"account": actor.user.email, "password": PASSWORD, "csrf_token": token(client.get("/login").text)}
    assert client.post("/login", data=form).status_code == 303
    return client


@pytest.fixture
def things(owner: Actor) -> Iterator[dict[str, int]]:
    change_settings(owner, {"is_set_up": True})
    site = create_site(owner, {"name": "<b>Shop</b>", "base_url": "http://127.0.0.1:9/", "tags": ["eu"]})
    config = {"url": "http://127.0.0.1:9/"}
    monitor = create_monitor(owner, {"site_id": site.id, "type": "http", "name": "home", "config": config})
    channel = create_channel(owner, {"type": "webhook", "name": "hook", "config": config})
    yield {"site": site.id, "monitor": monitor.id, "channel": channel.id}


def addresses(things: dict[str, int]) -> list[str]:
    site, monitor, channel = things["site"], things["monitor"], things["channel"]
    return [
        f"/sites/{site}",
        f"/sites/{site}/live",
        f"/sites/{site}/events",
        f"/monitors/{monitor}",
        f"/monitors/{monitor}/live",
        f"/monitors/{monitor}/series",
        f"/monitors/{monitor}/dependencies",
        f"/channels/{channel}",
    ]


def test_the_owner_sees_every_page(app: Flask, owner: Actor, things: dict[str, int]) -> None:
    client = enter(app, owner)
    seen = {
        path: client.get(path).status_code for path in (*PAGES, *ADMIN_PAGES, *addresses(things), "/docs/api")
    }
    assert set(seen.values()) == {200}, seen


def test_a_viewer_sees_pages_and_no_button_that_changes(
    app: Flask, viewer: Actor, things: dict[str, int]
) -> None:
    client = enter(app, viewer)
    assert {client.get(path).status_code for path in (*PAGES, *addresses(things))} == {200}
    assert {client.get(path).status_code for path in ADMIN_PAGES} == {403}
    for path in (f"/sites/{things['site']}", f"/monitors/{things['monitor']}", "/sites"):
        forms = re.findall(r'<form[^>]*method="post"[^>]*action="([^"]+)"', client.get(path).text)
        assert set(forms) <= {"/logout"}, (path, forms)


def test_a_stranger_finds_nothing_of_ours(app: Flask, stranger: Actor, things: dict[str, int]) -> None:
    client = enter(app, stranger)
    assert {client.get(path).status_code for path in addresses(things)} == {404}


def test_nobody_is_led_to_the_log_in_and_back(app: Flask, things: dict[str, int]) -> None:
    client = app.test_client()
    for path in (*PAGES, *addresses(things)):
        answer = client.get(path)
        assert answer.status_code == 302 and answer.location.startswith("/login?next="), path


def test_a_post_without_its_token_is_refused(app: Flask, owner: Actor, things: dict[str, int]) -> None:
    client = enter(app, owner)
    assert client.post(f"/sites/{things['site']}/archive").status_code == 403


def test_every_posting_page_needs_a_permission_to_change() -> None:
    mine = {"web.login_post", "web.logout", "web.keep_theme", "web.account_post", "web.on_call_contacts"}
    mine |= {"web.account_picture", "web.account_picture_remove"}
    # Before log-in: each is held by a code, a link or what somebody has shown already.
    mine |= {"web.register_post", "web.forgot_post", "web.reset_post", "web.join_post", "web.join_new"}
    mine |= {"web.second_step_post", "web.login_passkey"}
    loose = [
        endpoint
        for (endpoint, method), rule in RULES.items()
        if endpoint.startswith("web.")
        and method == "POST"
        and endpoint not in mine
        and (rule in (PUBLIC, SELF) or rule.endswith(".read"))
    ]
    assert loose == []


def test_no_page_has_anything_inline(app: Flask, owner: Actor, things: dict[str, int]) -> None:
    client = enter(app, owner)
    for path in (*PAGES, *ADMIN_PAGES, *addresses(things), "/login", "/docs/api", "/nowhere"):
        assert INLINE.search(client.get(path).text) is None, path


def test_names_are_shown_as_text(app: Flask, owner: Actor, things: dict[str, int]) -> None:
    html = enter(app, owner).get("/sites").text
    assert "&lt;b&gt;Shop&lt;/b&gt;" in html and "<b>Shop</b>" not in html


def test_a_form_keeps_what_was_typed_and_names_the_field(
    app: Flask, owner: Actor, things: dict[str, int]
) -> None:
    client = enter(app, owner)
    typed = {"csrf_token": token(client.get("/sites/new").text), "name": "My shop", "base_url": "nonsense"}
    answer = client.post("/sites/new", data=typed)
    assert answer.status_code == 400
    assert 'value="My shop"' in answer.text and 'id="base_url-wrong"' in answer.text


def test_a_wrong_password_keeps_the_account(app: Flask, owner: Actor) -> None:
    client = app.test_client()
    form = {"account": owner.user.email, "password": "nope", "csrf_token": token(client.get("/login").text)}
    answer = client.post("/login", data=form)
    assert answer.status_code == 401 and owner.user.account in answer.text


def test_a_part_of_a_page_that_is_asked_for_after_the_session_leads_the_page_to_the_log_in(
    app: Flask,
) -> None:
    answer = app.test_client().get("/sites", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (204, "true")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_log_in_leads_nowhere_else(app: Flask, owner: Actor, target: str) -> None:
    client = app.test_client()
    form = {"account": owner.user.email, "password": PASSWORD, "csrf_token": token(client.get("/login").text)}
    assert client.post("/login", data=form, query_string={"next": target}).location == "/"


def test_the_first_steps_can_be_walked_and_skipped(app: Flask, owner: Actor) -> None:
    client = enter(app, owner)
    assert client.get("/").location == "/setup"
    csrf = token(client.get("/setup").text)
    named = {"csrf_token": csrf, "name": "Ours", "timezone": "Asia/Shanghai", "locale": "en"}
    assert client.post("/setup/organization", data=named).location == "/setup/site"
    site = {"csrf_token": csrf, "base_url": "http://127.0.0.1:9/"}
    assert client.post("/setup/site", data=site).location == "/setup/channel"
    assert client.post("/setup/channel", data={"csrf_token": csrf, "skip": "1"}).location == "/sites"
    assert client.get("/").location == "/sites"


def test_a_page_speaks_the_language_one_chose(app: Flask) -> None:
    client = app.test_client()
    client.get("/language/zh")
    assert "登录" in client.get("/login").text


@pytest.mark.parametrize("path", ["/live?site=", "/monitors/new?site="])
def test_an_id_beyond_all_ids_is_not_found(app: Flask, owner: Actor, path: str) -> None:
    assert enter(app, owner).get(path + "9" * 19).status_code == 404


def test_without_its_database_a_page_says_so(app: Flask, owner: Actor) -> None:
    client = enter(app, owner)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    db.session.remove()
    db.engine.dispose()
    path = app.config["DATA_DIR"] / "cloudeye.db"
    path.rename(path.with_suffix(".away"))
    path.mkdir()
    answer = client.get("/sites", headers={"Accept-Language": "zh"})
    assert (answer.status_code, "云眼依赖的服务暂不可用" in answer.text) == (503, True), answer.text


def test_the_interfaces_page_calls_nothing_null_as_json_does(app: Flask, owner: Actor) -> None:
    change_settings(owner, {"is_set_up": True})
    text = enter(app, owner).get("/docs/api").text
    assert "critical | null" in text and "| None" not in text
