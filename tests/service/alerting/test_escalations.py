"""Policies: step by step, until somebody acknowledges; whoever is on call; assignment and reminders."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.core.errors import ConflictError, InvalidError, NotFoundError
from app.models import Delivery, EscalationPolicy, Membership, Monitor, Rota, db, write
from app.service.actor import Actor
from app.service.alerting import decide
from app.service.alerting.assign import assign_incident
from app.service.alerting.explain import list_notices
from app.service.alerting.opening import decide_openings
from app.service.alerting.policy import change_policy, create_policy, delete_policy, list_policies
from app.service.alerting.rota import create_rota, delete_rota
from app.service.alerting.turn import Turn
from app.service.alerting.wishes import alerting_of, change_alerting, change_contacts
from app.service.incident.manage import acknowledge_incident
from app.service.monitor.manage import change_monitor
from tests.cast import make_organization, make_user
from tests.service.alerting.scene import START, Scene


def policy(scene: Scene, *steps: dict[str, Any], **values: Any) -> int:
    """A policy that is the organization's."""
    made = create_policy(scene.owner, {"name": "all", "steps": list(steps), **values})
    scene.wishes(escalation_id=made.id)
    return made.id


def step(minutes: int, *channels: int, **more: Any) -> dict[str, Any]:
    return {"after_minutes": minutes, "channels": list(channels), **more}


def test_steps_follow_until_it_is_acknowledged(each_scene: Scene) -> None:
    a, b, c = (each_scene.channel(name) for name in "abc")
    each_scene.monitor("home")
    policy(each_scene, step(0, a), step(10, b), step(30, c))
    each_scene.fail("home")
    assert each_scene.look() == ["a incident.opened home"]
    assert each_scene.look(9 * 60) == []
    assert each_scene.look(60) == ["b incident.escalated home"]
    acknowledge_incident(each_scene.owner, each_scene.open_incident("home").id)
    assert each_scene.look(3600) == []
    each_scene.recover("home")
    assert each_scene.look() == ["a incident.closed home", "b incident.closed home"]


def test_a_policy_or_rota_that_cannot_be_read_any_more_keeps_the_alarm_from_nobody(scene: Scene) -> None:
    a, _b = scene.channel("a"), scene.channel("b")
    scene.monitor("home")
    people = [scene.owner.user.id]
    layer = {"participants": people, "days": 1, "time": "09:00", "starts_on": "2026-11-18"}
    rota = create_rota(scene.owner, {"name": "Night", "zone": "UTC", "layers": [layer]})
    made = policy(scene, step(0, a, rotas=[rota.id]))
    with write() as session:
        session.get_one(Rota, rota.id).layers = [{"of": "another release"}]
    scene.fail("home")
    assert scene.look() == ["a incident.opened home"]
    scene.recover("home")
    scene.look()
    with write() as session:
        session.get_one(EscalationPolicy, made).steps = [{"of": "another release"}]
    scene.fail("home")
    assert scene.look() == ["a incident.opened home", "b incident.opened home"]


