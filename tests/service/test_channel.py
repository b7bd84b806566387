"""Channels: what is checked, what is masked, what the audit log may know, and the test message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from standardwebhooks import Webhook

from app.core.errors import InvalidError, NotFoundError, RateLimitedError
from app.core.secret_box import unseal
from app.core.settings import get_settings
from app.models import AuditEntry, Channel, db
from app.service.actor import Actor
from app.service.channel import manage as channels
from app.service.channel.manage import (
    MASK,
    change_channel,
    config_of,
    create_channel,
    delete_channel,
    get_channel,
    list_channels,
)
from tests.service.outbox import SECRET, Hook, add_channel, rows, running_hook, turn

URL = "https://example.org/hook"


@pytest.fixture
def hook(app: Flask) -> Iterator[Hook]:
    get_settings().ALLOW_PRIVATE_TARGETS = True
    with running_hook() as running:
        yield running


@pytest.fixture
def channel(owner: Actor) -> Channel:
    return create_channel(
        owner, {"type": "webhook", "name": " hook ", "config": {"url": URL, "secret": SECRET}}
    )


def audited(action: str) -> AuditEntry:
    entry = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id.desc())
    ).first()
    assert entry is not None
    return entry


def test_a_secret_is_sealed_and_never_given_out(channel: Channel) -> None:
    assert SECRET not in channel.sealed_config and unseal(channel.sealed_config)["secret"] == SECRET
    assert config_of(channel) == {"url": URL, "secret": MASK}


def test_names_are_stored_without_the_space_around_them(channel: Channel) -> None:
    assert channel.name == "hook"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"type": "pigeon", "config": {}}, "type"),
        ({"type": "webhook", "config": {}}, "config.url"),
        ({"type": "webhook", "config": {"url": "ftp://example.org/"}}, "config.url"),
        ({"type": "webhook", "config": {"url": "http://me:pw@example.org/"}}, "config.url"),
        ({"type": "webhook", "config": {"url": URL, "more": 1}}, "config.more"),
        ({"type": "webhook", "config": {"url": URL, "secret": "whsec_?"}}, "config.secret"),
        ({"type": "webhook", "config": {"url": URL}, "name": "  "}, "name"),
        ({"type": "apprise", "config": {"url": "syslog://"}}, "config.url"),
        ({"type": "apprise", "config": {"url": "nosuchservice://x"}}, "config.url"),
    ],
)
def test_what_is_wrong_is_named_by_field(owner: Actor, values: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as caught:
        create_channel(owner, {"name": "x", **values})
    assert list(caught.value.fields) == [field]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"url": URL, "secret": MASK}, SECRET),
        ({"url": URL}, SECRET),
        ({"url": URL, "secret": "another"}, "another"),
        ({"url": URL, "secret": ""}, ""),
    ],
    ids=["its mask", "left out", "another", "empty"],
)
def test_a_secret_stays_until_another_is_given(
    owner: Actor, channel: Channel, given: dict[str, str], kept: str
) -> None:
    change_channel(owner, channel.id, {"config": given})
    assert unseal(get_channel(owner, channel.id).sealed_config)["secret"] == kept


def test_the_mask_is_no_secret_of_a_new_channel(owner: Actor) -> None:
    created = create_channel(owner, {"type": "webhook", "name": "x", "config": {"url": URL, "secret": MASK}})
    assert unseal(created.sealed_config)["secret"] == ""


def test_the_audit_log_knows_that_a_secret_changed_and_not_which(owner: Actor, channel: Channel) -> None:
    change_channel(owner, channel.id, {"config": {"url": URL, "secret": "hunter2"}})
    entry = audited("channel.change")
    assert entry.after == {"changed_secrets": ["secret"]}
    for each in db.session.scalars(select(AuditEntry)):
        assert "hunter2" not in str(each.before) + str(each.after) and SECRET not in str(each.after)


def test_a_change_of_nothing_is_not_audited(owner: Actor, channel: Channel) -> None:
    change_channel(owner, channel.id, {"name": "hook", "config": config_of(channel)})
    assert not db.session.scalars(select(AuditEntry).where(AuditEntry.action == "channel.change")).all()


def test_nobody_reaches_another_organizations_channel(channel: Channel, stranger: Actor) -> None:
    assert list_channels(stranger).items == []
    for way in (get_channel, delete_channel, channels.test_channel):
        with pytest.raises(NotFoundError):
            way(stranger, channel.id)
    with pytest.raises(NotFoundError):
        change_channel(stranger, channel.id, {"name": "mine"})


def test_a_test_message_goes_the_way_of_every_message(hook: Hook, owner: Actor) -> None:
    said = channels.test_channel(owner, add_channel(owner, hook).id)
    (received,) = hook.received
    assert (said["ok"], said["http_status"], said["error"]) == (True, 200, None) and said["ms"] > 0
    assert Webhook(SECRET).verify(received.body, received.headers)["type"] == "test"
    assert [(each.kind, each.state) for each in rows()] == [("test", "sent")]


def test_a_test_that_fails_is_told_and_not_tried_again(hook: Hook, owner: Actor) -> None:
    hook.status = 500
    said = channels.test_channel(owner, add_channel(owner, hook).id)
    assert (said["ok"], said["http_status"], said["error"]) == (False, 500, "the receiver answered 500")
    assert turn(86_400) == 0 and len(hook.received) == 1


def test_a_test_cannot_look_around_in_our_network(hook: Hook, owner: Actor) -> None:
    get_settings().ALLOW_PRIVATE_TARGETS = False
    said = channels.test_channel(owner, add_channel(owner, hook).id)
    assert not said["ok"] and "loopback" in said["error"] and hook.received == []


def test_a_channel_that_is_switched_off_can_be_tested(hook: Hook, owner: Actor) -> None:
    channel = add_channel(owner, hook)
    change_channel(owner, channel.id, {"is_enabled": False})
    assert channels.test_channel(owner, channel.id)["ok"]


def test_tests_are_limited(hook: Hook, owner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "TESTS_A_MINUTE", 1)
    channel = add_channel(owner, hook)
    channels.test_channel(owner, channel.id)
    with pytest.raises(RateLimitedError):
        channels.test_channel(owner, channel.id)
