"""The pages of rules and templates, and the forms of services."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.models import Channel, ChannelRule, MessageTemplate, Organization, db
from app.service.actor import Actor
from app.service.channel.manage import create_channel
from app.service.channel.rules import create_rule, routing_of
from app.service.organization import change_settings
from app.service.site import create_site
from tests.cast import PASSWORD


@pytest.fixture
def client(app: Flask, owner: Actor) -> FlaskClient:
    change_settings(owner, {"is_set_up": True})
    return logged_in(app, owner)


def logged_in(app: Flask, actor: Actor) -> FlaskClient:
    client = app.test_client()
    typed: dict[str, Any] = {
        "account": actor.user.email,
        "password": PASSWORD,
        "csrf_token": token(client, "/login"),
    }
    client.post("/login", data=typed)
    return client


def token(client: FlaskClient, path: str) -> str:
    text = client.get(path).get_data(as_text=True)
    return text.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]


def post(client: FlaskClient, path: str, page: str, status: int = 303, **values: Any) -> str:
    answer = client.post(path, data={**values, "csrf_token": token(client, page)})
    db.session.rollback()
    db.session.expire_all()
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def shown(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.fixture
def pager(owner: Actor) -> Channel:
    config = {"url": "https://example.org/hook"}
    return create_channel(owner, {"type": "webhook", "name": "pager", "config": config})


def test_a_rule_is_made_by_its_form(client: FlaskClient, owner: Actor, pager: Channel) -> None:
    site = create_site(owner, {"name": "Shop", "base_url": "https://shop.example/"})
    typed: dict[str, Any] = {
        "name": "Grave",
        "events": ["incident", "alert"],
        "least": "high",
        "sites": "Shop",
        "tags": "#eu\n",
    }
    post(
        client,
        "/channels/rules/new",
        "/channels/rules/new",
        **typed,
        channel_ids=str(pager.id),
        is_enabled="1",
    )
    rule = db.session.scalars(select(ChannelRule)).one()
    assert (rule.events, rule.least, rule.site_ids) == (["incident", "alert"], "high", [site.id])
    assert (rule.tags, rule.channel_ids, rule.is_enabled) == (["eu"], [pager.id], True)
    page = shown(client, "/channels/rules")
    assert "Grave" in page
    assert "High and graver" in page


def test_a_site_nobody_knows_is_said_at_its_field(client: FlaskClient, pager: Channel) -> None:
    page = post(client, "/channels/rules/new", "/channels/rules/new", 400, name="x", sites="Nowhere")
    assert "nothing is called Nowhere" in page
    assert 'href="#sites"' in page


def test_rules_are_moved_by_a_click(client: FlaskClient, owner: Actor) -> None:
    first, second = (create_rule(owner, {"name": name}) for name in ("one", "two"))
    post(client, f"/channels/rules/{second.id}/up", "/channels/rules")
    order = db.session.scalars(select(ChannelRule.id).order_by(ChannelRule.position)).all()
    assert order == [second.id, first.id]


def test_a_rule_is_changed_and_deleted(client: FlaskClient, owner: Actor) -> None:
    rule = create_rule(owner, {"name": "one"})
    address = f"/channels/rules/{rule.id}"
    post(client, address, address, name="other")
    assert db.session.scalars(select(ChannelRule.name)).all() == ["other"]
    post(client, f"{address}/delete", address)
    assert db.session.scalars(select(ChannelRule.id)).all() == []


def test_how_rules_are_gone_through_is_chosen(client: FlaskClient, owner: Actor) -> None:
    create_rule(owner, {"name": "one"})
    post(client, "/channels/rules/manner", "/channels/rules", mode="all", otherwise="nobody")
    assert routing_of(owner) == {"mode": "all", "otherwise": "nobody"}


def test_rules_are_tried_on_the_page(client: FlaskClient, owner: Actor, pager: Channel) -> None:
    create_rule(owner, {"name": "quiet tests", "tags": ["test"]})
    create_rule(owner, {"name": "rest", "channel_ids": [pager.id]})
    page = shown(client, "/channels/rules/trial?event=incident&severity=high")
    assert "Another site" in page
    assert "Decides" in page
    assert "pager" in page


def test_a_template_is_tried_before_it_is_kept(client: FlaskClient) -> None:
    typed: dict[str, Any] = {
        "event": "incident.*",
        "locale": "en",
        "format": "text",
        "title": "",
        "is_enabled": "1",
    }
    page = post(
        client, "/channels/templates/new", "/channels/templates/new", 400, **typed, body="{{ sight }}"
    )
    assert "line 1: sight is not known here" in page
    post(client, "/channels/templates/new", "/channels/templates/new", **typed, body="{{ site.name }}")
    row = db.session.scalars(select(MessageTemplate)).one()
    assert (row.event, row.body) == ("incident.*", "{{ site.name }}")
    assert "Incidents: every message" in shown(client, "/channels/templates")


def test_a_second_template_for_the_same_is_refused(client: FlaskClient) -> None:
    typed: dict[str, Any] = {"event": "*", "locale": "en", "format": "text", "body": "{{ text }}"}
    post(client, "/channels/templates/new", "/channels/templates/new", **typed)
    page = post(client, "/channels/templates/new", "/channels/templates/new", 409, **typed)
    assert "there is a template for this event in this language" in page


def test_the_preview_shows_what_is_made_of_it(client: FlaskClient) -> None:
    typed: dict[str, Any] = {
        "event": "bug.*",
        "locale": "zh",
        "format": "text",
        "body": "{{ bug.findings[0].title }} <b>",
    }
    page = post(client, "/channels/templates/preview", "/channels/templates/new", 200, **typed)
    assert "Cookie 缺少 Secure 属性（中） &lt;b&gt;" in page


def test_a_template_is_changed_and_deleted(client: FlaskClient) -> None:
    typed: dict[str, Any] = {"event": "*", "locale": "en", "format": "html", "title": "", "is_enabled": "1"}
    post(client, "/channels/templates/new", "/channels/templates/new", **typed, body="{{ text }}")
    row = db.session.scalars(select(MessageTemplate)).one()
    address = f"/channels/templates/{row.id}"
    post(client, address, address, **typed, body="<b>{{ text }}</b>")
    assert db.session.scalars(select(MessageTemplate.body)).all() == ["<b>{{ text }}</b>"]
    post(client, f"{address}/delete", address)
    assert db.session.scalars(select(MessageTemplate.id)).all() == []


def test_a_viewer_reads_and_changes_nothing(
    app: Flask, ours: Organization, client: FlaskClient, owner: Actor, viewer: Actor
) -> None:
    rule = create_rule(owner, {"name": "one"})
    other = logged_in(app, viewer)
    assert "one" in shown(other, "/channels/rules")
    assert "disabled" in shown(other, f"/channels/rules/{rule.id}")
    assert other.get("/channels/rules/new").status_code == 403


@pytest.mark.parametrize(
    "kind",
    ["mail", "dingtalk", "wecom", "feishu", "slack", "telegram", "sms", "sms_aliyun", "webhook", "apprise"],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_kind_has_a_form_in_both_languages(client: FlaskClient, kind: str, language: str) -> None:
    client.set_cookie("locale", language)
    page = shown(client, f"/channels/new?type={kind}")
    assert 'name="config.' in page
    assert ("收件人" in page) is (kind == "mail" and language == "zh")


def test_a_mail_channel_is_made_by_its_form(client: FlaskClient) -> None:
    typed: dict[str, Any] = {
        "name": "Ops",
        "config.host": "smtp.example.org",
        "config.security": "starttls",
        "config.user": "ops",
        "config.password": "secret",
        "config.sender": "cloudeye@example.org",
        "config.to": "a@example.org\nb@example.org",
        "is_enabled": "1",
    }
    post(client, "/channels/new?type=mail", "/channels/new?type=mail", **typed)
    row = db.session.scalars(select(Channel)).one()
    assert row.type == "mail"
    page = shown(client, f"/channels/{row.id}")
    assert "b@example.org" in page
    assert "secret" not in page.replace("secret-", "")


def test_a_wrong_address_of_a_robot_is_said_at_its_field(client: FlaskClient) -> None:
    page = post(
        client,
        "/channels/new?type=wecom",
        "/channels/new?type=wecom",
        400,
        name="x",
        **dict[str, Any]({"config.webhook": "https://evil.example/"}),
    )
    assert "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" in page
