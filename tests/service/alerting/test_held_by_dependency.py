"""Dependencies: what fails with its parent is not told, and is told when it does not recover with it."""

from __future__ import annotations

from app.models import IncidentNotice, db
from tests.service.alerting.scene import Scene

CHILDREN = [f"c{number}" for number in range(8)]


def network(scene: Scene) -> None:
    scene.channel("a")
    scene.monitor("router")
    for name in CHILDREN:
        scene.monitor(name, ["router"])


def test_a_parent_and_its_children_are_one_message_and_one_at_their_end(each_scene: Scene) -> None:
    network(each_scene)
    each_scene.move(60)
    each_scene.fail("router", *CHILDREN)
    assert each_scene.look() == ["a incident.opened router"]
    assert each_scene.look(600) == []
    each_scene.recover("router")
    assert each_scene.look(60) == ["a incident.closed router"]
    each_scene.recover(*CHILDREN)
    assert each_scene.look(60) == []


def test_children_that_fail_first_wait_until_the_parent_has_been_looked_at(scene: Scene) -> None:
    network(scene)
    scene.move(120)
    scene.fail(*CHILDREN)
    assert scene.look() == []
    scene.look_at("router", failures=1)
    assert scene.look(5) == []
    scene.fail("router", after=10)
    assert scene.look(5) == ["a incident.opened router"]


def test_a_parent_that_is_well_leaves_its_child_alone(scene: Scene) -> None:
    network(scene)
    scene.move(120)
    scene.fail("c0")
    assert scene.look() == []
    scene.look_at("router")
    assert scene.look(2) == ["a incident.opened c0"]


def test_a_parent_that_nobody_looks_at_holds_it_no_longer_than_a_look_takes(scene: Scene) -> None:
    network(scene)
    scene.move(120)
    scene.fail("c0")
    assert scene.look(71) == []
    assert scene.look(2) == ["a incident.opened c0"]


def test_a_child_that_does_not_recover_with_its_parent_is_told(scene: Scene) -> None:
    network(scene)
    scene.move(60)
    scene.fail("router", "c0")
    scene.look()
    scene.recover("router")
    assert scene.look(1) == ["a incident.closed router"]
    assert scene.look(120) == []
    assert scene.look(20) == ["a incident.opened c0"]


def test_a_grandparent_holds_it_too(scene: Scene) -> None:
    network(scene)
    scene.monitor("page", ["c0"])
    scene.move(60)
    scene.fail("router", "page")
    assert scene.look() == ["a incident.opened router"]


def test_a_slow_parent_does_not_hold_what_is_down(scene: Scene) -> None:
    network(scene)
    scene.move(120)
    scene.fail("router", level="degraded")
    scene.look()
    scene.look_at("router", failures=0)
    scene.fail("c0", after=0.001)
    scene.look_at("router", failures=0)
    assert scene.look(2) == ["a incident.opened c0"]


def test_what_holds_it_is_written_down_once(scene: Scene) -> None:
    network(scene)
    scene.move(60)
    scene.fail("router", "c0")
    for _ in range(5):
        scene.look(61)
    assert scene.notices("c0") == [("incident.opened", "held", "dependency")]
    notice = db.session.query(IncidentNotice).filter_by(incident_id=scene.open_incident("c0").id).one()
    assert notice.why["parent"] == "router" and notice.why["since_ms"]
    assert scene.open_incident("c0").held_by == "dependency"


def test_a_circle_of_parents_holds_nothing_for_ever(scene: Scene) -> None:
    from app.models import MonitorDependency, write

    scene.channel("a")
    scene.monitor("x")
    scene.monitor("y", ["x"])
    with write() as session:
        session.add(MonitorDependency(monitor_id=scene.monitors["x"], parent_id=scene.monitors["y"]))
    scene.move(120)
    scene.fail("x")
    assert scene.look(73) == ["a incident.opened x"]


def test_a_parent_whose_site_is_archived_is_not_waited_for(scene: Scene) -> None:
    network(scene)
    scene.look_at("router", state="PAUSED")
    scene.move(120)
    scene.fail("c0")
    assert scene.look() == ["a incident.opened c0"]
