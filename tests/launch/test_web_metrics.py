"""/metrics of a whole CloudEye with two web workers, and after its workers were replaced."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from tests import servers
from tests.controller.test_metrics import TOKEN, Told, parsed
from tests.stack import Stack, running_stack

pytestmark = pytest.mark.stack
KEY = (("method", "GET"), ("route", "/login"), ("status", "200"))


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running_stack(CLOUDEYE_WEB_WORKERS="2", CLOUDEYE_METRICS_TOKEN=TOKEN) as running:
        yield running


def told(stack: Stack) -> Told:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = requests.get(f"{stack.base_url}/metrics", headers=headers, timeout=60)
    assert answer.status_code == 200, answer.text
    return parsed(answer.text)


def asked(stack: Stack) -> float:
    return told(stack).get("cloudeye_http_requests_total", {}).get(KEY, 0)


def test_whichever_worker_answers_it_tells_of_all(stack: Stack) -> None:
    before = asked(stack)
    for _ in range(20):
        requests.get(f"{stack.base_url}/login", timeout=60)
    assert [asked(stack) for _ in range(8)] == [before + 20] * 8


def test_a_reload_loses_no_count(stack: Stack) -> None:
    requests.get(f"{stack.base_url}/login", timeout=60)
    before = asked(stack)
    stack.supervisorctl("signal", "HUP", "web")
    servers.wait_for(lambda: asked(stack) >= before, "the new workers")
    requests.get(f"{stack.base_url}/login", timeout=60)
    assert asked(stack) == before + 1


def test_every_process_tells_what_it_takes(stack: Stack) -> None:
    known = {dict(labels)["process"] for labels in told(stack)["cloudeye_process_resident_bytes"]}
    assert {"web", "scheduler", "worker", "recorder", "tamper"} <= known


def test_all_parts_are_up(stack: Stack) -> None:
    up = {dict(labels)["part"]: value for labels, value in told(stack)["cloudeye_part_up"].items()}
    assert {name for name, value in up.items() if not value} == set()
    assert told(stack)["cloudeye_schedule_lag_seconds"][(("due", "default"),)] < 5
