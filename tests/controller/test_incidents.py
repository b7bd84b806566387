"""The incidents' API, and that of locations."""

from __future__ import annotations

from typing import Any

import pytest

from app.models import Incident, write
from app.service.actor import Actor
from app.service.monitor.manage import create_monitor
from app.service.site import create_site
from tests.cast import Caller
from tests.service.test_incident_story import happened


@pytest.fixture
def incident(owner: Actor) -> Incident:
    site = create_site(owner, {"name": "Shop", "base_url": "http://192.0.2.7/"})
    config = {"url": "http://192.0.2.7/"}
    monitor = create_monitor(owner, {"site_id": site.id, "type": "http", "name": "home", "config": config})
    return happened(
        monitor,
        category="application",
        rule="gateway",
        evidence={
            "status": "502",
            "_cause": {"confidence": "certain", "values": {"status": 502}},
            "_traces": {"default": {"hops": [], "has_reached": False}},
        },
    )


def test_an_incident_says_whose_fault_it_is(as_owner: Caller, incident: Incident) -> None:
    said = as_owner.get(f"/usability/incidents/{incident.id}")["data"]
    assert (said["category"], said["rule"], said["confidence"]) == ("application", "gateway", "certain")
    assert "502" in said["cause_sentence"] and said["evidence"] == {"status": "502"}
    assert list(said["traces"]) == ["default"] and said["duration_seconds"] >= 0


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("level=down", 1),
        ("level=regional", 0),
        ("category=application", 1),
        ("category=dns", 0),
        ("assigned_to=me", 0),
        ("assigned_to=nobody", 1),
        ("is_open=true", 1),
    ],
)
def test_incidents_are_listed_by_what_one_asks(
    as_owner: Caller, incident: Incident, query: str, count: int
) -> None:
    assert len(as_owner.get(f"/usability/incidents?{query}")["data"]["items"]) == count


@pytest.mark.parametrize("query", ["level=bad", "category=weather", "assigned_to=you"])
def test_it_names_a_filter_that_is_none(as_owner: Caller, query: str) -> None:
    said = as_owner.get(f"/usability/incidents?{query}", 400)
    assert said["code"] == 11001 and query.split("=")[0] in said["data"]["fields"]


def test_people_take_over_and_talk(as_owner: Caller, incident: Incident, owner: Actor) -> None:
    path = f"/usability/incidents/{incident.id}"
    as_owner.post(f"{path}/comments", {"text": "I am on it."}, 201)
    (comment,) = as_owner.get(f"{path}/comments")["data"]["items"]
    assert comment["text"] == "I am on it." and comment["user_id"] == str(owner.user.id)
    assert as_owner.post(f"{path}/assign", {"user_id": str(owner.user.id)})["data"]["assigned_to"]
    assert len(as_owner.get("/usability/incidents?assigned_to=me")["data"]["items"]) == 1
    assert as_owner.post(f"{path}/assign", {"user_id": None})["data"]["assigned_to"] is None


def test_its_story_can_be_read(as_owner: Caller, incident: Incident) -> None:
    path = f"/usability/incidents/{incident.id}"
    assert as_owner.get(f"{path}/similar")["data"] == {"items": [], "count": 0}
    assert any(
        each["kind"] == "monitor.created" for each in as_owner.get(f"{path}/timeline")["data"]["items"]
    )
    assert as_owner.post(f"{path}/trace", status=202)["data"] == {"locations": []}


def test_a_location_is_entered_changed_rotated_and_deleted(as_owner: Caller) -> None:
    made = as_owner.post("/usability/locations", {"code": "paris", "name": "Paris"}, 201)["data"]
    assert len(made["key"]) >= 32 and made["state"] == "never"
    path = f"/usability/locations/{made['id']}"
    changed = as_owner.patch(path, {"is_enabled": False, "control_targets": ["dns://192.0.2.1"]})["data"]
    assert changed["state"] == "disabled" and "key" not in changed
    assert as_owner.post(f"{path}/rotate")["data"]["key"] != made["key"]
    assert as_owner.delete(path)["data"] == {"monitors": 0}
    codes = [each["code"] for each in as_owner.get("/usability/locations")["data"]["items"]]
    assert codes == ["default"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"code": "New York"}, "code"),
        ({"code": "a", "control_targets": ["nonsense"]}, "control_targets"),
        ({}, "code"),
    ],
)
def test_it_says_what_is_wrong_with_a_location(as_owner: Caller, body: dict[str, Any], field: str) -> None:
    assert field in as_owner.post("/usability/locations", body, 400)["data"]["fields"]


def test_only_who_may_change_settings_enters_locations(as_viewer: Caller) -> None:
    as_viewer.post("/usability/locations", {"code": "paris"}, 403)
    as_viewer.get("/usability/locations")


def test_a_location_in_use_is_deleted_only_by_force(as_owner: Caller, incident: Incident) -> None:
    made = as_owner.post("/usability/locations", {"code": "paris"}, 201)["data"]
    with write() as session:
        from app.models import Monitor

        session.get_one(Monitor, incident.monitor_id).locations = ["paris"]
    path = f"/usability/locations/{made['id']}"
    assert as_owner.delete(path, 409)["code"] == 11009
    assert as_owner.delete(f"{path}?force=true")["data"] == {"monitors": 1}