def test_what_is_wrong_with_one_organization_keeps_no_other_from_being_told(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Scene(make_user(make_organization("theirs"), "stranger", "owner"))
    for each in (scene, other):
        each.channel("a")
        each.monitor("home")
        each.fail("home")

    def fails(turn: Turn) -> None:
        if turn.organization.id == min(scene.owner.organization_id, other.owner.organization_id):
            raise KeyError("of another release")
        decide_openings(turn)

    monkeypatch.setattr(decide, "decide_openings", fails)
    assert decide.decide_pending(scene.at) == 1


def test_the_round_begins_again_when_nobody_answers(scene: Scene) -> None:
    a, b = scene.channel("a"), scene.channel("b")
    scene.monitor("home")
    policy(scene, step(0, a), step(10, b), repeats=1, repeat_minutes=20)
    scene.fail("home")
    scene.look()
    said = [line for _ in range(8) for line in scene.look(600)]
    assert said == ["b incident.escalated home", "a incident.escalated home", "b incident.escalated home"]


def test_a_monitors_own_policy_comes_before_the_organizations(scene: Scene) -> None:
    a, b = scene.channel("a"), scene.channel("b")
    monitor_id = scene.monitor("home")
    own = create_policy(scene.owner, {"name": "own", "steps": [step(0, b)]})
    policy(scene, step(0, a))
    with write() as session:
        session.get_one(Monitor, monitor_id).escalation_id = own.id
    scene.fail("home")
    assert scene.look() == ["b incident.opened home"]
    delete_policy(scene.owner, own.id)
    scene.recover("home")
    scene.fail("home")
    assert scene.look(120) == ["b incident.closed home", "a incident.opened home"]


def test_those_who_know_are_reminded(scene: Scene) -> None:
    scene.channel("a")
    for name in ("x", "y"):
        scene.monitor(name)
    scene.wishes(remind_minutes=30)
    scene.fail("x", "y")
    scene.look()
    assert scene.look(1800) == ["a incident.reminder 2:x,y"]
    acknowledge_incident(scene.owner, scene.open_incident("x").id)
    assert scene.look(1800) == ["a incident.reminder y"]


def test_whoever_is_on_call_is_told_on_their_own_channel(scene: Scene, teammate: Actor) -> None:
    hers, his = scene.channel("hers"), scene.channel("his")
    scene.monitor("home")
    change_contacts(scene.owner, scene.owner.user.id, [hers])
    change_contacts(scene.owner, teammate.user.id, [his])
    people = [scene.owner.user.id, teammate.user.id]
    layer = {"participants": people, "days": 1, "time": "09:00", "starts_on": "2026-11-18"}
    rota = create_rota(scene.owner, {"name": "Night", "zone": "UTC", "layers": [layer]})
    policy(scene, {"after_minutes": 0, "rotas": [rota.id]})
    scene.fail("home")
    assert scene.look() == ["hers incident.opened home"]
    scene.recover("home")
    scene.look(60)
    scene.move(to=START + timedelta(days=1))
    scene.fail("home")
    assert scene.look() == ["his incident.opened home"]
    (line,) = list_notices(scene.owner, scene.open_incident("home").id).items
    assert (line.state, line.channel, line.user) == ("told", "his", "teammate")
    with pytest.raises(ConflictError):
        delete_rota(scene.owner, rota.id)


def test_a_step_that_reaches_nobody_is_told_to_everybody(scene: Scene) -> None:
    scene.channel("a")
    scene.monitor("home")
    policy(scene, {"after_minutes": 0, "users": [scene.owner.user.id]})
    scene.fail("home")
    assert scene.look() == ["a incident.opened home"]


def test_who_rests_in_the_organization_is_told_nothing(scene: Scene, teammate: Actor) -> None:
    a, his = scene.channel("a"), scene.channel("his")
    scene.monitor("home")
    change_contacts(scene.owner, teammate.user.id, [his])
    policy(scene, {"after_minutes": 0, "channels": [a], "users": [teammate.user.id]})
    with write() as session:
        session.query(Membership).filter_by(user_id=teammate.user.id).update({"is_active": False})
    scene.fail("home")
    assert scene.look() == ["a incident.opened home"]


def test_many_that_nobody_answers_are_one_message(scene: Scene) -> None:
    a, b = scene.channel("a"), scene.channel("b")
    names = [f"m{number}" for number in range(7)]
    for name in names:
        scene.monitor(name)
    policy(scene, step(0, a), step(5, b))
    scene.fail(*names)
    scene.look()
    assert scene.look(300) == [f"b incident.escalated 7:{','.join(names)}"]


def test_the_assigned_is_told_at_once_and_hears_of_the_end(scene: Scene, teammate: Actor) -> None:
    scene.channel("a")
    scene.monitor("home")
    scene.fail("home")
    scene.look()
    change_contacts(scene.owner, teammate.user.id, [scene.channel("his", quiet=clock_round())])
    assign_incident(scene.owner, scene.open_incident("home").id, teammate.user.id)
    rows = [row.kind for row in db.session.query(Delivery).filter_by(channel_id=scene.channels["his"])]
    assert rows == ["incident.assigned"]
    assert scene.open_incident("home").assigned_to == teammate.user.id
    with write() as session:
        session.query(Membership).update({"contact_channels": None})
    scene.recover("home")
    assert "a incident.closed home" in scene.look(60)


def clock_round() -> dict[str, Any]:
    """Quiet the whole week: an assignment is a person's word and comes through."""
    return {"zone": "UTC", "spans": [{"start": "00:00", "end": "00:00"}]}


def test_a_closed_incident_is_assigned_to_nobody(scene: Scene) -> None:
    scene.monitor("home")
    scene.fail("home")
    scene.recover("home")
    with pytest.raises(ConflictError):
        assign_incident(scene.owner, scene.last_incident("home").id, scene.owner.user.id)


def test_nobody_assigns_another_organizations_incident_or_to_its_people(
    scene: Scene, stranger: Actor
) -> None:
    scene.monitor("home")
    scene.fail("home")
    incident_id = scene.open_incident("home").id
    with pytest.raises(NotFoundError):
        assign_incident(stranger, incident_id, None)
    with pytest.raises(InvalidError):
        assign_incident(scene.owner, incident_id, stranger.user.id)


@pytest.mark.parametrize("thing", ["channels", "rotas", "users"])
def test_a_policy_names_only_what_is_there(scene: Scene, thing: str) -> None:
    with pytest.raises(InvalidError) as refused:
        create_policy(scene.owner, {"name": "x", "steps": [{"after_minutes": 0, thing: [7]}]})
    assert f"steps.0.{thing}" in refused.value.fields


def test_a_policys_problem_is_named(scene: Scene) -> None:
    a = scene.channel("a")
    with pytest.raises(InvalidError) as refused:
        create_policy(scene.owner, {"name": "x", "steps": [step(5, a)]})
    assert refused.value.fields == {"steps": "the first step must come at once, after 0 minutes"}


def test_a_policy_is_changed_in_part(scene: Scene) -> None:
    a = scene.channel("a")
    made = create_policy(scene.owner, {"name": "x", "steps": [step(0, a)]})
    change_policy(scene.owner, made.id, {"remind_minutes": 15})
    (found,) = list_policies(scene.owner).items
    assert (found.name, found.remind_minutes, found.steps[0]["channels"]) == ("x", 15, [a])


def test_the_organizations_policy_goes_with_it(scene: Scene) -> None:
    made = policy(scene, step(0, scene.channel("a")))
    assert alerting_of(scene.owner).escalation_id == made
    delete_policy(scene.owner, made)
    assert alerting_of(scene.owner).escalation_id is None


def test_an_organizations_wishes_are_checked(scene: Scene) -> None:
    assert change_alerting(scene.owner, {"storm_after": 9}).storm_after == 9
    for wrong in ({"storm_after": 0}, {"escalation_id": 7}, {"quiet": {"zone": "Mars"}}):
        with pytest.raises(InvalidError):
            change_alerting(scene.owner, wrong)
    assert alerting_of(scene.owner).storm_after == 9


def test_what_is_open_follows_a_step_that_is_added(each_scene: Scene) -> None:
    a, b = each_scene.channel("a"), each_scene.channel("b")
    each_scene.monitor("home")
    changed = policy(each_scene, step(0, a))
    each_scene.fail("home")
    assert each_scene.look() == ["a incident.opened home"]
    change_policy(each_scene.owner, changed, {"steps": [step(0, a), step(10, b)]})
    assert each_scene.look(9 * 60) == []
    assert each_scene.look(60) == ["b incident.escalated home"]


def test_what_is_open_follows_the_policy_that_its_monitor_gets(scene: Scene) -> None:
    a, b = scene.channel("a"), scene.channel("b")
    scene.monitor("home")
    scene.fail("home")
    assert scene.look() == ["a incident.opened home", "b incident.opened home"]
    own = create_policy(scene.owner, {"name": "own", "steps": [step(0, a), step(10, b)]})
    change_monitor(scene.owner, scene.monitors["home"], {"escalation_id": own.id}, runs=False)
    assert scene.look(10 * 60) == ["b incident.escalated home"]


def test_what_is_open_is_reminded_of_when_reminders_are_asked_for(scene: Scene) -> None:
    scene.channel("a")
    scene.monitor("home")
    scene.fail("home")
    assert scene.look() == ["a incident.opened home"]
    change_alerting(scene.owner, {"remind_minutes": 30})
    assert [line for _ in range(4) for line in scene.look(15 * 60)] == ["a incident.reminder home"]


def test_each_is_told_for_how_long_its_own_has_waited(scene: Scene) -> None:
    a, b, c = (scene.channel(name) for name in "abc")
    scene.monitor("x")
    scene.monitor("y")
    policy(scene, step(0, c), step(5, a), step(10, b))
    scene.fail("x")
    scene.look()
    scene.move(300)
    scene.fail("y")
    scene.look()
    assert scene.look(300) == ["b incident.escalated x", "a incident.escalated y"]
    rows = db.session.query(Delivery).order_by(Delivery.id.desc()).limit(2)
    assert [row.message["note"]["en"] for row in rows] == [
        "It has not been acknowledged for 5 min.",
        "It has not been acknowledged for 10 min.",
    ]


def test_what_becomes_worse_as_its_step_is_due_keeps_its_steps(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.service.alerting.turn.AT_ONCE", 2)
    a, b = scene.channel("a"), scene.channel("b")
    names = ("x", "y", "z")
    for name in names:
        scene.monitor(name)
    policy(scene, step(0, a), step(5, a), step(10, b))
    scene.fail(*names, level="regional")
    scene.look()
    for name in names[:2]:
        acknowledge_incident(scene.owner, scene.open_incident(name).id)
    scene.look(300)
    for name in names:
        scene.become(name, "down")
    assert "b incident.escalated z" in scene.look(300)


def test_what_is_open_is_reminded_of_sooner_when_that_is_asked_for(scene: Scene) -> None:
    scene.channel("a")
    scene.monitor("home")
    scene.wishes(remind_minutes=1440)
    scene.fail("home")
    scene.look()
    change_alerting(scene.owner, {"remind_minutes": 5})
    assert scene.look(10) == []
    assert scene.look(300) == ["a incident.reminder home"]


def test_what_is_open_follows_the_rounds_that_are_added(scene: Scene) -> None:
    a = scene.channel("a")
    scene.monitor("home")
    changed = policy(scene, step(0, a))
    scene.fail("home")
    scene.look()
    scene.move(10 * 3600)
    change_policy(scene.owner, changed, {"repeats": 2})
    assert scene.look() == ["a incident.escalated home"]
    assert scene.look(1799) == []
    assert scene.look(1) == ["a incident.escalated home"]
