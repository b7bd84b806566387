"""The API of who is told: policies, rotas, dependencies, wishes, notices."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.core.clock import now
from app.service.actor import Actor
from tests.cast import Caller
from tests.service.alerting.scene import Scene

HOOK = {"type": "webhook", "name": "hook", "config": {"url": "https://hook.example/"}}


@pytest.fixture
def channel(as_owner: Caller) -> str:
    made: str = as_owner.post("/channels", HOOK)["data"]["id"]
    return made


def test_a_policy_is_made_changed_and_deleted(as_owner: Caller, channel: str) -> None:
    steps = [{"after_minutes": 0, "channels": [channel]}]
    made = as_owner.post("/usability/escalations", {"name": "Night", "steps": steps}, 201)["data"]
    assert made["steps"] == [{"after_minutes": 0, "channels": [channel], "rotas": [], "users": []}]
    path = f"/usability/escalations/{made['id']}"
    assert as_owner.patch(path, {"is_urgent": True})["data"]["is_urgent"] is True
    assert [each["id"] for each in as_owner.get("/usability/escalations")["data"]["items"]] == [made["id"]]
    as_owner.delete(path)
    as_owner.get(path, 404)


def test_what_is_wrong_with_a_step_is_named(as_owner: Caller) -> None:
    refused = as_owner.post("/usability/escalations", {"name": "x", "steps": [{"after_minutes": 0}]}, 400)
    assert "steps.0" in refused["data"]["fields"]


@pytest.fixture
def rota(as_owner: Caller, owner: Actor) -> dict[str, Any]:
    layer = {"participants": [str(owner.user.id)], "starts_on": "2026-01-05"}
    made: dict[str, Any] = as_owner.post("/usability/rotas", {"name": "Night", "layers": [layer]}, 201)[
        "data"
    ]
    return made


def test_a_rota_says_who_is_on_call(as_owner: Caller, rota: dict[str, Any], owner: Actor) -> None:
    assert rota["now"] == {"user_id": str(owner.user.id), "layer": 0, "override_id": None}
    assert rota["layers"][0]["participants"] == [str(owner.user.id)] and rota["zone"] == "UTC"
    turns = as_owner.get(f"/usability/rotas/{rota['id']}/turns")["data"]["items"]
    assert turns[0]["duty"]["user_id"] == str(owner.user.id)


def test_somebody_takes_over_and_gives_it_back(
    as_owner: Caller, rota: dict[str, Any], teammate: Actor
) -> None:
    start = now()
    values = {
        "user_id": str(teammate.user.id),
        "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(hours=1)).isoformat(),
    }
    path = f"/usability/rotas/{rota['id']}/overrides"
    made = as_owner.post(path, values, 201)["data"]
    assert as_owner.get(f"/usability/rotas/{rota['id']}")["data"]["now"]["override_id"] == made["id"]
    as_owner.delete(f"{path}/{made['id']}")
    assert as_owner.get(path)["data"]["items"] == []


def test_the_calendar_is_behind_a_secret_address(as_owner: Caller, rota: dict[str, Any]) -> None:
    token = as_owner.post(f"/usability/rotas/{rota['id']}/feed", status=201)["data"]["token"]
    assert as_owner.get(f"/usability/rotas/{rota['id']}")["data"]["has_feed"] is True
    answer = as_owner.client.get(f"/on-call/{token}.ics")
    assert answer.status_code == 200 and answer.mimetype == "text/calendar"
    as_owner.delete(f"/usability/rotas/{rota['id']}/feed")
    assert as_owner.client.get(f"/on-call/{token}.ics").status_code == 404


def test_a_monitors_parents_are_named(as_owner: Caller, owner: Actor) -> None:
    scene = Scene(owner)
    router, page = scene.monitor("router"), scene.monitor("page")
    path = f"/usability/monitors/{page}/parents"
    assert as_owner.patch(path, {"parents": [str(router)]})["data"]["items"][0]["name"] == "router"
    edges = as_owner.get("/usability/dependencies")["data"]["items"]
    assert edges == [{"monitor_id": str(page), "parent_id": str(router)}]
    as_owner.patch(f"/usability/monitors/{router}/parents", {"parents": [str(page)]}, 400)
    as_owner.patch(path, {"parents": []})
    assert as_owner.get(path)["data"]["items"] == []


def test_wishes_are_read_and_changed(as_owner: Caller) -> None:
    assert as_owner.get("/usability/alerting")["data"]["storm_after"] == 5
    quiet = {"zone": "Asia/Shanghai", "spans": [{"start": "22:00", "end": "07:00"}]}
    said = as_owner.patch("/usability/alerting", {"storm_after": 3, "quiet": quiet})["data"]
    assert said["storm_after"] == 3 and said["quiet"]["spans"][0]["days"] == [0, 1, 2, 3, 4, 5, 6]
    as_owner.patch("/usability/alerting", {"quiet": {"zone": "x", "spans": []}}, 400)


def test_a_channels_manners_are_kept(as_owner: Caller, channel: str) -> None:
    path = f"/channels/{channel}"
    assert as_owner.get(path)["data"]["manners"]["least"] == "degraded"
    assert as_owner.patch(path, {"manners": {"least": "down"}})["data"]["manners"]["least"] == "down"
    refused = as_owner.patch(path, {"manners": {"digest_minutes": 1}}, 400)
    assert "manners.digest_minutes" in refused["data"]["fields"]
    assert as_owner.patch(path, {"manners": None})["data"]["manners"]["least"] == "degraded"


def test_everybody_says_where_they_are_reached_and_only_admins_for_others(
    as_owner: Caller, as_viewer: Caller, channel: str, viewer: Actor, owner: Actor
) -> None:
    said = as_viewer.patch(f"/usability/contacts/{viewer.user.id}", {"channels": [channel]})["data"]
    assert said["channels"] == [channel]
    as_viewer.patch(f"/usability/contacts/{owner.user.id}", {"channels": []}, 403)
    as_owner.patch(f"/usability/contacts/{viewer.user.id}", {"channels": []})
    as_owner.patch(f"/usability/contacts/{viewer.user.id}", {"channels": ["7"]}, 400)


def test_an_incident_says_who_was_told(as_owner: Caller, owner: Actor) -> None:
    scene = Scene(owner)
    channel = scene.channel("a")
    scene.monitor("home")
    scene.fail("home")
    scene.look()
    path = f"/usability/incidents/{scene.open_incident('home').id}/notices"
    (line,) = as_owner.get(path)["data"]["items"]
    assert (line["kind"], line["state"], line["channel_id"]) == ("incident.opened", "told", str(channel))


def test_another_organization_finds_nothing(
    as_stranger: Caller, as_owner: Caller, rota: dict[str, Any], owner: Actor
) -> None:
    scene = Scene(owner)
    monitor = scene.monitor("home")
    for path in (f"/usability/rotas/{rota['id']}", f"/usability/monitors/{monitor}/parents"):
        as_stranger.get(path, 404)
    as_stranger.patch(f"/usability/contacts/{owner.user.id}", {"channels": []}, 404)
