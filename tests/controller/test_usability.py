"""The availability API: policies, clones, many at once, back-tests and replays."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.core.clock import now_ms
from app.models import Incident, db
from app.service.recording.record import record_samples
from tests.cast import Caller
from tests.measured import measured

URL = "http://127.0.0.1:9/"


@pytest.fixture
def monitor(app: Flask, as_owner: Caller) -> dict[str, Any]:
    site = as_owner.post("/sites", {"name": "Shop", "base_url": URL})["data"]
    return make(as_owner, site["id"])


def make(caller: Caller, site_id: str, name: str = "home", **values: Any) -> dict[str, Any]:
    body = {"site_id": site_id, "type": "http", "name": name, "config": {"url": URL}, **values}
    data: dict[str, Any] = caller.post("/usability/monitors", body, 201)["data"]
    return data


def record(monitor: dict[str, Any], letters: str) -> None:
    start_ms = now_ms() // 60_000 * 60_000 - len(letters) * 60_000
    record_samples(measured(int(monitor["id"]), letters, start_ms))


def test_a_policy_is_given_and_shown(as_owner: Caller, monitor: dict[str, Any]) -> None:
    policy = {"retry_seconds": 10, "slow_ms": 900, "slow_factor": 2.5, "quorum": 1, "is_inverted": True}
    shop = make(as_owner, monitor["site_id"], "shop", dependencies=[monitor["id"]], **policy)
    assert {name: shop[name] for name in policy} == policy and shop["dependencies"] == [monitor["id"]]
    changed = as_owner.patch(f"/usability/monitors/{shop['id']}", {"slow_ms": None, "dependencies": []})
    assert changed["data"]["slow_ms"] is None and changed["data"]["dependencies"] == []


def test_wrong_values_are_named(as_owner: Caller, monitor: dict[str, Any]) -> None:
    body = {"retry_seconds": 0, "slow_factor": 1, "locations": "x", "dependencies": ["x"]}
    said = as_owner.patch(f"/usability/monitors/{monitor['id']}", body, 400)
    assert set(said["data"]["fields"]) == set(body)


def test_a_monitor_is_cloned(as_owner: Caller, monitor: dict[str, Any]) -> None:
    clone = as_owner.post(f"/usability/monitors/{monitor['id']}/clone", {"name": "twin"}, 201)["data"]
    assert (clone["name"], clone["config"]) == ("twin", monitor["config"]) and clone["id"] != monitor["id"]


def test_many_are_changed_at_once(as_owner: Caller, monitor: dict[str, Any]) -> None:
    said = as_owner.post(
        "/usability/monitors/bulk",
        {"act": "change", "filter": {"site_id": monitor["site_id"]}, "values": {"interval_seconds": 20}},
    )
    assert said["data"] == {"count": 1, "left": 0, "refused": {}}


def test_what_is_wrong_inside_is_named_with_its_place(as_owner: Caller, monitor: dict[str, Any]) -> None:
    body = {"act": "change", "filter": {"state": "SAD"}, "values": {"name": "all the same"}}
    said = as_owner.post("/usability/monitors/bulk", body, 400)
    assert said["data"]["fields"].keys() <= {"filter.state", "values.name"}


def test_a_policy_is_tried_before_it_is_saved(as_owner: Caller, monitor: dict[str, Any]) -> None:
    record(monitor, "uudduuddduuudddduu")
    said = as_owner.post(f"/usability/monitors/{monitor['id']}/backtest", {"confirm_count": 4, "days": 7})
    told = said["data"]
    assert (told["old"]["alerts"], told["new"]["alerts"]) == (3, 1)
    assert told["sentence"].startswith("would have alerted once instead of 3")
    assert told["new"]["first_delay_seconds"] == pytest.approx(180, abs=1) and told["samples"] == 18
    assert as_owner.get(f"/usability/monitors/{monitor['id']}")["data"]["confirm_count"] == 2


def test_an_incident_is_replayed(as_owner: Caller, as_viewer: Caller, monitor: dict[str, Any]) -> None:
    record(monitor, "uuddduuu")
    incident = db.session.query(Incident).one()
    told = as_viewer.get(f"/usability/incidents/{incident.id}/replay")["data"]
    assert told["is_same"] and told["match"]["level"] == "down" and told["differences"] == {}
    as_owner.patch(f"/usability/monitors/{monitor['id']}", {"confirm_count": 3})
    told = as_viewer.get(f"/usability/incidents/{incident.id}/replay")["data"]
    assert not told["is_same"] and set(told["differences"]) == {"opened_at"}
    assert told["changed_since"] == ["confirm_count"]


def test_others_have_nothing_of_it(as_stranger: Caller, monitor: dict[str, Any]) -> None:
    record(monitor, "uuddduuu")
    incident = db.session.query(Incident).one()
    as_stranger.get(f"/usability/incidents/{incident.id}/replay", 404)
    as_stranger.post(f"/usability/monitors/{monitor['id']}/backtest", {}, 404)
    as_stranger.post(f"/usability/monitors/{monitor['id']}/clone", {}, 404)
