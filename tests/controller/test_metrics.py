"""/metrics: who may read it, what it tells, and that the dashboard asks for nothing else."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from app.controller.common import measure
from app.core.redis import use_redis
from app.service.actor import Actor
from app.service.health.beat import beat
from app.service.health.vitals import vitals_of
from app.service.location.refused import bury
from app.service.monitor.manage import create_monitor
from app.service.scheduling import schedule
from app.service.site import create_site
from config.env import ROOT
from tests.cast import Caller

TOKEN = "a-token-for-prometheus"
DASHBOARD = ROOT / "deploy" / "grafana" / "cloudeye.json"
Told = dict[str, dict[tuple[tuple[str, str], ...], float]]


@pytest.fixture
def open_app(app: Flask) -> Iterator[Flask]:
    app.config["METRICS_TOKEN"] = TOKEN
    yield app


def read(app: Flask) -> Told:
    """Every sample's value by name and labels."""
    answer = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200, answer.text
    return parsed(answer.text)


def parsed(text: str) -> Told:
    told: Told = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            told.setdefault(sample.name, {})[tuple(sorted(sample.labels.items()))] = sample.value
    return told


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the meters of this process would be kept, which has none there yet."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    monkeypatch.setattr(measure, "_has_room", False)
    return tmp_path


def test_the_room_of_the_meters_is_taken_before_they_are_written(app: Flask, kept: Path) -> None:
    app.test_client().get("/healthz")
    found = [path.stat() for path in kept.glob("*.db")]
    assert len(found) == 2 and all(each.st_blocks * 512 >= each.st_size > 0 for each in found)


def test_without_room_on_the_disk_requests_are_answered_all_the_same(
    app: Flask, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        full.setattr(os, "posix_fallocate", refuse)
        assert app.test_client().get("/healthz").status_code == 200
    assert list(kept.glob("*.db")) == []


def test_there_is_none_while_no_token_is_set(app: Flask) -> None:
    assert app.test_client().get("/metrics").status_code == 404


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}]
)
def test_it_is_for_who_has_the_token(open_app: Flask, header: dict[str, str]) -> None:
    assert open_app.test_client().get("/metrics", headers=header).status_code == 401


def test_a_logged_in_owner_is_not_enough(open_app: Flask, as_owner: Caller) -> None:
    assert as_owner.client.get("/metrics").status_code == 401


def test_requests_are_counted_by_route_and_status(open_app: Flask, as_owner: Caller) -> None:
    route = "/api/cloudeye/v1/sites/<id:site_id>"
    key = (("method", "GET"), ("route", route), ("status", "404"))
    timer, route_of_it = "cloudeye_http_request_seconds_count", (("method", "GET"), ("route", route))
    first = read(open_app)
    before = first.get("cloudeye_http_requests_total", {}).get(key, 0)
    timed = first.get(timer, {}).get(route_of_it, 0)
    as_owner.get("/sites/12345", 404)
    told = read(open_app)
    assert told["cloudeye_http_requests_total"][key] == before + 1
    assert told[timer][route_of_it] == timed + 1


def test_addresses_that_do_not_exist_are_one_route(open_app: Flask) -> None:
    for number in range(5):
        open_app.test_client().get(f"/nowhere/{number}")
    routes = {dict(labels)["route"] for labels in read(open_app)["cloudeye_http_requests_total"]}
    assert "none" in routes and not any("nowhere" in route for route in routes)


def test_it_tells_states_queues_and_how_late_the_schedule_is(open_app: Flask, owner: Actor) -> None:
    site = create_site(owner, {"name": "Shop", "base_url": "http://127.0.0.1:9/"})
    config = {"url": "http://127.0.0.1:9/"}
    create_monitor(owner, {"site_id": site.id, "type": "http", "name": "home", "config": config})
    schedule.reconcile()
    told = read(open_app)
    assert told["cloudeye_monitors"][(("state", "PENDING"),)] == 1
    assert told["cloudeye_monitors"][(("state", "DOWN"),)] == 0
    assert told["cloudeye_schedule_checks"][(("due", "default"),)] == 1
    assert told["cloudeye_schedule_lag_seconds"][(("due", "default"),)] < 5
    assert told["cloudeye_queue_messages"][(("queue", "record"),)] == 0
    assert told["cloudeye_part_up"][(("part", "database"),)] == 1
    assert told["cloudeye_part_up"][(("part", "recorder"),)] == 0


