"""Storms: many at once are one message, and one when they are over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.models import AlertStorm, db
from app.service.channel.rules import create_rule
from tests.service.alerting.scene import START, Scene

NAMES = [f"m{number}" for number in range(8)]
LISTED = ",".join(NAMES)


def portfolio(scene: Scene) -> None:
    scene.channel("a")
    for name in NAMES:
        scene.monitor(name)


def behind_a_router(scene: Scene) -> None:
    scene.channel("a")
    scene.monitor("router")
    for name in NAMES:
        scene.monitor(name, ["router"])
    scene.move(60)


def test_many_at_once_are_one_message_and_one_at_their_end(each_scene: Scene) -> None:
    portfolio(each_scene)
    each_scene.fail(*NAMES)
    assert each_scene.look() == [f"a storm.opened 8:{LISTED}"]
    each_scene.recover(*NAMES[:-1])
    assert each_scene.look(60) == []
    each_scene.recover(NAMES[-1])
    assert each_scene.look(60) == [f"a storm.closed 8:{LISTED}"]
    assert each_scene.look(60) == []


def test_five_are_still_told_one_by_one(scene: Scene) -> None:
    portfolio(scene)
    scene.fail(*NAMES[:5])
    assert scene.look() == [f"a incident.opened {name}" for name in NAMES[:5]]
    scene.recover(*NAMES[:5])
    assert scene.look(10) == [f"a incident.closed {name}" for name in NAMES[:5]]


def test_how_many_are_a_storm_is_the_organizations_choice(scene: Scene) -> None:
    portfolio(scene)
    scene.wishes(storm_after=2)
    scene.fail(*NAMES[:3])
    assert scene.look() == ["a storm.opened 3:m0,m1,m2"]


def test_the_sixth_within_a_minute_begins_it_and_takes_the_others_in(scene: Scene) -> None:
    portfolio(scene)
    for name in NAMES[:5]:
        scene.fail(name)
        scene.look(5)
    scene.fail("m5")
    assert scene.look(5) == ["a storm.opened 6:m0,m1,m2,m3,m4,m5"]
    scene.recover("m0")
    assert scene.look(5) == []
    scene.recover(*NAMES[1:6])
    assert scene.look(5) == ["a storm.closed 6:m0,m1,m2,m3,m4,m5"]


def test_six_in_six_minutes_are_no_storm(scene: Scene) -> None:
    portfolio(scene)
    for name in NAMES[:6]:
        scene.fail(name)
        assert scene.look(60) == [f"a incident.opened {name}"]


def test_what_joins_is_not_told_again(scene: Scene) -> None:
    portfolio(scene)
    scene.fail(*NAMES[:6])
    scene.look()
    scene.fail("m6")
    assert scene.look(30) == []
    assert scene.notices("m6") == [("storm.joined", "held", "storm")]
    scene.recover(*NAMES[:7])
    assert scene.look(30) == ["a storm.closed 7:m0,m1,m2,m3,m4,m5,m6"]


def test_a_storm_that_nothing_joins_ends_and_the_rest_is_told_by_itself(scene: Scene) -> None:
    portfolio(scene)
    scene.fail(*NAMES)
    scene.look()
    scene.recover(*NAMES[:7])
    assert scene.look(599) == []
    assert scene.look(2) == [f"a storm.closed 8:{LISTED}"]
    scene.recover("m7")
    assert scene.look(3600) == ["a incident.closed m7"]


def test_children_of_a_parent_in_trouble_make_no_storm(scene: Scene) -> None:
    behind_a_router(scene)
    scene.fail("router", *NAMES)
    assert scene.look() == ["a incident.opened router"]
    assert db.session.query(AlertStorm).count() == 0


def test_children_that_outlive_their_parents_recovery_are_one_message(scene: Scene) -> None:
    behind_a_router(scene)
    scene.fail("router", *NAMES)
    scene.look()
    scene.recover("router")
    scene.look()
    assert scene.look(140) == [f"a storm.opened 8:{LISTED}"]


def test_a_storm_of_one_organization_is_none_of_anothers(scene: Scene, stranger: object) -> None:
    from app.service.actor import Actor

    assert isinstance(stranger, Actor)
    portfolio(scene)
    theirs = Scene(stranger)
    theirs.channel("theirs")
    theirs.monitor("other")
    scene.fail(*NAMES)
    theirs.fail("other")
    scene.channels.update(theirs.channels)
    assert sorted(scene.look()) == [f"a storm.opened 8:{LISTED}", "theirs incident.opened other"]


def test_what_becomes_worse_in_a_storm_is_one_message(each_scene: Scene) -> None:
    portfolio(each_scene)
    each_scene.fail(*NAMES[:7], level="regional")
    assert each_scene.look() == ["a storm.opened 7:m0,m1,m2,m3,m4,m5,m6"]
    each_scene.fail("m7", level="regional")
    assert each_scene.look(10) == []
    each_scene.become("m0", "down")
    each_scene.become("m7", "down")
    assert each_scene.look(10) == [f"a storm.opened 8:{LISTED}"]
    for name in NAMES[1:7]:
        each_scene.become(name, "down")
        assert each_scene.look(5) == []
    each_scene.recover(*NAMES)
    assert each_scene.look(10) == [f"a storm.closed 8:{LISTED}"]


def test_who_wants_only_what_is_down_hears_of_the_storm_when_it_is(scene: Scene) -> None:
    portfolio(scene)
    scene.channel("b", least="down")
    scene.fail(*NAMES, level="degraded")
    assert scene.look() == [f"a storm.opened 8:{LISTED}"]
    scene.become("m3", "down")
    assert scene.look(10) == [f"a storm.opened 8:{LISTED}", f"b storm.opened 8:{LISTED}"]
    scene.become("m4", "down")
    assert scene.look(10) == []
    scene.recover(*NAMES)
    assert scene.look(10) == [f"a storm.closed 8:{LISTED}", "b storm.closed 2:m3,m4"]


def test_ends_that_come_in_several_turns_are_told_once(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.service.alerting.turn.AT_ONCE", 3)
    portfolio(scene)
    scene.fail(*NAMES)
    scene.wishes(storm_after=1)
    scene.look()
    scene.recover(*NAMES)
    assert scene.look(60) == [f"a storm.closed 8:{LISTED}"]


def test_what_is_paused_in_a_storm_is_not_said_to_be_over(scene: Scene) -> None:
    portfolio(scene)
    scene.fail(*NAMES)
    scene.look()
    scene.recover(*NAMES[:2])
    scene.recover(*NAMES[2:], closed_by="pause")
    assert scene.look(60) == ["a storm.closed 2:m0,m1"]
    assert scene.notices("m7")[-1] == ("incident.closed", "dropped", None)


def test_what_a_digest_has_just_told_begins_no_storm(scene: Scene) -> None:
    scene.channel("a", digest_minutes=60)
    scene.channel("b")
    for name in NAMES[:7]:
        scene.monitor(name)
    for name in NAMES[:6]:
        scene.fail(name)
        scene.look(120)
    scene.move(to=START + timedelta(hours=1))
    assert scene.look() == ["a digest 6:m0,m1,m2,m3,m4,m5"]
    scene.fail("m6")
    assert scene.look(10) == ["b incident.opened m6"]


def test_a_storm_lists_only_what_goes_to_the_channel(scene: Scene) -> None:
    a, b = scene.channel("a"), scene.channel("b")
    for name in NAMES[:4]:
        scene.monitor(name)
    ours, scene.site_id = scene.site_id, 0
    for name in NAMES[4:]:
        scene.monitor(name)
    for site, channel in ((ours, a), (scene.site_id, b)):
        create_rule(scene.owner, {"name": str(site), "site_ids": [site], "channel_ids": [channel]})
    scene.fail(*NAMES[:3])
    scene.look()
    scene.fail(*NAMES[3:])
    assert scene.look(10) == ["a storm.opened 4:m0,m1,m2,m3", "b storm.opened 4:m4,m5,m6,m7"]


def test_what_follows_a_storm_that_is_over_is_told_by_itself(scene: Scene) -> None:
    portfolio(scene)
    scene.fail(*NAMES[:6])
    scene.look()
    scene.recover(*NAMES[:6])
    assert scene.look(10) == ["a storm.closed 6:m0,m1,m2,m3,m4,m5"]
    scene.fail("m6")
    assert scene.look(10) == ["a incident.opened m6"]
