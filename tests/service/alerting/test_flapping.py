"""A monitor that goes up and down: said once, then silence until it is calm."""

from __future__ import annotations

import pytest

from app.models import Delivery, Flap, db
from tests.service.alerting.scene import Scene


def flapping(scene: Scene) -> None:
    scene.channel("a")
    scene.monitor("home")
    scene.look_at("home", is_flapping=True)


def test_it_is_said_once_and_then_nothing(each_scene: Scene) -> None:
    flapping(each_scene)
    each_scene.fail("home")
    assert each_scene.look() == ["a monitor.flapping home"]
    for _ in range(3):
        each_scene.recover("home")
        assert each_scene.look(20) == []
        each_scene.fail("home")
        assert each_scene.look(20) == []
    assert each_scene.notices("home") == [("incident.opened", "held", "flapping")]


def test_when_it_is_calm_and_up_that_is_said(scene: Scene) -> None:
    flapping(scene)
    scene.fail("home")
    scene.look()
    scene.recover("home")
    scene.look(20)
    scene.look_at("home", is_flapping=False)
    assert scene.look(300) == ["a monitor.calm home"]
    assert db.session.query(Flap).count() == 0


def test_when_it_is_calm_and_down_its_end_will_be_told(scene: Scene) -> None:
    flapping(scene)
    scene.fail("home")
    scene.look()
    scene.recover("home")
    scene.fail("home")
    scene.look(20)
    scene.look_at("home", is_flapping=False)
    assert scene.look(300) == ["a monitor.calm home"]
    scene.recover("home")
    assert scene.look(20) == ["a incident.closed home"]


def test_what_was_told_before_it_began_to_flap_ends_quietly(scene: Scene) -> None:
    scene.channel("a")
    scene.monitor("home")
    scene.fail("home")
    assert scene.look() == ["a incident.opened home"]
    scene.recover("home")
    scene.look(5)
    scene.look_at("home", is_flapping=True)
    scene.fail("home")
    assert scene.look(5) == ["a monitor.flapping home"]
    scene.recover("home")
    assert scene.look(5) == []


def test_one_that_is_paused_is_not_said_to_be_up(scene: Scene) -> None:
    flapping(scene)
    scene.fail("home")
    scene.look()
    scene.recover("home", closed_by="pause")
    scene.look_at("home", is_flapping=False, state="PAUSED")
    assert scene.look(20) == [] and db.session.query(Flap).count() == 0


def test_under_planned_work_it_is_not_said_to_be_calm(scene: Scene) -> None:
    flapping(scene)
    scene.fail("home")
    scene.look()
    scene.recover("home")
    scene.look_at("home", is_flapping=False, state="MAINTENANCE")
    assert scene.look(20) == []
    scene.look_at("home", state="UP")
    assert scene.look(20) == ["a monitor.calm home"]


def test_who_heard_nothing_of_it_hears_that_it_is_down_for_good(scene: Scene) -> None:
    flapping(scene)
    scene.channel("grave", least="down")
    scene.fail("home", level="degraded")
    assert scene.look() == ["a monitor.flapping home"]
    scene.recover("home")
    scene.fail("home")
    assert scene.look(20) == []
    scene.look_at("home", is_flapping=False)
    assert scene.look(300) == ["a monitor.calm home", "grave incident.opened home"]
    scene.recover("home")
    assert scene.look(20) == ["a incident.closed home", "grave incident.closed home"]


def test_that_it_still_flaps_is_said_when_quiet_hours_are_over(scene: Scene) -> None:
    scene.channel("a", quiet={"zone": "UTC", "spans": [{"start": "11:00", "end": "13:00"}]})
    scene.monitor("home")
    scene.look_at("home", is_flapping=True)
    scene.fail("home")
    assert scene.look() == []
    scene.recover("home")
    assert scene.look(20) == []
    assert scene.look(3600) == ["a monitor.flapping home"]
    scene.look_at("home", is_flapping=False)
    assert scene.look(300) == ["a monitor.calm home"]


@pytest.mark.parametrize(
    ("level", "said"),
    [
        ("down", "It is down."),
        ("regional", "It is down in some places."),
        ("degraded", "It is degraded."),
    ],
)
def test_how_it_is_when_it_is_calm(scene: Scene, level: str, said: str) -> None:
    flapping(scene)
    scene.fail("home", level=level)
    scene.look()
    scene.look_at("home", is_flapping=False)
    assert scene.look(300) == ["a monitor.calm home"]
    notes = [row.message["note"]["en"] for row in db.session.query(Delivery).order_by(Delivery.id)]
    assert notes[-1] == said


def test_that_it_becomes_worse_meanwhile_is_not_told(scene: Scene) -> None:
    flapping(scene)
    scene.fail("home", level="regional")
    assert scene.look() == ["a monitor.flapping home"]
    scene.become("home", "down")
    assert scene.look(20) == []
