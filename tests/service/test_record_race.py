"""Several recorders at once on MariaDB: they wait for each other, never for ever, and record once."""

from __future__ import annotations

import random
import threading
from contextlib import nullcontext

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core.clock import now_ms
from app.engine.usability.types import Sample
from app.models import Incident, Monitor, MonitorState, base, db
from app.models.result import day_of, result_table
from app.service.monitor.manage import create_monitor
from app.service.recording.record import record_samples
from app.service.site import create_site
from tests.cast import make_organization, make_user
from tests.measured import measured

URL = "http://127.0.0.1:9/"
MONITORS, RECORDERS, SAMPLES = 8, 3, 12


def make_monitors() -> list[Monitor]:
    us = make_user(make_organization("ours"), "owner", "owner")
    site = create_site(us, {"name": "Shop", "base_url": URL})
    values = {"site_id": site.id, "type": "http", "interval_seconds": 60, "config": {"url": URL}}
    return [create_monitor(us, {**values, "name": f"m{number}"}) for number in range(MONITORS)]


def shuffled(samples: list[Sample], seed: int) -> list[list[Sample]]:
    """All of them in messages of ten, in an order of the recorder's own."""
    chance = random.Random(seed)
    order = sorted(samples, key=lambda each: each.due_ms // 240_000 + chance.random())
    return [order[start : start + 10] for start in range(0, len(order), 10)]


def test_they_record_the_same_slots_once_and_without_a_deadlock(
    mariadb_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monitors = make_monitors()
    start_ms = now_ms() - SAMPLES * 60_000
    samples = [each for monitor in monitors for each in measured(monitor.id, "uuuudddduuuu", start_ms)]
    monkeypatch.setattr(base, "_write_lock", nullcontext())  # As in processes of their own.
    failed: list[BaseException] = []

    def work(seed: int) -> None:
        try:
            with mariadb_app.app_context():
                for message in shuffled(samples, seed):
                    record_samples(message)
        except BaseException as error:
            failed.append(error)

    record_samples(samples[:1])
    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(RECORDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    table = result_table(day_of(start_ms))
    stored = db.session.scalar(select(func.count()).select_from(table))
    assert day_of(start_ms) != day_of(now_ms()) or stored == len(samples)
    assert set(db.session.scalars(select(MonitorState.state))) == {"UP"}
    found = db.session.scalars(select(Incident).where(Incident.is_withdrawn.is_(False))).all()
    assert [each.closed_at is not None for each in found] == [True] * MONITORS
