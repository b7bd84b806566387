"""The probe's side of a message: what is still worth checking, and that everything measured is sent."""

from __future__ import annotations

import threading

import pytest
from kombu.exceptions import OperationalError

from app.core.snowflake import use_worker_number
from app.engine.usability.types import Sample
from tasks import probe


@pytest.fixture(autouse=True)
def numbered() -> None:
    use_worker_number(1)


def sample(number: int) -> Sample:
    nothing = (None,) * 6
    return Sample(0, number, "default", 1000, 1000, "up", None, {}, *nothing, 0.0, 0.0, 200, "127.0.0.1", {})


@pytest.mark.parametrize(
    ("age_ms", "interval_ms", "fresh"),
    [(0, 1_000, True), (29_000, 1_000, True), (31_000, 1_000, False), (200_000, 300_000, True)],
)
def test_a_slot_that_waited_too_long_is_not_checked(age_ms: int, interval_ms: int, fresh: bool) -> None:
    assert probe.is_fresh(1_000_000, interval_ms, 1_000_000 + age_ms) is fresh


def test_it_sends_everything_and_then_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr(probe, "send_results", lambda wire, token: sent.append(wire))
    batch = probe.Batch(3)
    worker = threading.Thread(target=batch.send_all)
    worker.start()
    for number in range(3):
        batch.take(sample(number))
    worker.join(5)
    assert not worker.is_alive() and sum(wire.count('"127.0.0.1"') for wire in sent) == 3


def test_a_slow_target_does_not_hold_back_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    arrived = threading.Event()
    monkeypatch.setattr(probe, "send_results", lambda wire, token: arrived.set())
    batch = probe.Batch(2)
    worker = threading.Thread(target=batch.send_all)
    worker.start()
    batch.take(sample(1))
    assert arrived.wait(5)
    batch.take(sample(2))
    worker.join(5)
    assert not worker.is_alive()


def test_it_keeps_samples_while_the_broker_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str] = []

    def send(wire: str, token: str) -> None:
        tries.append(wire)
        if len(tries) < 3:
            raise OperationalError("away")

    monkeypatch.setattr(probe, "send_results", send)
    monkeypatch.setattr("tasks.probe.time.sleep", lambda seconds: None)
    batch = probe.Batch(1)
    batch.take(sample(1))
    batch.send_all()
    assert len(tries) == 3 and len(set(tries)) == 1
