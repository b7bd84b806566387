"""Stored results judged again: an incident, and a policy that is not saved yet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.core.clock import from_ms, now_ms
from app.core.errors import ConflictError, InvalidError, NotFoundError
from app.engine.usability.state.baseline import Usual
from app.models import Event, Incident, LatencyBaseline, Monitor, db, write
from app.service.actor import Actor
from app.service.monitor.manage import change_monitor, create_monitor
from app.service.recording.record import record_samples
from app.service.recording.replay import replay_incident, try_policy
from app.service.site import create_site
from tests.measured import measured

URL = "http://127.0.0.1:9/"
MINUTE = 60_000


@pytest.fixture
def monitor(app: Flask, owner: Actor) -> Monitor:
    site = create_site(owner, {"name": "Shop", "base_url": URL})
    return create_monitor(owner, {"site_id": site.id, "type": "http", "name": "home", "config": {"url": URL}})


def start() -> int:
    """Two hours ago, on the minute."""
    return now_ms() // MINUTE * MINUTE - 120 * MINUTE


def record(monitor: Monitor, letters: str, **values: Any) -> None:
    record_samples(measured(monitor.id, letters, start(), **values))


def incident_of(monitor: Monitor) -> Incident:
    return db.session.query(Incident).filter_by(monitor_id=monitor.id).one()


def test_a_replay_finds_the_incident_again(monitor: Monitor, owner: Actor) -> None:
    record(monitor, "uuudddduuu")
    told = replay_incident(owner, incident_of(monitor).id)
    assert told.is_same and told.samples == 10 and len(told.episodes) == 1


def test_a_replay_says_what_is_different_and_what_was_changed(monitor: Monitor, owner: Actor) -> None:
    record(monitor, "uuudddduuu")
    change_monitor(owner, monitor.id, {"confirm_count": 3})
    told = replay_incident(owner, incident_of(monitor).id)
    assert not told.is_same and list(told.differences) == ["opened_at"]
    assert told.changed_since == ["confirm_count"]


def test_a_replay_says_that_it_would_not_have_been(monitor: Monitor, owner: Actor) -> None:
    record(monitor, "uuudduuu")
    change_monitor(owner, monitor.id, {"confirm_count": 5})
    told = replay_incident(owner, incident_of(monitor).id)
    assert told.match is None and told.episodes == [] and not told.is_same


def test_an_incident_of_a_watched_page_is_not_replayed(monitor: Monitor, owner: Actor) -> None:
    with write() as session:
        found = Incident(
            organization_id=owner.organization_id,
            site_id=monitor.site_id,
            cause="tamper",
            started_at=from_ms(now_ms()),
            opened_at=from_ms(now_ms()),
        )
        session.add(found)
    with pytest.raises(ConflictError):
        replay_incident(owner, found.id)


def test_others_incidents_and_monitors_are_not_there(monitor: Monitor, stranger: Actor) -> None:
    record(monitor, "uuudddduuu")
    with pytest.raises(NotFoundError):
        replay_incident(stranger, incident_of(monitor).id)
    with pytest.raises(NotFoundError):
        try_policy(stranger, monitor.id, {})


def test_a_calmer_policy_would_have_alerted_less_often(monitor: Monitor, owner: Actor) -> None:
    record(monitor, "uudduuudduuuddddduu")
    trial = try_policy(owner, monitor.id, {"confirm_count": 4})
    assert (len(trial.result.old.episodes), len(trial.result.new.episodes)) == (3, 1)
    assert trial.is_shortened and trial.notes == []


def test_another_limit_is_tried_on_the_measured_times(monitor: Monitor, owner: Actor) -> None:
    record(monitor, "uuuuuuuu", total_ms=700.0)
    trial = try_policy(owner, monitor.id, {"slow_ms": 500})
    assert [each.level.value for each in trial.result.new.episodes] == ["DEGRADED"]


def test_what_was_usual_is_tried_too(monitor: Monitor, owner: Actor) -> None:
    record(monitor, "uuuuuuuu", total_ms=700.0)
    usual = Usual([100.0] * 168, [150.0] * 168)
    with write() as session:
        session.add(LatencyBaseline(monitor_id=monitor.id, learned_ms=1, body=usual.to_bytes()))
    trial = try_policy(owner, monitor.id, {"slow_factor": 3.0})
    assert len(trial.result.new.episodes) == 1 and trial.notes == ["learned"]


def test_it_says_when_nothing_has_been_learned_yet(monitor: Monitor, owner: Actor) -> None:
    record(monitor, "uuuu")
    assert try_policy(owner, monitor.id, {"slow_factor": 3.0}).notes == ["nothing_learned"]


def test_it_says_that_a_retry_is_a_guess(monitor: Monitor, owner: Actor) -> None:
    record(monitor, "uudddduu")
    trial = try_policy(owner, monitor.id, {"retry_seconds": 10})
    old, new = trial.result.old.first_delay_ms, trial.result.new.first_delay_ms
    assert trial.notes == ["retry"] and old is not None and new is not None and new < old


def test_a_pause_is_a_pause_in_the_trial_too(monitor: Monitor, owner: Actor) -> None:
    record(monitor, "uuddduuddd")
    with write() as session:
        for minute, kind in ((5, "monitor.paused"), (6, "monitor.pending")):
            at = from_ms(start()) + timedelta(minutes=minute - 0.5)
            values = {"organization_id": owner.organization_id, "site_id": monitor.site_id}
            session.add(Event(**values, monitor_id=monitor.id, kind=kind, at=at))
    first = try_policy(owner, monitor.id, {}).result.old.episodes[0]
    assert first.closed_ms == start() + int(4.5 * MINUTE)


def test_values_that_do_not_fit_are_named(monitor: Monitor, owner: Actor) -> None:
    with pytest.raises(InvalidError) as caught:
        try_policy(owner, monitor.id, {"retry_seconds": 60})
    assert list(caught.value.fields) == ["retry_seconds"]


def test_without_results_nothing_would_have_alerted(monitor: Monitor, owner: Actor) -> None:
    trial = try_policy(owner, monitor.id, {"confirm_count": 1})
    assert trial.days == 0 and trial.result.new.episodes == []


def test_what_came_too_late_to_count_does_not_count_in_a_trial(monitor: Monitor, owner: Actor) -> None:
    record(monitor, "u" * 40)
    record_samples(measured(monitor.id, "ddd", start() + MINUTE // 2, every_ms=1000))
    assert db.session.query(Incident).count() == 0
    trial = try_policy(owner, monitor.id, {"confirm_count": 1})
    assert (trial.result.samples, trial.result.new.episodes) == (40, [])
