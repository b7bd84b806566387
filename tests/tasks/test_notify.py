"""The task that delivers: how many work at once, when it ends, and what it bears."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from kombu.exceptions import OperationalError as BrokerAwayError
from sqlalchemy.exc import OperationalError

from app.core.settings import get_settings
from app.service import queue
from app.service.actor import Actor
from app.service.channel import delivery
from tasks import notify
from tests.service.outbox import Hook, add_channel, put, rows, running_hook


@pytest.fixture
def calls(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks that were sent."""
    sent: list[str] = []
    monkeypatch.setattr(notify, "database", app.app_context)
    monkeypatch.setattr(queue, "send", lambda task, _queue, _args: sent.append(task))
    return sent


@pytest.fixture
def hook(app: Flask) -> Iterator[Hook]:
    get_settings().ALLOW_PRIVATE_TARGETS = True
    with running_hook() as running:
        yield running


def test_it_delivers_until_nothing_is_due(calls: list[str], hook: Hook, owner: Actor) -> None:
    add_channel(owner, hook)
    for number in range(6):
        put(owner, incident=number)
    assert (notify.deliver_due(), notify.deliver_due()) == (6, 0)
    assert {each.state for each in rows()} == {"sent"} and len(hook.received) == 6


def test_who_finds_work_calls_one_more(calls: list[str], hook: Hook, owner: Actor) -> None:
    notify.deliver_due()
    assert calls == []
    add_channel(owner, hook)
    put(owner, incident=1)
    put(owner, incident=2)
    notify.deliver_due()
    assert calls == ["notify.deliver_due"]


def test_it_delivers_though_nobody_can_be_called(
    calls: list[str], hook: Hook, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise BrokerAwayError

    monkeypatch.setattr(queue, "send", away)
    add_channel(owner, hook)
    put(owner)
    assert notify.deliver_due() == 1 and len(hook.received) == 1


def test_a_turn_ends_and_leaves_the_rest_to_the_next(
    calls: list[str], hook: Hook, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notify, "TURN_SECONDS", 0.0)
    add_channel(owner, hook)
    put(owner)
    assert notify.deliver_due() == 0 and rows()[0].state == "pending"


def test_only_so_many_work_at_once(calls: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify, "_places", threading.BoundedSemaphore(1))
    monkeypatch.setattr(delivery, "claim_due", lambda limit: pytest.fail("there was no place"))
    with notify._places:
        assert notify.deliver_due() == 0


def test_the_place_is_free_again_after_the_database_was_away(
    calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_limit: int) -> list[int]:
        raise OperationalError("select", {}, Exception("gone"))

    monkeypatch.setattr(notify, "_places", threading.BoundedSemaphore(1))
    monkeypatch.setattr(delivery, "claim_due", away)
    assert (notify.deliver_due(), notify.deliver_due()) == (0, 0)
    assert notify._places.acquire(blocking=False)
