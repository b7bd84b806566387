"""Two probes in two network namespaces: what one of them cannot reach is REGIONAL, never DOWN; a probe whose
own network is gone is not believed; one cut off from the broker loses nothing."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import pairwise
from typing import Any

import pytest

from tests.client import Api
from tests.places import PORT, TARGET, Place, need_namespaces, now_ms, places
from tests.stack import Stack, running_stack

pytestmark = pytest.mark.stack
PATIENCE_SECONDS = 60.0
INTERVAL = 1


class World:
    """A CloudEye with two places, and a monitor that both check."""

    def __init__(self, stack: Stack, first: Place, second: Place) -> None:
        self.stack, self.first, self.second = stack, first, second
        self.api: Api = stack.api()
        self.ids = {place.code: self._enter(place) for place in (first, second)}
        site = self.api.post("/sites", name="Far shop", base_url=f"http://{TARGET}:{PORT}/")
        self.monitor = self.api.post(
            "/usability/monitors",
            site_id=site["id"],
            type="http",
            name="home",
            interval_seconds=INTERVAL,
            timeout_seconds=1,
            config={"url": f"http://{TARGET}:{PORT}/"},
            locations=[first.code, second.code],
            quorum=2,
        )["id"]

    def _enter(self, place: Place) -> str:
        made = self.api.post(
            "/usability/locations", code=place.code, name=place.code, control_targets=[place.control]
        )
        place.start(made["key"])
        return str(made["id"])

    def state(self) -> str:
        return str(self.api.get(f"/usability/monitors/{self.monitor}")["state"])

    def wait_for(self, *states: str) -> None:
        self.wait(lambda: self.state() in states, f"{' or '.join(states)}, it is {self.state()}")

    def wait(self, is_so: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            assert time.monotonic() < end, f"waited for {what}\n{self.logs()}"
            time.sleep(0.2)

    def incidents(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.api.get(f"/usability/incidents?monitor_id={self.monitor}")["items"]
        return found

    def results(self, since_ms: int = 0) -> list[tuple[int, str, int, str | None]]:
        """(due, location, status, reason) of every raw result."""
        with closing(sqlite3.connect(self.stack.folder / "data" / "cloudeye.db")) as database:
            names = [
                name
                for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
                if name.startswith("check_result_")
            ]
            rows: list[tuple[int, str, int, str | None]] = []
            for name in names:
                rows += database.execute(
                    f"SELECT due_ms, l.code, status, reason FROM {name} r JOIN location l"
                    " ON l.number = r.location_number WHERE monitor_id = ? AND due_ms >= ?",
                    (int(self.monitor), since_ms),
                ).fetchall()
        return rows

    def slots(self, code: str, since_ms: int) -> Counter[int]:
        return Counter(due for due, place, _, _ in self.results(since_ms) if place == code)

    def logs(self) -> str:
        probes = [(place.folder / "probe.log").read_text()[-1500:] for place in (self.first, self.second)]
        return "\n".join((*probes, self.stack.logs()))


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    need_namespaces()
    with running_stack() as stack:
        broker = stack.folder / "data" / "run" / "redis.sock"
        with places(stack.folder, broker, "aaa", "bbb") as (first, second):
            made = World(stack, first, second)
            made.wait_for("UP")
            yield made


def test_a_partition_of_one_place_is_regional_and_heals(world: World) -> None:
    world.first.part_from_target()
    try:
        world.wait_for("REGIONAL")
        (incident,) = world.incidents()
        world.wait(lambda: world.incidents()[0]["category"] is not None, "a cause")
    finally:
        world.first.join_target()
    votes = {vote["location"]: vote["status"] for vote in incident["votes"]["opened"]}
    assert incident["level"] == "regional" and votes == {"aaa": "down", "bbb": "up"}
    world.wait_for("UP")
    world.wait(lambda: world.incidents()[0]["state"] == "closed", "the incident's end")
    (after,) = world.incidents()
    assert (after["category"], after["rule"]) == ("route", "path_from_some_places")
    closed = {vote["location"]: vote["status"] for vote in after["votes"]["closed"]}
    assert closed == {"aaa": "up", "bbb": "up"}


def test_what_no_place_can_reach_is_down(world: World) -> None:
    before = len(world.incidents())
    world.first.part_from_target()
    world.second.part_from_target()
    try:
        world.wait_for("DOWN")
    finally:
        world.first.join_target()
        world.second.join_target()
    world.wait_for("UP")
    newest = world.incidents()[0]
    assert len(world.incidents()) == before + 1 and newest["level"] in ("down", "regional")


def test_a_probe_without_a_network_of_its_own_is_not_believed(world: World) -> None:
    before, since = len(world.incidents()), now_ms()
    world.first.part_from_control()
    world.first.part_from_target()
    try:
        world.wait(lambda: len(_reasons(world, since, "aaa")) >= 8, "results of the place without a network")
        location = world.api.get(f"/usability/locations/{world.ids['aaa']}")
        world.wait(
            lambda: world.api.get(f"/usability/locations/{world.ids['aaa']}")["state"] == "offline", "offline"
        )
        assert world.state() == "UP" and location["state"] in ("ok", "offline")
    finally:
        world.first.join_target()
        world.first.join_control()
    # The first ones may have been under way when the wire was cut; none of them is a failure of the target.
    assert {status for _, place, status, _ in world.results(since) if place == "aaa"} <= {1, 3}
    assert len(world.incidents()) == before
    world.wait(
        lambda: world.api.get(f"/usability/locations/{world.ids['aaa']}")["state"] == "ok",
        "the network again",
    )


def _reasons(world: World, since_ms: int, code: str) -> list[str | None]:
    return [
        reason
        for _, place, status, reason in world.results(since_ms)
        if place == code and status == 3 and reason == "probe_offline"
    ]


def test_a_place_cut_off_from_the_broker_loses_nothing(world: World) -> None:
    before, since = len(world.incidents()), now_ms()
    world.wait(lambda: len(world.slots("bbb", since)) >= 3, "results before the cut")
    world.second.relay.cut()
    time.sleep(6)
    assert world.state() == "UP"
    measured_before = set(world.slots("bbb", since))
    world.second.relay.heal()
    world.wait(lambda: len(set(world.slots("bbb", since)) - measured_before) >= 5, "results after the cut")
    doubled = [due for due, count in world.slots("bbb", since).items() if count > 1]
    assert doubled == [] and measured_before <= set(world.slots("bbb", since))
    assert len(world.incidents()) == before and world.state() == "UP"
    # The other place went on all the while.
    first = sorted(world.slots("aaa", since))
    gaps = [later - earlier for earlier, later in pairwise(first)]
    assert max(gaps) <= 3 * INTERVAL * 1000
