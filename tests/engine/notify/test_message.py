"""The message: kept as plain data, said as JSON and as text in two languages."""

from __future__ import annotations

import json

from app.engine.notify.message import Message
from tests.engine.notify.local import AT, opened


def test_a_message_comes_back_from_the_outbox_as_it_was() -> None:
    message = opened(url="https://cloudeye.example/incidents/4")
    assert Message.from_dict(json.loads(json.dumps(message.to_dict()))) == message


def test_the_payload_leaves_out_what_a_message_does_not_have() -> None:
    payload = Message(id="1", kind="test", at=AT, severity="info").payload()
    assert payload["data"] == {"severity": "info", "sentence": {}}


def test_an_opened_incident_reads_in_english() -> None:
    title, body = opened().text("en")
    assert title == "DOWN: home (Shop)"
    assert body.splitlines()[0] == "It refused the connection."
    assert "Site: https://shop.example" in body


def test_an_opened_incident_reads_in_chinese() -> None:
    title, body = opened().text("zh")
    assert title == "故障：home（Shop）"
    assert body.startswith("拒绝连接。")


def test_a_closed_incident_says_what_it_was() -> None:
    title, body = opened(kind="incident.closed", severity="info").text("en")
    assert title == "UP again: home (Shop)"
    assert body.startswith("It was: It refused the connection.")


def test_names_with_braces_are_shown_as_they_are() -> None:
    title, _ = opened(monitor={"name": "{site} {0}"}).text("en")
    assert title == "DOWN: {site} {0} (Shop)"


def test_an_unknown_language_reads_english() -> None:
    assert opened().text("fr") == opened().text("en")