def test_a_schedule_that_nobody_sends_is_late(open_app: Flask, redis_client: redis.Redis) -> None:
    redis_client.zadd("due:default", {"1": 1_000.0})
    assert read(open_app)["cloudeye_schedule_lag_seconds"][(("due", "default"),)] > 1_000


def test_a_process_tells_what_it_takes_with_its_heartbeat(open_app: Flask) -> None:
    beat("recorder")
    told = read(open_app)
    own = [
        value
        for labels, value in told["cloudeye_process_resident_bytes"].items()
        if ("process", "recorder") in labels
    ]
    assert own and own[0] > 2**20
    web = [labels for labels in told["cloudeye_process_cpu_seconds_total"] if ("process", "web") in labels]
    assert len(web) == 1


def test_it_goes_on_without_redis(open_app: Flask) -> None:
    use_redis(redis.Redis.from_url("unix:///nowhere/redis.sock", retry=None))
    told = read(open_app)
    assert told["cloudeye_part_up"][(("part", "redis"),)] == 0
    assert told["cloudeye_monitors"] and "cloudeye_schedule_lag_seconds" not in told


def test_the_first_refused_message_is_an_increase(open_app: Flask) -> None:
    key = (("reason", "unsigned"),)
    before = read(open_app)["cloudeye_messages_refused_total"][key]
    bury(["x"], "unsigned", "paris")
    assert (before, read(open_app)["cloudeye_messages_refused_total"][key]) == (0, 1)


def test_vitals_are_those_of_the_process() -> None:
    vitals = vitals_of(os.getpid())
    assert vitals is not None and vitals.resident_bytes > 2**20 and vitals.open_files > 2
    assert vitals_of(2**22 + 1) is None


def test_the_dashboard_asks_for_names_that_are_there(open_app: Flask, as_owner: Caller) -> None:
    as_owner.get("/sites")
    beat("recorder")
    known = set(read(open_app))
    asked = set(re.findall(r"cloudeye_\w+", " ".join(queries())))
    assert asked - known == set()
    assert len(asked) >= 15


def test_every_panel_of_the_dashboard_has_a_place_and_a_query() -> None:
    panels = [each for each in json.loads(DASHBOARD.read_text())["panels"] if each["type"] != "row"]
    assert len(panels) >= 12 and all(panel["targets"] and panel["title"] for panel in panels)
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
    assert len(set(places)) == len(places)
    for query in queries():
        assert query.count("(") == query.count(")") and query.count("{") == query.count("}"), query


def queries() -> list[str]:
    document = json.loads(DASHBOARD.read_text())
    asked = [target["expr"] for panel in document["panels"] for target in panel.get("targets", ())]
    return asked + [each["query"] for each in document["templating"]["list"] if "query" in each]


WORKER = """
import sys
from app.controller.common.measure import meters
_, answered, _ = meters()
answered.labels("GET", "/", "200").inc(int(sys.argv[1]))
"""


def test_it_adds_up_what_all_workers_counted(
    open_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    for count in ("2", "3"):
        subprocess.run([sys.executable, "-c", WORKER, count], cwd=ROOT, check=True, timeout=60)
    key = (("method", "GET"), ("route", "/"), ("status", "200"))
    assert read(open_app)["cloudeye_http_requests_total"][key] == 5


def test_a_worker_that_has_counted_nothing_yet_tells_what_the_web_takes(
    open_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    subprocess.run([sys.executable, "-c", WORKER, "1"], cwd=ROOT, check=True, timeout=60)
    told = read(open_app)["cloudeye_process_resident_bytes"]
    assert "web" in {dict(labels)["process"] for labels in told}
