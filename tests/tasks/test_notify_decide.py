"""The task that decides: it delivers what it has decided in the same breath."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from app.core.clock import now
from app.core.settings import get_settings
from app.service import queue
from app.service.actor import Actor
from app.service.alerting import decide
from tasks import notify
from tests.service.alerting.scene import Scene
from tests.service.outbox import Hook, add_channel, running_hook


@pytest.fixture
def hook(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    get_settings().ALLOW_PRIVATE_TARGETS = True
    monkeypatch.setattr(notify, "database", app.app_context)
    monkeypatch.setattr(queue, "send", lambda *_: None)
    with running_hook() as running:
        yield running


def test_an_incident_is_with_its_receiver_when_the_task_is_over(hook: Hook, owner: Actor) -> None:
    add_channel(owner, hook)
    scene = Scene(owner, at=now())
    scene.monitor("home")
    scene.fail("home")
    assert (notify.decide(), notify.decide()) == (1, 0)
    assert len(hook.received) == 1 and b"incident.opened" in hook.received[0].body


def test_a_database_that_is_away_is_borne(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> int:
        raise OperationalError("select", {}, Exception("gone"))

    monkeypatch.setattr(decide, "decide_pending", away)
    assert notify.decide() == 0
