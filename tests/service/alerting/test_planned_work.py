"""Planned work holds alarms; what is still broken after it is told."""

from __future__ import annotations

import pytest

from app.core.clock import to_ms
from app.service.alerting import following, opening
from tests.service.alerting.scene import Scene


@pytest.fixture
def planned(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Scene:
    scene.channel("a")
    monitor_id = scene.monitor("home")
    start = to_ms(scene.at)
    for place in (opening, following):
        monkeypatch.setattr(place, "spans", lambda at_ms: {monitor_id: ((start, start + 3_600_000),)})
    return scene


def test_it_holds_an_alarm_to_its_end(planned: Scene) -> None:
    planned.fail("home")
    assert planned.look(1) == []
    assert planned.notices("home") == [("incident.opened", "held", "maintenance")]
    assert planned.look(3_590) == []
    assert planned.look(61) == ["a incident.opened home"]


def test_what_is_over_with_it_is_told_to_nobody(planned: Scene) -> None:
    planned.fail("home")
    planned.look(1)
    planned.recover("home")
    assert planned.look(3_700) == []


def test_nobody_is_reminded_while_it_lasts_and_everybody_is_afterwards(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.channel("a")
    monitor_id = scene.monitor("home")
    scene.wishes(remind_minutes=30)
    scene.fail("home")
    assert scene.look() == ["a incident.opened home"]
    start = to_ms(scene.at) + 10 * 60_000
    monkeypatch.setattr(following, "spans", lambda at_ms: {monitor_id: ((start, start + 3_600_000),)})
    assert [scene.look(600) for _ in range(6)] == [[]] * 6
    assert [line for _ in range(3) for line in scene.look(300)] == ["a incident.reminder home"]
