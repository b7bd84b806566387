"""One incident: told at once to every channel, and its end to exactly those who heard of it."""

from __future__ import annotations

from sqlalchemy import select

from app.engine.notify.message import Message
from app.models import Channel, Delivery, Incident, db, write
from app.service.alerting.decide import decide_pending
from tests.service.alerting.scene import Scene


def test_it_is_told_at_once_to_every_channel_and_so_is_its_end(each_scene: Scene) -> None:
    each_scene.channel("a")
    each_scene.channel("b")
    each_scene.monitor("home")
    each_scene.fail("home")
    assert each_scene.look() == ["a incident.opened home", "b incident.opened home"]
    assert each_scene.look(10) == []
    each_scene.recover("home")
    assert each_scene.look() == ["a incident.closed home", "b incident.closed home"]
    assert each_scene.last_incident("home").telling == "done"


def test_deciding_says_how_many_messages_it_made(scene: Scene) -> None:
    scene.channel("a")
    scene.monitor("home")
    scene.fail("home")
    assert (decide_pending(scene.at), decide_pending(scene.at)) == (1, 0)


def test_a_channel_that_came_later_does_not_hear_of_the_end(scene: Scene) -> None:
    scene.channel("a")
    scene.monitor("home")
    scene.fail("home")
    scene.look()
    scene.channel("b")
    scene.recover("home")
    assert scene.look(60) == ["a incident.closed home"]


def test_a_channel_that_was_switched_off_meanwhile_hears_nothing(scene: Scene) -> None:
    channel = scene.channel("a")
    scene.monitor("home")
    scene.fail("home")
    scene.look()
    with write() as session:
        session.get_one(Channel, channel).is_enabled = False
    scene.recover("home")
    assert scene.look(60) == []


def test_what_is_over_before_anybody_looked_is_told_to_nobody(scene: Scene) -> None:
    scene.channel("a")
    scene.monitor("home")
    scene.fail("home")
    scene.recover("home")
    assert scene.look() == []
    assert scene.notices("home") == [("incident.closed", "dropped", None)]


def test_an_incident_that_never_was_is_taken_back(scene: Scene) -> None:
    scene.channel("a")
    scene.monitor("home")
    scene.fail("home")
    scene.look()
    scene.recover("home", is_withdrawn=True, closed_by="withdrawn")
    assert scene.look(5) == ["a incident.withdrawn home"]


def test_pausing_a_monitor_is_told_to_nobody(scene: Scene) -> None:
    scene.channel("a")
    scene.monitor("home")
    scene.fail("home")
    scene.look()
    scene.recover("home", closed_by="pause")
    assert scene.look(5) == []


def test_those_who_heard_of_it_hear_that_it_became_worse_and_not_that_it_eased(scene: Scene) -> None:
    scene.channel("a")
    scene.monitor("home")
    scene.fail("home", level="degraded")
    assert scene.look() == ["a incident.opened home"]
    scene.become("home", "down")
    assert scene.look(5) == ["a incident.changed home"]
    scene.become("home", "degraded")
    assert scene.look(5) == []


def test_what_was_down_is_up_again_though_it_eased_first(scene: Scene) -> None:
    scene.channel("a")
    scene.monitor("home")
    scene.fail("home")
    scene.look()
    scene.become("home", "degraded")
    scene.look(5)
    scene.recover("home")
    scene.look(5)
    message = db.session.scalars(select(Delivery.message).order_by(Delivery.id.desc())).first()
    assert message is not None
    assert Message.from_dict(message).text("en")[0] == "UP again: home (Shop)"


def test_a_channel_that_wants_only_what_is_down_hears_of_it_when_it_is(scene: Scene) -> None:
    scene.channel("a", least="down")
    scene.monitor("home")
    scene.fail("home", level="degraded")
    assert scene.look() == []
    assert scene.notices("home") == [("incident.opened", "dropped", "severity")]
    scene.become("home", "down")
    assert scene.look(5) == ["a incident.opened home"]


def test_late_results_that_open_it_again_are_told_anew(scene: Scene) -> None:
    scene.channel("a")
    scene.monitor("home")
    scene.fail("home")
    scene.look()
    scene.recover("home")
    scene.look()
    with write() as session:
        incident = session.get_one(Incident, scene.last_incident("home").id)
        incident.closed_at = incident.closed_by = None
        incident.telling, incident.decide_at = "pending", scene.at
    assert scene.look(1) == ["a incident.opened home"]


def test_wishes_that_cannot_be_read_keep_nothing_from_anybody(scene: Scene) -> None:
    scene.channel("a", quiet="always")
    scene.wishes(storm_after="many")
    scene.monitor("home")
    scene.fail("home")
    assert scene.look() == ["a incident.opened home"]
