"""The outbox, with a real hook."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update
from standardwebhooks import Webhook

from app.core.clock import now
from app.core.errors import ConflictError, NotFoundError
from app.core.secret_box import seal
from app.core.settings import get_settings
from app.engine.notify.message import Message
from app.engine.notify.registry import SendResult
from app.models import Channel, Delivery, DeliveryAttempt, db, write
from app.service.actor import Actor
from app.service.channel import delivery
from app.service.channel.delivery import (
    BACK_OFF_SECONDS,
    CLAIM,
    MAX_UNDER_WAY,
    claim_due,
    deliver,
    enqueue_deliveries,
    get_delivery,
    list_deliveries,
    redeliver,
)
from app.service.channel.manage import change_channel, delete_channel
from tests.service.outbox import (
    SECRET,
    Hook,
    add_channel,
    arrived,
    message_of,
    put,
    row,
    rows,
    running_hook,
    turn,
)


@pytest.fixture
def hook(app: Flask) -> Iterator[Hook]:
    get_settings().ALLOW_PRIVATE_TARGETS = True
    with running_hook() as running:
        yield running


@pytest.fixture
def channel(hook: Hook, owner: Actor) -> Channel:
    return add_channel(owner, hook)


def test_a_message_arrives_once_and_signed(hook: Hook, channel: Channel, owner: Actor) -> None:
    put(owner)
    assert (turn(), turn()) == (1, 0)
    (received,) = hook.received
    assert Webhook(SECRET).verify(received.body, received.headers)["type"] == "incident.opened"
    assert row().state == "sent" and row().sent_at is not None and row().claimed_until is None


def test_a_transaction_that_fails_leaves_nothing_in_the_outbox(channel: Channel, owner: Actor) -> None:
    with pytest.raises(KeyError), write() as session:
        assert enqueue_deliveries(session, owner.organization_id, message_of("incident.opened", 7)) == 1
        raise KeyError
    assert rows() == []


def test_a_channel_that_is_switched_off_gets_nothing(channel: Channel, owner: Actor) -> None:
    change_channel(owner, channel.id, {"is_enabled": False})
    assert put(owner) == 0


def test_switching_a_channel_off_ends_what_waits_for_it(hook: Hook, channel: Channel, owner: Actor) -> None:
    put(owner)
    change_channel(owner, channel.id, {"is_enabled": False})
    turn()
    assert hook.received == [] and (row().state, row().last_error) == (
        "failed",
        "the channel is switched off",
    )


def test_another_organizations_channels_get_nothing(channel: Channel, stranger: Actor) -> None:
    assert put(stranger) == 0


def test_a_private_receiver_needs_the_organizations_permission(
    hook: Hook, channel: Channel, owner: Actor
) -> None:
    get_settings().ALLOW_PRIVATE_TARGETS = False
    put(owner)
    turn()
    assert hook.received == [] and row().state == "failed" and "loopback" in row().last_error


def test_a_claimed_row_is_nobody_elses_until_its_claim_ends(channel: Channel, owner: Actor) -> None:
    put(owner)
    assert (len(claim_due()), len(claim_due())) == (1, 0)
    assert len(claim_due(at=now() + CLAIM + timedelta(seconds=1))) == 1


def test_a_worker_that_was_too_slow_does_not_undo_anothers_success(
    channel: Channel, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_late(*_: object) -> SendResult:
        with write() as session:
            session.execute(update(Delivery).values(state="sent", sent_at=now(), claimed_until=None))
        return SendResult(False, error="too late")

    monkeypatch.setattr(delivery, "send_through", fail_late)
    put(owner)
    turn()
    assert row().state == "sent" and row().attempts == 1


def test_it_is_tried_again_ever_later_with_the_same_id_and_then_fails(
    hook: Hook, channel: Channel, owner: Actor
) -> None:
    hook.status = 500
    put(owner)
    for pause in BACK_OFF_SECONDS:
        turn(at=row().next_attempt_at)
        assert row().state == "pending"
        assert timedelta(0) < row().next_attempt_at - now() <= timedelta(seconds=pause)
        assert row().next_attempt_at - now() > timedelta(seconds=pause - 2)
    turn(at=row().next_attempt_at)
    assert row().state == "failed" and arrived(hook) == ["incident.opened 7"] * 8
    assert turn(10 * 86_400) == 0


def test_a_refusal_for_good_ends_it_at_once(hook: Hook, channel: Channel, owner: Actor) -> None:
    hook.status = 410
    put(owner)
    turn()
    assert row().state == "failed" and row().attempts == 1


def test_it_comes_back_when_the_receiver_says(hook: Hook, channel: Channel, owner: Actor) -> None:
    hook.status, hook.headers = 429, {"Retry-After": "300"}
    put(owner)
    turn()
    assert timedelta(seconds=295) < row().next_attempt_at - now() <= timedelta(seconds=300)


def test_it_never_comes_back_sooner_than_the_back_off(hook: Hook, channel: Channel, owner: Actor) -> None:
    hook.status, hook.headers = 503, {"Retry-After": "0"}
    put(owner)
    turn()
    assert row().next_attempt_at - now() > timedelta(seconds=3)


def test_a_recovery_is_not_told_before_the_failure(hook: Hook, channel: Channel, owner: Actor) -> None:
    hook.status = 500
    put(owner, "incident.opened")
    turn()
    put(owner, "incident.closed")
    turn()
    hook.status = 200
    while any(each.state == "pending" for each in rows()):
        assert turn(60)
    assert arrived(hook)[-2:] == ["incident.opened 7", "incident.closed 7"]
    assert set(arrived(hook)[:-2]) == {"incident.opened 7"}


def test_a_recovery_does_not_wait_out_a_long_pause(hook: Hook, channel: Channel, owner: Actor) -> None:
    hook.status = 500
    put(owner, "incident.opened")
    for _ in range(5):
        turn(at=row().next_attempt_at)
    assert turn() == 0
    hook.status = 200
    put(owner, "incident.closed")
    assert (turn(), turn()) == (1, 1)
    assert [each.state for each in rows()] == ["sent", "sent"]


def test_reminders_do_not_use_up_the_tries_of_the_opening(hook: Hook, channel: Channel, owner: Actor) -> None:
    hook.status = 500
    put(owner, "incident.opened")
    turn()
    due = rows()[0].next_attempt_at
    put(owner, "incident.reminder")
    assert rows()[0].next_attempt_at == due


def test_a_recovery_is_told_when_the_failure_could_not_be(hook: Hook, channel: Channel, owner: Actor) -> None:
    hook.status = 410
    put(owner, "incident.opened")
    put(owner, "incident.closed")
    turn()
    hook.status = 200
    turn()
    assert [each.state for each in rows()] == ["failed", "sent"]


def test_incidents_and_channels_do_not_wait_for_each_other(
    hook: Hook, channel: Channel, owner: Actor
) -> None:
    with running_hook() as broken:
        broken.status = 500
        add_channel(owner, broken)
        put(owner, "incident.opened", 7)
        turn()
        put(owner, "incident.opened", 8)
        put(owner, "incident.closed", 7)
        turn()
    assert arrived(hook) == ["incident.opened 7", "incident.opened 8", "incident.closed 7"]


def test_a_channel_has_only_so_many_under_way(hook: Hook, channel: Channel, owner: Actor) -> None:
    for number in range(MAX_UNDER_WAY + 3):
        put(owner, incident=number)
    assert len(claim_due(20)) == MAX_UNDER_WAY and claim_due(20) == []


def test_a_full_channel_keeps_nobody_else_waiting(hook: Hook, channel: Channel, owner: Actor) -> None:
    for number in range(50):
        put(owner, incident=number)
    other = add_channel(owner, hook)
    put(owner, incident=99)
    while claim_due(1):
        pass
    claimed = {each.channel_id: each.state for each in rows() if each.state == "sending"}
    assert claimed.keys() == {channel.id, other.id}


def test_every_attempt_is_kept(hook: Hook, channel: Channel, owner: Actor) -> None:
    hook.status = 500
    put(owner)
    turn()
    hook.status = 200
    turn(60)
    log: list[DeliveryAttempt] = get_delivery(owner, row().id)["log"]
    assert [(each.is_ok, each.http_status) for each in log] == [(False, 500), (True, 200)]
    assert log[0].error == "the receiver answered 500" and all(each.ms for each in log)


def test_a_defect_in_a_kind_is_an_attempt_like_any_other(
    channel: Channel, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.engine.notify.kinds.webhook.Webhook.send", lambda *_, **__: 1 / 0)
    put(owner)
    turn()
    assert row().state == "pending" and "ZeroDivisionError" in row().last_error


def test_who_of_several_has_a_message_is_left_out_when_it_is_tried_again(
    channel: Channel, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, ...]] = []

    def reach_one(channel: Channel, organization: object, message: Message) -> SendResult:
        told.append(message.reached)
        return SendResult(False, reached=("0:a@example.org",))

    monkeypatch.setattr(delivery, "send_through", reach_one)
    put(owner)
    turn()
    turn(BACK_OFF_SECONDS[0] + 1)
    assert told == [(), ("0:a@example.org",)]


@pytest.mark.parametrize(
    "change",
    [{"sealed_config": "0000:broken"}, {"type": "pigeon"}],
    ids=["sealed with another key", "of a kind that is gone"],
)
def test_a_channel_that_cannot_be_read_fails_for_good(
    channel: Channel, owner: Actor, change: dict[str, str]
) -> None:
    put(owner)
    with write() as session:
        session.execute(update(Channel).values(**change))
    turn()
    assert row().state == "failed"


def test_no_secret_stands_in_an_error(hook: Hook, channel: Channel, owner: Actor) -> None:
    put(owner)
    with write() as session:
        broken = seal({"url": "ftp://hunter2", "secret": "hunter2", "more": "hunter2"})
        session.execute(update(Channel).values(sealed_config=broken))
    turn()
    assert row().state == "failed" and "hunter2" not in row().last_error


def test_a_failed_delivery_can_be_sent_again_under_its_old_id(
    hook: Hook, channel: Channel, owner: Actor
) -> None:
    hook.status = 410
    put(owner)
    turn()
    hook.status = 200
    redeliver(owner, row().id)
    turn()
    assert row().state == "sent" and arrived(hook) == ["incident.opened 7"] * 2


def test_what_is_under_way_cannot_be_sent_again(channel: Channel, owner: Actor) -> None:
    put(owner)
    with pytest.raises(ConflictError):
        redeliver(owner, row().id)


def test_nobody_sees_another_organizations_deliveries(
    channel: Channel, owner: Actor, stranger: Actor
) -> None:
    put(owner)
    assert list_deliveries(stranger).items == []
    for way in (get_delivery, redeliver):
        with pytest.raises(NotFoundError):
            way(stranger, row().id)


def test_deliveries_are_listed_newest_first_by_channel_and_state(
    hook: Hook, channel: Channel, owner: Actor
) -> None:
    for number in range(3):
        put(owner, incident=number)
    turn()
    put(owner, incident=9)
    page = list_deliveries(owner, limit=3)
    assert [each.incident_id for each in page.items] == [9, 2, 1] and page.next_cursor
    assert [each.incident_id for each in list_deliveries(owner, state="pending").items] == [9]
    assert list_deliveries(owner, channel_id=channel.id + 1).items == []


def test_a_deleted_channel_takes_its_deliveries_with_it(hook: Hook, channel: Channel, owner: Actor) -> None:
    put(owner)
    (delivery_id,) = claim_due()
    delete_channel(owner, channel.id)
    assert not deliver(delivery_id).ok
    db.session.expire_all()
    assert rows() == [] and hook.received == []
