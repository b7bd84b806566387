"""The page of a delivery shows what went out, not what would go out now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.engine.notify.samples import sample
from app.models import Delivery, write
from app.service.actor import Actor
from app.service.channel.manage import create_channel
from app.service.organization import change_settings
from tests.web.test_pages import enter

AT = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
MAIL = {
    "host": "127.0.0.1",
    "port": 9,
    "security": "none",
    "sender": "eye@example.org",
    "to": ["a@example.org"],
}


@pytest.fixture
def client(app: Flask, owner: Actor) -> FlaskClient:
    change_settings(owner, {"is_set_up": True, "timezone": "Asia/Shanghai"})
    return enter(app, owner)


def delivered(owner: Actor, kind: str, config: dict[str, Any], error: str = "", **message: Any) -> str:
    """The address of a delivery through a channel of this kind."""
    channel = create_channel(owner, {"type": kind, "name": "there", "config": config})
    facts = {**sample("incident.opened", AT).to_dict(), **message}
    with write() as session:
        row = Delivery(
            organization_id=owner.organization_id,
            channel_id=channel.id,
            kind="incident.opened",
            message=facts,
            state="failed",
            last_error=error,
        )
        session.add(row)
    return f"/deliveries/{row.id}"


def test_it_shows_the_text_that_a_template_made(client: FlaskClient, owner: Actor) -> None:
    words = {"title": "Harbour", "body": "In **our** words", "format": "markdown"}
    page = client.get(delivered(owner, "mail", MAIL, words=words)).text
    assert "In **our** words" in page and "Markdown" in page
    assert "It refused the connection." not in page


def test_its_times_are_told_by_the_organizations_clock(client: FlaskClient, owner: Actor) -> None:
    assert "Since: 2026-03-02 07:23:00 (Asia/Shanghai)" in client.get(delivered(owner, "mail", MAIL)).text


def test_of_a_webhook_it_shows_the_json(client: FlaskClient, owner: Actor) -> None:
    words = {"title": "Harbour", "body": "In our words", "format": "text"}
    page = client.get(delivered(owner, "webhook", {"url": "http://127.0.0.1:9/"}, words=words)).text
    assert "&#34;type&#34;: &#34;incident.opened&#34;" in page
    assert "In our words" not in page


def test_why_it_failed_is_in_the_pages_language(client: FlaskClient, owner: Actor) -> None:
    delivered(owner, "mail", MAIL, error="the receiver answered 503")
    client.set_cookie("locale", "zh")
    assert "接收方返回 503" in client.get("/deliveries").text
