"""Whatever comes late, in whatever order: roll-ups and packs come to the same."""

from __future__ import annotations

import random

import pytest

from app.core.clock import now_ms
from app.engine.usability.series.packing import Stored
from app.engine.usability.types import Sample
from app.models import Monitor, db
from app.models.pack import begin_packing
from app.models.result import day_of
from app.service.actor import Actor
from app.service.recording.record import record_samples
from app.service.results.packing import pack_closed
from app.service.results.samples import iter_samples
from app.service.rollup.read import rollups
from app.service.rollup.roller import roll
from tests.measured import sample_of
from tests.service.series.scene import DAY, HOUR, MINUTE, make_monitor

FIVE = 5 * MINUTE


def measured(monitor: Monitor, due_ms: int, status: str = "up") -> Sample:
    return sample_of(monitor.id, due_ms, status, None if status == "up" else "connect_refused")


@pytest.mark.parametrize("seed", range(3))
def test_no_order_of_arrival_changes_a_roll_up(monitor: Monitor, seed: int) -> None:
    """Samples come at random moments up to two hours late, while the roller takes its turns."""
    chance = random.Random(seed)
    start = now_ms() // HOUR * HOUR - 6 * HOUR
    samples = [
        measured(monitor, start + place * MINUTE, chance.choice(["up", "up", "up", "down"]))
        for place in range(120)
    ]
    arrival = sorted(samples, key=lambda each: each.due_ms + chance.random() * 2 * HOUR)
    at_ms = start
    for begin in range(0, len(arrival), 15):
        record_samples(arrival[begin : begin + 15])
        at_ms += 30 * MINUTE
        roll(min(at_ms, now_ms()), seconds=60, rest=lambda _seconds: None)
    roll(now_ms(), seconds=60, rest=lambda _seconds: None)
    for kind in ("5m", "1h"):
        made = rollups(monitor.id, MINUTE, start, start + 3 * HOUR, kind)
        failed = sum(each.counts[1] for each in made.values())
        covered = sum(each.covered_ms[1] for each in made.values())
        down = sum(each.status == "down" for each in samples)
        assert (failed, covered) == (down, down * MINUTE)


@pytest.mark.parametrize("seconds", [600, 1500])
def test_a_second_look_of_a_long_interval_counts_for_the_time_until_it_only(
    us: Actor, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    """A check an hour fails and succeeds when it is looked at again: the failure is as long as until then."""
    monitor = make_monitor(us, interval_seconds=3600)
    start = now_ms() // HOUR * HOUR - 5 * HOUR
    looks = [("up", 0), ("down", HOUR), ("up", HOUR + seconds * 1000), ("up", 2 * HOUR), ("up", 3 * HOUR)]
    for status, after in looks:
        monkeypatch.setattr("app.service.recording.record.now_ms", lambda at=start + after: at + 1000)
        record_samples([measured(monitor, start + after, status)])
        roll(start + after + 8 * MINUTE, seconds=60, rest=lambda _seconds: None)
    roll(start + 4 * HOUR, seconds=60, rest=lambda _seconds: None)
    for kind in ("5m", "1h"):
        made = rollups(monitor.id, HOUR, start, start + 4 * HOUR, kind).values()
        assert sum(each.covered_ms[1] for each in made) == seconds * 1000
        assert sum(sum(each.covered_ms) for each in made) == 4 * HOUR


def test_the_recorder_finds_its_table_renamed_and_makes_another(monitor: Monitor) -> None:
    noon = now_ms() // DAY * DAY - DAY - DAY // 2
    record_samples([measured(monitor, noon)])
    db.session.commit()
    assert begin_packing(db.engine, day_of(noon))
    record_samples([measured(monitor, noon + MINUTE), measured(monitor, noon)])
    pack_closed(rest=lambda _seconds: None)
    pack_closed(rest=lambda _seconds: None)
    kept: list[Stored] = list(iter_samples(monitor.id, noon - DAY, noon + DAY))
    assert [each.due_ms for each in kept] == [noon, noon + MINUTE]
