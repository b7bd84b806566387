"""Quiet hours and digests: what a channel is told later, and what it need not be told any more."""

from __future__ import annotations

from datetime import timedelta

from app.models import EscalationPolicy, Monitor, write
from app.service.incident.manage import acknowledge_incident
from tests.service.alerting.scene import START, Scene, clock

NIGHT = {"zone": "UTC", "spans": [{"start": "22:00", "end": "07:00"}]}
EVENING, MORNING = clock("2026-11-18T23:00"), clock("2026-11-19T07:00")


def test_what_is_still_open_is_told_when_quiet_hours_are_over(each_scene: Scene) -> None:
    each_scene.channel("a", quiet=NIGHT)
    each_scene.channel("b")
    each_scene.monitor("home")
    each_scene.move(to=EVENING)
    each_scene.fail("home")
    assert each_scene.look() == ["b incident.opened home"]
    each_scene.move(to=MORNING - timedelta(seconds=1))
    assert each_scene.look() == []
    assert each_scene.look(1) == ["a incident.opened home"]
    each_scene.recover("home")
    assert each_scene.look(60) == ["a incident.closed home", "b incident.closed home"]


def test_what_is_over_by_then_is_not_told(scene: Scene) -> None:
    scene.channel("a", quiet=NIGHT)
    scene.monitor("home")
    scene.move(to=EVENING)
    scene.fail("home")
    scene.look()
    scene.recover("home")
    scene.look(60)
    scene.move(to=MORNING)
    assert scene.look() == []
    assert ("incident.opened", "dropped", "quiet_hours") in scene.notices("home")


def test_several_that_waited_are_one_message(scene: Scene) -> None:
    scene.channel("a", quiet=NIGHT)
    for name in ("x", "y", "z"):
        scene.monitor(name)
    scene.move(to=EVENING)
    scene.fail("x", "y", "z")
    scene.look()
    scene.recover("y")
    scene.look(60)
    scene.move(to=MORNING)
    assert scene.look() == ["a digest 2:x,z"]


def test_an_end_waits_for_the_morning_too(scene: Scene) -> None:
    scene.channel("a", quiet=NIGHT)
    scene.monitor("home")
    scene.fail("home")
    assert scene.look() == ["a incident.opened home"]
    scene.move(to=EVENING)
    scene.recover("home")
    assert scene.look() == []
    scene.move(to=MORNING)
    assert scene.look() == ["a incident.closed home"]


def test_what_is_down_breaks_through_where_the_channel_says_so(scene: Scene) -> None:
    scene.channel("a", quiet={**NIGHT, "lets_down": True})
    scene.monitor("home")
    scene.monitor("slow")
    scene.move(to=EVENING)
    scene.fail("home")
    scene.fail("slow", level="degraded")
    assert scene.look() == ["a incident.opened home"]


def test_the_organizations_quiet_hours_hold_for_every_channel(scene: Scene) -> None:
    scene.wishes(quiet=NIGHT)
    scene.channel("a")
    scene.monitor("home")
    scene.move(to=EVENING)
    scene.fail("home")
    assert scene.look() == []
    assert scene.notices("home") == [("incident.opened", "held", "quiet_hours")]


def test_an_urgent_policy_wakes_people_up(scene: Scene) -> None:
    channel = scene.channel("a", quiet=NIGHT)
    scene.monitor("home")
    with write() as session:
        policy = EscalationPolicy(
            organization_id=scene.owner.organization_id,
            name="night",
            steps=[{"after_minutes": 0, "channels": [channel]}],
            is_urgent=True,
        )
        session.add(policy)
        session.flush()
        session.get_one(Monitor, scene.monitors["home"]).escalation_id = policy.id
    scene.move(to=EVENING)
    scene.fail("home")
    assert scene.look() == ["a incident.opened home"]


def test_a_digest_lists_what_has_come_and_what_is_over(each_scene: Scene) -> None:
    each_scene.channel("a", digest_minutes=60)
    for name in ("x", "y"):
        each_scene.monitor(name)
    each_scene.move(to=START + timedelta(minutes=5))
    each_scene.fail("x", "y")
    assert each_scene.look() == []
    each_scene.recover("x")
    assert each_scene.look(600) == []
    each_scene.move(to=START + timedelta(hours=1))
    assert each_scene.look() == ["a digest 2:x,y"]
    each_scene.recover("y")
    assert each_scene.look(60) == []
    each_scene.move(to=START + timedelta(hours=2))
    assert each_scene.look() == ["a digest 1:y"]
    each_scene.move(to=START + timedelta(hours=3))
    assert each_scene.look() == []


def test_a_digest_of_the_day_comes_at_its_hour(scene: Scene) -> None:
    scene.channel("a", digest_at="09:00", zone="Asia/Shanghai")
    scene.monitor("home")
    scene.fail("home")
    assert scene.look() == []
    scene.move(to=clock("2026-11-19T00:59"))
    assert scene.look() == []
    assert scene.look(60) == ["a digest 1:home"]


def test_a_storm_in_quiet_hours_is_one_message_in_the_morning(scene: Scene) -> None:
    scene.channel("a", quiet=NIGHT)
    names = [f"m{number}" for number in range(7)]
    for name in names:
        scene.monitor(name)
    scene.move(to=EVENING)
    scene.fail(*names)
    assert scene.look() == []
    scene.move(to=MORNING)
    assert scene.look() == [f"a digest 7:{','.join(names)}"]


def test_what_is_acknowledged_by_the_morning_is_not_said_to_be_unanswered(scene: Scene) -> None:
    scene.channel("a", quiet=NIGHT)
    scene.wishes(remind_minutes=30)
    scene.monitor("home")
    scene.move(to=EVENING - timedelta(minutes=70))
    scene.fail("home")
    assert scene.look() == ["a incident.opened home"]
    scene.move(to=EVENING)
    assert scene.look() == []
    assert ("incident.reminder", "held", "quiet_hours") in scene.notices("home")
    acknowledge_incident(scene.owner, scene.open_incident("home").id)
    scene.move(to=MORNING)
    assert scene.look() == []


def test_what_has_broken_through_does_not_come_again_in_the_morning(scene: Scene) -> None:
    scene.channel("a", quiet={**NIGHT, "lets_down": True})
    scene.monitor("home")
    scene.move(to=EVENING)
    scene.fail("home", level="regional")
    assert scene.look() == []
    scene.become("home", "down")
    assert scene.look(60) == ["a incident.opened home"]
    scene.move(to=MORNING)
    assert scene.look() == []


def test_one_that_became_worse_in_the_night_is_no_digest(scene: Scene) -> None:
    scene.channel("a", quiet=NIGHT)
    scene.wishes(remind_minutes=60)
    scene.monitor("home")
    scene.move(to=EVENING)
    scene.fail("home", level="regional")
    scene.look()
    scene.become("home", "down")
    assert scene.look(60) == []
    scene.move(to=MORNING)
    assert scene.look() == ["a incident.opened home"]


def test_a_digest_leaves_out_what_never_was(scene: Scene) -> None:
    scene.channel("a", digest_minutes=60)
    scene.monitor("home")
    scene.fail("home")
    assert scene.look(5) == []
    scene.recover("home", is_withdrawn=True, closed_by="withdrawn")
    scene.look(5)
    scene.move(to=START + timedelta(hours=1))
    assert scene.look() == []
