"""The probe's side of a message: what is still worth checking, and that everything measured is sent."""

from __future__ import annotations

import threading
from collections.abc import Callable

import orjson
import pytest
from flask import Flask
from kombu.exceptions import OperationalError

from app.core.clock import now_ms
from app.core.signing import seal
from app.core.snowflake import use_worker_number
from app.engine.usability.types import Check, Sample
from app.service.location import probe_side
from app.service.queue import own_key
from tasks import post, probe


@pytest.fixture(autouse=True)
def numbered() -> None:
    use_worker_number(1)


def sample(number: int) -> Sample:
    nothing = (None,) * 6
    return Sample(0, number, "default", 1000, 1000, "up", None, {}, *nothing, 0.0, 0.0, 200, "127.0.0.1", {})


@pytest.mark.parametrize(
    ("age_ms", "interval_ms", "fresh"),
    [
        (0, 1_000, True),
        (9_000, 1_000, True),
        (11_000, 1_000, False),
        (200_000, 300_000, True),
        (-1_000, 1_000, True),
        (-120_000, 300_000, False),
    ],
)
def test_a_slot_of_another_time_is_not_checked(age_ms: int, interval_ms: int, fresh: bool) -> None:
    assert probe.is_fresh(1_000_000, interval_ms, 1_000_000 + age_ms) is fresh


def test_it_sends_everything_and_then_the_task_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr(post, "send_results", lambda wire, token: sent.append(wire))
    out, batch = post.Post(), post.Batch(3)
    for number in range(3):
        out.take(sample(number), batch)
    batch.wait()
    assert sum(wire.count('"127.0.0.1"') for wire in sent) == 3


def test_samples_of_several_tasks_travel_together(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr(post, "send_results", lambda wire, token: sent.append(wire))
    monkeypatch.setattr(post, "MOST", 4)
    out, batches = post.Post(), [post.Batch(2), post.Batch(2)]
    for number, batch in enumerate([*batches, *batches]):
        out.take(sample(number), batch)
    for batch in batches:
        batch.wait()
    assert [wire.count('"127.0.0.1"') for wire in sent] == [4]


def test_a_slow_target_does_not_hold_back_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    arrived = threading.Event()
    monkeypatch.setattr(post, "send_results", lambda wire, token: arrived.set())
    monkeypatch.setattr(post, "FLUSH_SECONDS", 0.01)
    out, batch = post.Post(), post.Batch(2)
    out.take(sample(1), batch)
    assert arrived.wait(5)
    out.take(sample(2), batch)
    batch.wait()


def test_it_keeps_samples_while_the_broker_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str] = []

    def send(wire: str, token: str) -> None:
        tries.append(wire)
        if len(tries) < 3:
            raise OperationalError("away")

    monkeypatch.setattr(post, "send_results", send)
    monkeypatch.setattr("tasks.post.time.sleep", lambda seconds: None)
    post.send_patiently([sample(1)])
    assert len(tries) == 3 and len(set(tries)) == 1


def test_what_cannot_be_told_of_one_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr(post, "send_results", lambda wire, token: sent.append(wire))
    odd = sample(1)
    odd.facts = {"evidence": {"title": "half a pair: \ud83c"}}
    post.send_patiently([odd, sample(2)])
    first, second = map(Sample.from_wire, orjson.loads(sent[0]))
    assert (first.status, first.reason, first.facts) == ("unknown", "probe_error", {})
    assert second == sample(2)


class Nowhere:
    """Stands for the engine: notes what it is asked to check."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def submit(self, checks: list[Check], take: Callable[[Sample], None]) -> None:
        for check in checks:
            self.asked.append(check.monitor_id)
            take(sample(check.monitor_id))


@pytest.fixture
def nowhere(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Nowhere:
    made = Nowhere()
    monkeypatch.setattr(probe, "engine", lambda: made)
    monkeypatch.setattr(post, "send_results", lambda wire, token: None)
    probe_side.refused.clear()
    return made


SLOT = ["http", {"url": "http://127.0.0.1:9/"}, 1000, 60_000, [], False]


def batch_for(location: str, key: bytes) -> list[object]:
    body = orjson.dumps([["7", now_ms(), orjson.dumps(SLOT).decode()]]).decode()
    return seal(key, "probe.batch", location, now_ms(), f"tcp://192.0.2.1:443\n{body}")


def test_it_makes_the_checks_of_a_batch_that_is_signed(nowhere: Nowhere) -> None:
    probe.run_batch(*batch_for("default", own_key()))
    assert nowhere.asked == [7] and not probe_side.refused
    assert probe_side.control_targets() == ("tcp://192.0.2.1:443",)


@pytest.mark.parametrize(
    ("location", "key", "reason"),
    [("default", b"somebody else's", "bad_signature"), ("paris", None, "foreign_location")],
)
def test_it_drops_a_batch_that_is_not_its_own(
    nowhere: Nowhere, location: str, key: bytes | None, reason: str
) -> None:
    probe.run_batch(*batch_for(location, key or own_key()))
    assert nowhere.asked == [] and probe_side.refused == {reason: 1}


def test_it_drops_a_batch_without_a_signature(nowhere: Nowhere) -> None:
    probe.run_batch([["7", now_ms(), orjson.dumps(SLOT).decode()]])
    probe.run_now("7", now_ms(), orjson.dumps(SLOT).decode(), "")
    assert nowhere.asked == [] and probe_side.refused == {"unsigned": 1, "foreign_location": 1}
