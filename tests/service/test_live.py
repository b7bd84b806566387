"""Live messages: changes at once, the rest gathered."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.core.clock import now_ms
from app.models import write
from app.service import live
from app.service.actor import Actor
from app.service.audit import record_change


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    said: list[Any] = []
    monkeypatch.setattr(live, "publish", said.append)
    return said


def test_many_results_are_one_message_an_organization(published: list[Any]) -> None:
    gatherer = live.Gatherer(60)
    for site_id in range(10):
        gatherer.add({1: {site_id % 3}})
    gatherer.flush()
    assert published == [{1: [{"kind": "results", "site_ids": ["0", "1", "2"]}]}]


def test_it_tells_by_itself_after_a_while(published: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    gatherer = live.Gatherer(0.01)
    gatherer.add({1: {5}})
    timer = gatherer._timer
    assert timer is not None
    timer.join(5)
    assert len(published) == 1


def test_nothing_heard_is_nothing_said(published: list[Any]) -> None:
    gatherer = live.Gatherer(0.01)
    gatherer.add({})
    assert gatherer._timer is None


def test_it_is_known_when_an_organization_was_told_something(app: Flask) -> None:
    before = now_ms()
    live.publish({1: [{"kind": "monitor"}]})
    assert live.was_told_since(1, before)
    assert not live.was_told_since(1, now_ms() + 1)
    assert not live.was_told_since(2, before)


def test_what_is_too_long_ago_to_be_known_may_have_been(app: Flask) -> None:
    assert live.was_told_since(1, now_ms() - live.KNOWN_MS)


def test_pages_are_told_once_of_what_somebody_changed_after_it_is_written(
    owner: Actor, published: list[Any]
) -> None:
    with write() as session:
        record_change(session, owner, "monitor.pause", "monitor", 1)
        record_change(session, owner, "monitor.pause", "monitor", 2)
        assert published == []
    assert published == [{owner.organization_id: [{"kind": live.CHANGE}]}]


def test_pages_are_not_told_of_what_none_of_them_shows(owner: Actor, published: list[Any]) -> None:
    with write() as session:
        record_change(session, owner, "token.create", "api_token", 1)
    assert published == []
