"""The task that sends letters: a few tries, and then they are gone."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.core.secret_box import seal
from app.service import queue
from app.service.account.letter import PAUSES
from app.service.actor import Actor
from app.service.organization import change_settings
from tasks import letter as task
from tests.engine.notify.sinks import running_mail_sink
from tests.service.account.letters import use_mail

JOB = {"kind": "code", "until": 9_999_999_999_999, "to": ["email", "anna@example.org"], "locale": "en"}


@pytest.fixture
def sent(app: Flask, owner: Actor, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What was put back on the queue: (tries so far, seconds to wait)."""
    again: list[tuple[Any, ...]] = []
    monkeypatch.setattr(task, "database", app.app_context)
    monkeypatch.setattr(queue, "send", lambda _t, _q, args, countdown: again.append((args[1], countdown)))
    change_settings(owner, {"allowed_networks": ["127.0.0.0/8"]})
    return again


def sealed() -> str:
    return seal({**JOB, "facts": {"code": "123456"}})


def test_it_sends_a_letter(sent: list[tuple[Any, ...]], owner: Actor) -> None:
    with running_mail_sink() as sink:
        use_mail(owner, sink.port)
        assert task.letter(sealed(), 0)
    assert sink.recipients == ["anna@example.org"] and sent == []


def test_it_puts_back_what_did_not_go_and_gives_up_in_the_end(
    sent: list[tuple[Any, ...]], owner: Actor
) -> None:
    use_mail(owner, 9)
    for tries in range(len(PAUSES) + 1):
        assert not task.letter(sealed(), tries)
    assert sent == [(1, 5), (2, 30), (3, 120)]


def test_it_drops_what_has_no_channel_any_more(sent: list[tuple[Any, ...]]) -> None:
    assert task.letter(sealed(), 0) and sent == []
