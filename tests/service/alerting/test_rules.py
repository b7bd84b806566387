"""Rules in the path of an alarm: they choose who hears of an incident, and a policy comes before them."""

from __future__ import annotations

from typing import Any

from app.models import Site, write
from app.service.alerting.policy import create_policy
from app.service.channel.rules import change_routing, create_rule
from tests.service.alerting.scene import Scene


def rule(scene: Scene, *channels: str, **conditions: Any) -> None:
    ids = [scene.channels[name] for name in channels]
    create_rule(scene.owner, {"name": "rule", "channel_ids": ids, **conditions})


def tag(scene: Scene, *tags: str) -> None:
    with write() as session:
        session.get_one(Site, scene.site_id).tags = list(tags)


def test_an_incident_goes_where_its_rule_says_and_its_end_too(each_scene: Scene) -> None:
    each_scene.channel("a")
    each_scene.channel("b")
    each_scene.monitor("home")
    tag(each_scene, "shop")
    rule(each_scene, "b", events=["incident"], tags=["shop"])
    each_scene.fail("home")
    assert each_scene.look() == ["b incident.opened home"]
    each_scene.recover("home")
    assert each_scene.look() == ["b incident.closed home"]


def test_what_becomes_worse_reaches_whom_the_rules_name_for_it(scene: Scene) -> None:
    scene.channel("mail")
    scene.channel("pager")
    scene.monitor("home")
    rule(scene, "pager", least="critical")
    rule(scene, "mail")
    scene.fail("home", level="degraded")
    assert scene.look() == ["mail incident.opened home"]
    scene.become("home", "down")
    assert sorted(scene.look()) == ["mail incident.changed home", "pager incident.opened home"]


def test_a_policy_comes_before_the_rules(scene: Scene) -> None:
    a = scene.channel("a")
    scene.channel("b")
    scene.monitor("home")
    rule(scene, "b")
    steps = [{"after_minutes": 0, "channels": [a]}]
    scene.wishes(escalation_id=create_policy(scene.owner, {"name": "all", "steps": steps}).id)
    scene.fail("home")
    assert scene.look() == ["a incident.opened home"]


def test_a_site_can_be_kept_quiet(scene: Scene) -> None:
    scene.channel("a")
    scene.monitor("home")
    tag(scene, "test")
    rule(scene, tags=["test"])
    scene.fail("home")
    assert scene.look() == []
    scene.recover("home")
    assert scene.look() == []


def test_what_no_rule_fits_is_told_to_everybody_unless_nobody_is_wanted(scene: Scene) -> None:
    scene.channel("a")
    scene.monitor("home")
    scene.monitor("cart")
    rule(scene, "a", events=["alert"])
    scene.fail("home")
    assert scene.look() == ["a incident.opened home"]
    change_routing(scene.owner, {"otherwise": "nobody"})
    scene.fail("cart")
    assert scene.look() == []


def test_quiet_hours_of_a_channel_hold_in_any_case(scene: Scene) -> None:
    span = {"days": [0, 1, 2, 3, 4, 5, 6], "start": "00:00", "end": "23:59"}
    scene.channel("a", quiet={"zone": "UTC", "spans": [span]})
    scene.monitor("home")
    rule(scene, "a")
    scene.fail("home")
    assert scene.look() == []
