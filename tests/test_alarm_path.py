"""A parent and twenty children fail and recover, with every process running: one message each time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from tests.client import Api
from tests.engine.notify.receiver import Hook, running_hook
from tests.stack import Stack, running_stack

pytestmark = pytest.mark.stack
CHILDREN = 20
PATIENCE = 30.0


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running_stack() as stack:
        yield stack


def kinds(hook: Hook) -> list[str]:
    return [json.loads(each.body)["type"] for each in hook.requests]


def wait_until(api: Api, state: str) -> None:
    """Until every monitor that is not paused is in this state."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        states = {each["state"] for each in api.get("/usability/monitors", limit=100)["items"]} - {"PAUSED"}
        if states == {state}:
            return
        time.sleep(0.1)
    pytest.fail(f"the monitors are {states}, not all {state}")


def pause_all(api: Api) -> None:
    """The next test's monitors are to be the only ones."""
    for each in api.get("/usability/monitors", limit=100)["items"]:
        api.post(f"/usability/monitors/{each['id']}/pause")


def wait_for(hook: Hook, count: int) -> list[str]:
    end = time.monotonic() + PATIENCE
    while len(hook.requests) < count and time.monotonic() < end:
        time.sleep(0.05)
    return kinds(hook)


def add_monitors(api: Api, url: str) -> str:
    """A router and what hangs on it; the router's id."""
    site = api.post("/sites", name="Branch office", base_url=url)
    values: dict[str, Any] = {"site_id": site["id"], "type": "http", "config": {"url": url}}
    values |= {"interval_seconds": 1, "confirm_count": 2, "recover_count": 2}
    router: str = api.post("/usability/monitors", name="router", **values)["id"]
    for number in range(CHILDREN):
        child = api.post("/usability/monitors", name=f"desk {number}", **values)
        api.patch(f"/usability/monitors/{child['id']}/parents", parents=[router])
    return router


def test_a_parent_and_its_children_are_one_message_and_one_at_their_end(stack: Stack) -> None:
    api = stack.api()
    with running_hook() as office, running_hook() as receiver:
        api.post("/channels", type="webhook", name="hook", config={"url": receiver.url})
        router = add_monitors(api, office.url)
        wait_until(api, "UP")
        office.status = 500
        wait_until(api, "DOWN")
        assert wait_for(receiver, 1) == ["incident.opened"]
        # Longer than any child would have waited for a parent that is well.
        time.sleep(5)
        assert kinds(receiver) == ["incident.opened"]
        office.status = 200
        wait_until(api, "UP")
        assert wait_for(receiver, 2) == ["incident.opened", "incident.closed"]
        time.sleep(3)
        assert len(receiver.requests) == 2
        said = json.loads(receiver.requests[0].body)["data"]
        assert said["monitor"]["id"] == router and said["incident"]["level"] == "down"
        pause_all(api)
    held = {each["monitor"] for each in api.get("/usability/incidents", limit=100)["items"]}
    assert len(held) == 1 + CHILDREN


def test_a_lone_incident_is_told_at_once(stack: Stack) -> None:
    api = stack.api()
    arrived: list[float] = []
    with running_hook() as office, running_hook() as receiver:

        def note_and_answer(handler: BaseHTTPRequestHandler) -> None:
            arrived.append(time.time())
            receiver._answer(handler)

        receiver.answer = note_and_answer
        channel = api.post("/channels", type="webhook", name="lone", config={"url": receiver.url})
        site = api.post("/sites", name="Lone", base_url=office.url)
        monitor = api.post(
            "/usability/monitors",
            site_id=site["id"],
            type="http",
            name="lone",
            interval_seconds=1,
            config={"url": office.url},
        )
        wait_until(api, "UP")
        office.status = 500
        assert wait_for(receiver, 1) == ["incident.opened"]
        (incident,) = api.get("/usability/incidents", monitor_id=monitor["id"])["items"]
        opened = datetime.fromisoformat(incident["opened_at"]).timestamp()
        assert arrived[0] - opened < 2.0
        notices = api.get(f"/usability/incidents/{incident['id']}/notices")["items"]
        assert [(each["state"], each["channel_id"]) for each in notices if each["channel"] == "lone"] == [
            ("told", channel["id"])
        ]
