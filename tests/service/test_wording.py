"""Templates: which one is taken, that it reaches the receiver, and that no alarm is lost with its words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.clock import now
from app.core.errors import ConflictError, InvalidError, NotFoundError, RateLimitedError
from app.core.settings import get_settings
from app.engine.notify.samples import sample
from app.models import AuditEntry, MessageTemplate, Organization, db, write
from app.service.actor import Actor
from app.service.channel import wording
from app.service.channel.manage import create_channel
from app.service.channel.sending import send_through
from app.service.channel.wording import (
    change_template,
    create_template,
    delete_template,
    get_template,
    in_own_words,
    list_templates,
    preview,
)
from tests.engine.notify.receiver import Hook, running_hook


@pytest.fixture
def hook(app: Flask) -> Iterator[Hook]:
    get_settings().ALLOW_PRIVATE_TARGETS = True
    with running_hook() as running:
        yield running


def add(actor: Actor, event: str = "*", **values: Any) -> MessageTemplate:
    return create_template(actor, {"event": event, "locale": "en", "body": "{{ site.name }}", **values})


def spoken(organization: Organization, kind: str = "incident.opened") -> tuple[str, str]:
    return in_own_words(sample(kind, now()), organization).text(organization.locale)


def test_without_a_template_it_is_cloudeyes_own(owner: Actor, ours: Organization) -> None:
    assert spoken(ours)[0] == "DOWN: home (Shop)"


def test_the_most_particular_template_is_taken(owner: Actor, ours: Organization) -> None:
    add(owner, "*", body="all")
    add(owner, "incident.*", body="family")
    add(owner, "incident.opened", body="one")
    assert [spoken(ours, kind)[1] for kind in ("incident.opened", "incident.closed", "digest")] == [
        "one",
        "family",
        "all",
    ]


def test_a_template_of_another_language_is_not_taken(owner: Actor, ours: Organization) -> None:
    add(owner, locale="zh", body="中文")
    assert spoken(ours)[0] == "DOWN: home (Shop)"


def test_a_template_that_is_off_is_not_taken(owner: Actor, ours: Organization) -> None:
    add(owner, is_enabled=False)
    assert spoken(ours)[0] == "DOWN: home (Shop)"


def test_another_organizations_words_are_not_ours(owner: Actor, stranger: Actor, ours: Organization) -> None:
    add(stranger, body="theirs")
    assert spoken(ours)[0] == "DOWN: home (Shop)"


def test_it_reaches_the_receiver(owner: Actor, ours: Organization, hook: Hook) -> None:
    add(owner, "incident.*", title="{{ monitor.name }}!", body="**{{ site.name }}**", format="markdown")
    config = {"url": f"json://127.0.0.1:{hook.port}/"}
    channel = create_channel(owner, {"type": "apprise", "name": "json", "config": config})
    assert send_through(channel, ours, in_own_words(sample("incident.opened", now()), ours)).ok
    document = json.loads(hook.requests[0].body)
    assert (document["title"], document["message"]) == ("home!", "**Shop**")


def test_what_cannot_be_made_goes_out_in_cloudeyes_words_and_is_noted(
    owner: Actor, ours: Organization
) -> None:
    template = add(owner)
    with write() as session:
        session.get_one(MessageTemplate, template.id).body = "a\n{{ 1 / 0 }}"
    assert spoken(ours)[0] == "DOWN: home (Shop)"
    row = db.session.get_one(MessageTemplate, template.id, populate_existing=True)
    assert row.last_error == "body: line 2: division by zero"
    assert row.failed_at is not None
    assert change_template(owner, template.id, {"body": "{{ text }}"}).failed_at is None


def test_a_template_that_says_nothing_of_a_message_leaves_it_cloudeyes_words(
    owner: Actor, ours: Organization
) -> None:
    add(owner, body="{% if incident.level == 'down' %}down{% endif %}")
    assert spoken(ours, "alert.opened")[1].startswith("A script from a host")


def test_what_is_wrong_is_refused_with_its_line(owner: Actor) -> None:
    with pytest.raises(InvalidError) as caught:
        add(owner, body="a\n{% if %}")
    assert caught.value.fields["body"].startswith("line 2: ")
    template = add(owner)
    with pytest.raises(InvalidError) as caught:
        change_template(owner, template.id, {"title": "{{ nothing }}"})
    assert caught.value.fields == {"title": "line 1: nothing is not known here"}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"event": "weather"}, "event"),
        ({"locale": "fr"}, "locale"),
        ({"format": "rtf"}, "format"),
        ({"body": " "}, "body"),
        ({"body": "x" * 20_001}, "body"),
    ],
)
def test_what_cannot_be_right_is_refused(owner: Actor, values: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as caught:
        create_template(owner, {"event": "*", "locale": "en", "body": "x", **values})
    assert set(caught.value.fields) == {field}


def test_there_is_one_an_event_and_language(owner: Actor) -> None:
    add(owner)
    with pytest.raises(ConflictError):
        add(owner)


def test_a_preview_keeps_nothing(owner: Actor) -> None:
    made = preview(owner, {"event": "alert.*", "locale": "en", "body": "{{ watch.name }}"})
    assert made["body"] == "Front page"
    assert list_templates(owner).items == []


def test_a_preview_tells_times_by_the_organizations_clock(owner: Actor) -> None:
    with write():
        owner.organization.timezone = "Asia/Shanghai"
    assert "(Asia/Shanghai)" in preview(owner, {"locale": "en", "body": "{{ text }}"})["body"]


def test_previews_have_a_limit(owner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording, "TRIES_A_MINUTE", 1)
    preview(owner, {"body": "x"})
    with pytest.raises(RateLimitedError):
        preview(owner, {"body": "x"})


def test_a_stranger_finds_none(owner: Actor, stranger: Actor) -> None:
    template = add(owner)
    with pytest.raises(NotFoundError):
        get_template(stranger, template.id)
    with pytest.raises(NotFoundError):
        delete_template(stranger, template.id)


def test_every_change_is_in_the_audit_log(owner: Actor) -> None:
    template = add(owner)
    change_template(owner, template.id, {"is_enabled": False})
    delete_template(owner, template.id)
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["wording.create", "wording.change", "wording.delete"]
