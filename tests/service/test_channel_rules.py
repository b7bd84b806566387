"""Rules: who keeps them, what they do to messages, and what they never do."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.core.clock import now
from app.core.errors import InvalidError, NotFoundError
from app.engine.notify.message import Message
from app.models import AuditEntry, Channel, ChannelRule, Delivery, db, write
from app.service.actor import Actor
from app.service.channel.delivery import enqueue_deliveries
from app.service.channel.manage import change_channel, create_channel, delete_channel
from app.service.channel.rules import (
    change_routing,
    change_rule,
    create_rule,
    delete_rule,
    list_rules,
    move_rule,
    order_rules,
    routing_of,
    try_rules,
)
from app.service.site import create_site


@pytest.fixture
def pager(owner: Actor) -> Channel:
    return channel(owner, "pager")


@pytest.fixture
def mail(owner: Actor) -> Channel:
    return channel(owner, "mail")


def channel(actor: Actor, name: str) -> Channel:
    config = {"url": "https://example.org/hook"}
    return create_channel(actor, {"type": "webhook", "name": name, "config": config})


def told(actor: Actor, kind: str = "alert.opened", severity: str = "high", **facts: Any) -> list[int]:
    """The channels that a message goes to."""
    site = facts.pop("site", None)
    message = Message(id="1", kind=kind, at=now(), severity=severity, **facts)
    if site is not None:
        message = Message(
            **{
                **facts,
                "id": "1",
                "kind": kind,
                "at": now(),
                "severity": severity,
                "site": {"id": str(site.id)},
            }
        )
    with write() as session:
        enqueue_deliveries(session, actor.organization_id, message, wanted=severity)
    with write() as session:
        rows = session.scalars(select(Delivery).order_by(Delivery.id)).all()
        found = [row.channel_id for row in rows]
        for row in rows:
            session.delete(row)
    return found


def add(actor: Actor, *channels: Channel, **conditions: Any) -> ChannelRule:
    ids = [each.id for each in channels]
    return create_rule(actor, {"name": "rule", "channel_ids": ids, **conditions})


def test_without_rules_every_channel_that_wants_it_is_told(
    owner: Actor, pager: Channel, mail: Channel
) -> None:
    assert told(owner) == [pager.id, mail.id]
    assert told(owner, severity="low") == []


def test_a_rule_chooses_the_channels(owner: Actor, pager: Channel, mail: Channel) -> None:
    add(owner, mail, events=["alert"])
    assert told(owner) == [mail.id]


def test_a_rule_says_more_than_the_channels_own_severities(owner: Actor, pager: Channel) -> None:
    add(owner, pager, events=["alert"], least="low")
    assert told(owner, severity="low") == [pager.id]


def test_sites_and_tags_choose(owner: Actor, pager: Channel, mail: Channel) -> None:
    shop = create_site(owner, {"name": "Shop", "base_url": "https://a.example/", "tags": ["shop"]})
    blog = create_site(owner, {"name": "Blog", "base_url": "https://b.example/"})
    add(owner, pager, tags=["shop"])
    add(owner, mail, site_ids=[blog.id])
    assert told(owner, site=shop) == [pager.id]
    assert told(owner, site=blog) == [mail.id]


def test_the_order_decides(owner: Actor, pager: Channel, mail: Channel) -> None:
    first, second = add(owner, pager), add(owner, mail)
    move_rule(owner, second.id, -1)
    assert [each.id for each in list_rules(owner)] == [second.id, first.id]
    assert told(owner) == [mail.id]


def test_an_order_that_forgets_a_rule_is_refused(owner: Actor, pager: Channel) -> None:
    first, _ = add(owner, pager), add(owner, pager)
    with pytest.raises(InvalidError):
        order_rules(owner, [first.id])


def test_all_that_fit_can_decide_together(owner: Actor, pager: Channel, mail: Channel) -> None:
    add(owner, pager)
    add(owner, mail)
    change_routing(owner, {"mode": "all"})
    assert sorted(told(owner)) == sorted([pager.id, mail.id])


def test_what_fits_no_rule_can_be_kept_from_everybody(owner: Actor, pager: Channel) -> None:
    add(owner, pager, events=["objective"])
    assert told(owner) == [pager.id]
    change_routing(owner, {"otherwise": "nobody"})
    assert told(owner) == []
    assert routing_of(owner) == {"mode": "first", "otherwise": "nobody"}


def test_a_rule_that_is_off_decides_nothing(owner: Actor, pager: Channel, mail: Channel) -> None:
    rule = add(owner, mail)
    change_rule(owner, rule.id, {"is_enabled": False})
    assert told(owner) == [pager.id, mail.id]


def test_a_channel_that_is_off_loses_no_alarm(owner: Actor, pager: Channel, mail: Channel) -> None:
    add(owner, pager)
    change_channel(owner, pager.id, {"is_enabled": False})
    assert told(owner) == [mail.id]


def test_a_rule_left_without_channels_is_switched_off(owner: Actor, pager: Channel, mail: Channel) -> None:
    rule = add(owner, pager)
    delete_channel(owner, pager.id)
    row = db.session.get_one(ChannelRule, rule.id, populate_existing=True)
    assert (row.channel_ids, row.is_enabled) == ([], False)
    assert told(owner) == [mail.id]


def test_another_organization_s_rules_do_not_count(owner: Actor, stranger: Actor, pager: Channel) -> None:
    add(stranger, channel(stranger, "theirs"))
    assert told(owner) == [pager.id]


def test_rules_can_be_tried(owner: Actor, pager: Channel, mail: Channel) -> None:
    site = create_site(owner, {"name": "Shop", "base_url": "https://a.example/", "tags": ["shop"]})
    add(owner, pager, least="critical")
    add(owner, mail, tags=["shop"])
    add(owner, pager)
    found = try_rules(owner, "incident", severity="warning", site_id=site.id)
    assert [each["says"] for each in found["rules"]] == ["severity", "decides", "not_reached"]
    assert [each.id for each in found["channels"]] == [mail.id]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"events": ["weather"]}, "events"),
        ({"least": "terrible"}, "least"),
        ({"channel_ids": [12345]}, "channel_ids"),
        ({"site_ids": [12345]}, "site_ids"),
        ({"tags": ["a,b"]}, "tags"),
    ],
)
def test_what_cannot_be_right_is_refused(owner: Actor, values: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as caught:
        create_rule(owner, {"name": "x", **values})
    assert set(caught.value.fields) == {field}


def test_a_strangers_channel_cannot_be_named(owner: Actor, stranger: Actor) -> None:
    theirs = channel(stranger, "theirs")
    with pytest.raises(InvalidError):
        add(owner, theirs)


def test_a_stranger_finds_no_rule(owner: Actor, stranger: Actor, pager: Channel) -> None:
    rule = add(owner, pager)
    with pytest.raises(NotFoundError):
        change_rule(stranger, rule.id, {"name": "mine"})
    with pytest.raises(NotFoundError):
        delete_rule(stranger, rule.id)
    assert list_rules(stranger) == []


def test_every_change_is_in_the_audit_log(owner: Actor, pager: Channel) -> None:
    first, second = add(owner, pager), add(owner, pager)
    change_rule(owner, first.id, {"least": "high"})
    order_rules(owner, [second.id, first.id])
    change_routing(owner, {"mode": "all"})
    delete_rule(owner, first.id)
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id))
    assert [each for each in actions if not each.startswith("channel")] == [
        "rule.create",
        "rule.create",
        "rule.change",
        "rule.order",
        "routing.change",
        "rule.delete",
    ]
