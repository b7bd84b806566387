"""The pages of who is told: rotas, policies, manners, dependencies, and what an incident says of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.clock import now
from app.models import Channel, EscalationPolicy, MonitorDependency, Organization, Rota, RotaOverride, db
from app.service.actor import Actor
from app.service.alerting.rota import create_rota
from app.service.alerting.wishes import change_contacts
from app.service.organization import change_settings
from tests.cast import PASSWORD
from tests.service.alerting.scene import Scene


@pytest.fixture
def client(app: Flask, owner: Actor) -> FlaskClient:
    change_settings(owner, {"is_set_up": True})
    client = app.test_client()
    client.post(
        "/login",
        data={"account": owner.user.email, "password": PASSWORD, "csrf_token": token(client, "/login")},
    )
    return client


def token(client: FlaskClient, path: str) -> str:
    text = client.get(path).get_data(as_text=True)
    return text.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]


def post(client: FlaskClient, path: str, page: str, **values: Any) -> Any:
    """Post a form; what it changes is there for the test's own next look."""
    answer = client.post(path, data={**values, "csrf_token": token(client, page)})
    db.session.rollback()
    db.session.expire_all()
    return answer


def shown(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.fixture
def scene(client: FlaskClient, owner: Actor) -> Scene:
    scene = Scene(owner)
    scene.channel("a")
    return scene


@pytest.fixture
def rota(scene: Scene, owner: Actor, teammate: Actor) -> Rota:
    people = [owner.user.id, teammate.user.id]
    layer = {"participants": people, "days": 7, "time": "09:00", "starts_on": "2026-01-05"}
    return create_rota(owner, {"name": "Night watch", "zone": "Europe/Berlin", "layers": [layer]})


def test_a_rota_is_made_by_addresses(
    client: FlaskClient, scene: Scene, teammate: Actor, owner: Actor
) -> None:
    values = {
        "name": "Night",
        "zone": "Asia/Shanghai",
        "layers.0.participants": "owner@example.org\nteammate@example.org",
        "layers.0.days": "1",
        "layers.0.time": "18:00",
        "layers.0.starts_on": "2026-01-05",
        "layers.0.hours.0.start": "18:00",
        "layers.0.hours.0.end": "09:00",
        "layers.0.hours.0.days": ["0", "1"],
    }
    assert post(client, "/on-call/new", "/on-call/new", **values).status_code == 303
    rota = db.session.query(Rota).one()
    assert rota.layers[0]["participants"] == [owner.user.id, teammate.user.id]
    assert rota.layers[0]["hours"] == [{"days": [0, 1], "start": "18:00", "end": "09:00"}]
    page = shown(client, f"/on-call/{rota.id}")
    assert "teammate@example.org" in page and 'value="18:00"' in page


def test_who_is_no_member_is_named_at_the_field(client: FlaskClient, scene: Scene) -> None:
    values = {"name": "Night", "zone": "UTC", "layers.0.participants": "stranger@example.org"}
    answer = post(client, "/on-call/new", "/on-call/new", **values)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400 and "stranger@example.org is not a member" in page
    assert 'value="Night"' in page


def test_a_turn_is_taken_over_by_two_clicks(client: FlaskClient, rota: Rota, teammate: Actor) -> None:
    page = shown(client, "/on-call")
    assert "Night watch" in page and "Take over" in page and "<rect" in page
    start = now()
    values = {
        "user_id": str(teammate.user.id),
        "starts": start.isoformat(),
        "ends": (start + timedelta(hours=4)).isoformat(),
    }
    post(client, f"/on-call/{rota.id}/take-over", "/on-call", **values)
    override = db.session.query(RotaOverride).one()
    assert override.user_id == teammate.user.id
    assert "Give back" in shown(client, "/on-call")
    post(client, f"/on-call/{rota.id}/overrides/{override.id}/end", "/on-call")
    assert db.session.query(RotaOverride).count() == 0


def test_a_time_without_a_zone_is_by_the_rotas_clock(client: FlaskClient, rota: Rota, owner: Actor) -> None:
    values = {"user_id": str(owner.user.id), "starts": "2027-07-01T10:00", "ends": "2027-07-01T12:00"}
    post(client, f"/on-call/{rota.id}/take-over", "/on-call", **values)
    assert db.session.query(RotaOverride).one().starts_at.hour == 8


@pytest.mark.parametrize("starts", ["", "tomorrow", "0001-01-01T00:00"])
def test_a_time_that_is_none_changes_nothing(
    client: FlaskClient, rota: Rota, starts: str, owner: Actor
) -> None:
    values = {"user_id": str(owner.user.id), "starts": starts, "ends": "2027-07-01T12:00"}
    assert post(client, f"/on-call/{rota.id}/take-over", "/on-call", **values).status_code == 400
    assert db.session.query(RotaOverride).count() == 0


def test_a_time_that_was_refused_is_still_in_the_form(client: FlaskClient, rota: Rota, owner: Actor) -> None:
    values = {"user_id": str(owner.user.id), "starts": "2027-07-02T10:00", "ends": "2027-07-01T12:00"}
    page = post(client, f"/on-call/{rota.id}/take-over", "/on-call", **values).get_data(as_text=True)
    assert 'value="2027-07-02T10:00"' in page and 'value="2027-07-01T12:00"' in page
    assert '<details class="more-turns" open>' in page and "Nothing was changed" in page


def test_whose_turn_reaches_nobody_is_said(
    client: FlaskClient, rota: Rota, scene: Scene, owner: Actor
) -> None:
    assert "reaches nobody: owner, teammate" in shown(client, "/on-call")
    post(client, "/on-call/contacts", "/on-call", channels=str(scene.channels["a"]))
    assert "reaches nobody: teammate" in shown(client, "/on-call")


def test_the_calendars_address_is_shown_once(client: FlaskClient, rota: Rota) -> None:
    page = post(client, f"/on-call/{rota.id}/make-feed", f"/on-call/{rota.id}").get_data(as_text=True)
    url = page.split('readonly value="', 1)[1].split('"', 1)[0]
    path = "/on-call/" + url.rsplit("/", 1)[1]
    assert client.get(path).mimetype == "text/calendar"
    assert url.rsplit("/", 1)[1].removesuffix(".ics") not in shown(client, f"/on-call/{rota.id}")


def test_a_policy_is_made_step_by_step(client: FlaskClient, scene: Scene, rota: Rota) -> None:
    values = {
        "name": "Wake up",
        "steps.0.after_minutes": "0",
        "steps.0.rotas": str(rota.id),
        "steps.2.after_minutes": "15",
        "steps.2.channels": str(scene.channels["a"]),
        "repeats": "1",
        "is_urgent": "1",
    }
    assert post(client, "/escalations/new", "/escalations/new", **values).status_code == 303
    policy = db.session.query(EscalationPolicy).one()
    assert [step["after_minutes"] for step in policy.steps] == [0, 15] and policy.is_urgent
    assert "Wake up" in shown(client, "/escalations")
    assert "Night watch" in shown(client, f"/escalations/{policy.id}")


def test_a_policys_problem_is_shown_with_what_was_typed(client: FlaskClient, scene: Scene) -> None:
    values = {"name": "x", "steps.0.channels": str(scene.channels["a"]), "steps.0.after_minutes": "0"}
    more = {"steps.1.channels": str(scene.channels["a"]), "steps.1.after_minutes": "0"}
    answer = post(client, "/escalations/new", "/escalations/new", **values, **more)
    assert answer.status_code == 400
    assert "each step must come later" in answer.get_data(as_text=True)


def test_the_organizations_wishes_are_kept(client: FlaskClient, scene: Scene) -> None:
    values = {
        "storm_after": "3",
        "quiet.zone": "Asia/Shanghai",
        "quiet.spans.0.start": "22:00",
        "quiet.spans.0.end": "07:00",
    }
    said = post(client, "/escalations/organization", "/escalations", **values)
    assert said.status_code == 303, said.text
    db.session.rollback()
    db.session.expire_all()
    alerting = db.session.get_one(Organization, scene.owner.organization_id).alerting or {}
    assert alerting["storm_after"] == 3 and alerting["quiet"]["spans"][0]["start"] == "22:00"
    refused = post(client, "/escalations/organization", "/escalations", storm_after="9999")
    assert refused.status_code == 400 and 'value="9999"' in refused.get_data(as_text=True)


def test_a_channels_manners_are_kept_by_its_form(client: FlaskClient, scene: Scene) -> None:
    path = f"/channels/{scene.channels['a']}"
    values = {
        "name": "a",
        "is_enabled": "1",
        "config.url": "https://hook.example/",
        "manners.least": "down",
        "manners.digest": "daily",
        "manners.digest_at": "08:30",
        "manners.quiet.zone": "Europe/Berlin",
        "manners.quiet.spans.0.start": "22:00",
        "manners.quiet.spans.0.end": "07:00",
    }
    assert post(client, path, path, **values).status_code == 303
    db.session.rollback()
    db.session.expire_all()
    manners = db.session.get_one(Channel, scene.channels["a"]).manners or {}
    assert (manners["least"], manners["digest_at"], manners["zone"]) == ("down", "08:30", "Europe/Berlin")
    page = shown(client, path)
    assert 'value="08:30"' in page and 'value="22:00"' in page


def test_a_channel_without_manners_keeps_none(client: FlaskClient, scene: Scene) -> None:
    path = f"/channels/{scene.channels['a']}"
    values = {"name": "a", "is_enabled": "1", "config.url": "https://hook.example/"}
    assert post(client, path, path, **values).status_code == 303
    db.session.rollback()
    db.session.expire_all()
    assert db.session.get_one(Channel, scene.channels["a"]).manners is None


def test_dependencies_are_looked_for_and_added(client: FlaskClient, scene: Scene) -> None:
    router, page = scene.monitor("router"), scene.monitor("page")
    path = f"/monitors/{page}/dependencies"
    assert "Depends on it" in shown(client, f"{path}?q=rout")
    post(client, path, path, parent_id=str(router))
    assert db.session.query(MonitorDependency).count() == 1 and "Take off" in shown(client, path)
    assert "page" in shown(client, f"/monitors/{router}/dependencies")
    post(client, path, path, parent_id=str(router), act="remove")
    assert db.session.query(MonitorDependency).count() == 0


def test_an_incident_says_who_was_told_and_what_held_it(
    client: FlaskClient, scene: Scene, owner: Actor
) -> None:
    change_contacts(owner, owner.user.id, [scene.channels["a"]])
    scene.monitor("router")
    scene.monitor("page", ["router"])
    scene.move(60)
    scene.fail("router", "page")
    scene.look()
    told = shown(client, f"/incidents/{scene.open_incident('router').id}")
    held = shown(client, f"/incidents/{scene.open_incident('page').id}")
    assert "Incident opened" in told
    assert "router, which it depends on, has been in trouble since" in held


def test_an_incident_of_many_lists_the_others(client: FlaskClient, scene: Scene) -> None:
    names = [f"m{number}" for number in range(7)]
    for name in names:
        scene.monitor(name)
    scene.fail(*names)
    scene.look()
    page = shown(client, f"/incidents/{scene.open_incident('m0').id}")
    assert "Together with" in page and "m6" in page


@pytest.mark.parametrize("ticked", ["²", "9" * 19, "x", ""])
def test_what_cannot_be_ticked_is_not_ticked(client: FlaskClient, scene: Scene, ticked: str) -> None:
    values = {"name": "All", "steps.0.after_minutes": "0", "steps.0.channels": ticked}
    assert post(client, "/escalations/new", "/escalations", **values).status_code == 400
    assert post(client, "/on-call/contacts", "/on-call", channels=ticked).status_code == 303


def test_a_template_for_no_event_is_refused(client: FlaskClient, scene: Scene) -> None:
    assert post(client, "/channels/templates/new", "/on-call", body="Hello").status_code == 400
