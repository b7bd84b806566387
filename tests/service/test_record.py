"""The recorder on SQLite and MariaDB: recorded once, states moved, incidents opened and closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core.clock import now_ms
from app.engine.usability.types import Sample
from app.models import Event, Incident, Location, Monitor, db, write
from app.models.result import day_of, result_table
from app.service.actor import Actor
from app.service.location import known, manage
from app.service.maintenance import active
from app.service.monitor.manage import create_monitor, pause_monitor
from app.service.recording.record import expire_stale, location_number, record_samples
from app.service.results.result import list_results
from app.service.results.uptime import list_days
from app.service.site import create_site
from tests.cast import make_organization, make_user
from tests.measured import sample_of


@pytest.fixture(params=["sqlite", "mariadb"])
def on_each_database(request: pytest.FixtureRequest) -> Iterator[Flask]:
    yield request.getfixturevalue("app" if request.param == "sqlite" else "mariadb_app")


@pytest.fixture
def us(on_each_database: Flask) -> Actor:
    return make_user(make_organization("ours"), "owner", "owner")


@pytest.fixture
def monitor(us: Actor) -> Monitor:
    site = create_site(us, {"name": "Shop", "base_url": "http://127.0.0.1:9/", "tags": ["eu"]})
    return create_monitor(
        us,
        {
            "site_id": site.id,
            "type": "http",
            "name": "home",
            "interval_seconds": 5,
            "config": {"url": "http://127.0.0.1:9/"},
        },
    )


def sample(monitor: Monitor, due_ms: int, status: str, reason: str | None = None) -> Sample:
    return sample_of(monitor.id, due_ms, status, reason)


def walk(monitor: Monitor, letters: str, start: int) -> list[Sample]:
    kinds = {"u": ("up", None), "d": ("down", "connect_refused")}
    return [sample(monitor, start + index * 5000, *kinds[letter]) for index, letter in enumerate(letters)]


def yesterday_noon() -> int:
    return now_ms() // 86_400_000 * 86_400_000 - 43_200_000


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_it_records_a_message_once_however_often_it_comes(monitor: Monitor, us: Actor) -> None:
    samples = walk(monitor, "uuddd", now_ms())
    for _ in range(3):
        record_samples(samples)
    table = result_table(day_of(samples[0].due_ms))
    assert db.session.scalar(select(func.count()).select_from(table)) == 5
    assert count(Incident) == 1


def test_it_opens_and_closes_an_incident_and_has_both_decided_about(monitor: Monitor, us: Actor) -> None:
    done = record_samples(walk(monitor, "udduu", now_ms()))
    incident = db.session.scalar(select(Incident))
    assert incident is not None and incident.closed_at is not None and incident.cause == "connect_refused"
    assert done.decisions == 2 and incident.telling == "closing"
    assert incident.votes is not None and [each["status"] for each in incident.votes["opened"]] == ["down"]


def test_it_writes_each_change_on_the_sites_timeline(monitor: Monitor, us: Actor) -> None:
    record_samples(walk(monitor, "udduu", now_ms()))
    kinds = list(db.session.scalars(select(Event.kind).order_by(Event.id)))
    assert kinds == ["site.created", "monitor.created", "monitor.up", "monitor.down", "monitor.up"]


def test_a_late_sample_shows_that_an_incident_never_was(monitor: Monitor, us: Actor) -> None:
    first, lost, third, fourth = walk(monitor, "udud", now_ms())
    lost.status, lost.reason = "up", None
    third.status, third.reason = "down", "connect_refused"
    record_samples([first, third, fourth, sample(monitor, fourth.due_ms + 5000, "down", "connect_refused")])
    record_samples([lost])
    incident = db.session.scalar(select(Incident))
    assert incident is not None and not incident.is_withdrawn
    only = walk(monitor, "dud", fourth.due_ms + 50_000)
    record_samples([*walk(monitor, "uu", fourth.due_ms + 20_000), only[0], only[2]])
    record_samples([only[1]])
    db.session.expire_all()
    assert [each.is_withdrawn for each in db.session.scalars(select(Incident))] == [False, True]


def test_slower_than_the_limit_is_degraded(monitor: Monitor, us: Actor) -> None:
    with write() as session:
        session.get_one(Monitor, monitor.id).slow_ms = 10
    record_samples(walk(monitor, "uuu", now_ms()))
    db.session.refresh(monitor.state)
    assert monitor.state.state == "DEGRADED" and monitor.state.last_detail == {"total_ms": 12, "limit_ms": 10}
    assert db.session.scalar(select(Incident.level)) == "degraded"
    assert {item["status"] for item in list_results(us, monitor.id).items} == {"degraded"}


def test_proof_of_the_failure_is_kept_with_the_incident_alone(monitor: Monitor, us: Actor) -> None:
    samples = walk(monitor, "udd", now_ms())
    for each in samples[1:]:
        each.facts = {"http_version": "1.1", "evidence": {"excerpt": "no"}}
    record_samples(samples)
    db.session.refresh(monitor.state)
    assert db.session.scalar(select(Incident.evidence)) == {"excerpt": "no"}
    assert monitor.state.facts == {"http_version": "1.1"}


def test_another_certificate_is_a_line_of_the_timeline(monitor: Monitor, us: Actor) -> None:
    samples = walk(monitor, "uuu", now_ms())
    for each, fingerprint in zip(samples, ("aa", "aa", "bb"), strict=True):
        each.facts = {"tls": {"fingerprint": fingerprint}}
    record_samples(samples)
    (event,) = db.session.scalars(select(Event).where(Event.kind == "monitor.identity"))
    assert event.detail == {"monitor": "home", "name": "certificate", "before": "aa", "after": "bb"}


def test_a_first_failure_is_looked_at_again_early(monitor: Monitor, us: Actor) -> None:
    with write() as session:
        session.get_one(Monitor, monitor.id).retry_seconds = 1
    first, second, third = walk(monitor, "udd", now_ms())
    assert record_samples([first]).again == []
    assert record_samples([second]).again == [(monitor.id, ("default",), second.due_ms + 12 + 1000)]
    assert record_samples([third]).again == []


def test_what_was_measured_under_planned_work_is_marked(
    monitor: Monitor, us: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = walk(monitor, "udd", now_ms())
    span = (samples[1].due_ms, samples[2].due_ms + 1)
    monkeypatch.setattr(active, "spans", lambda at_ms: {monitor.id: [span]})
    record_samples(samples)
    table = result_table(day_of(samples[0].due_ms))
    assert list(db.session.scalars(select(table.c.flags).order_by(table.c.due_ms))) == [0, 1, 1]
    db.session.refresh(monitor.state)
    assert monitor.state.state == "MAINTENANCE" and count(Incident) == 0


def test_a_day_that_was_put_away_meanwhile_gets_a_table_anew(monitor: Monitor, us: Actor) -> None:
    samples = walk(monitor, "uu", now_ms())
    record_samples(samples[:1])
    result_table(day_of(samples[0].due_ms)).drop(db.engine)
    record_samples(samples[1:])
    assert len(list_results(us, monitor.id).items) == 1


def test_each_location_has_its_vote(monitor: Monitor, us: Actor) -> None:
    with write() as session:
        numbers = enumerate(("here", "there", "far"), 1)
        session.add_all(Location(code=code, name=code, number=number) for number, code in numbers)
        session.get_one(Monitor, monitor.id).locations = ["here", "there", "far"]
    known.forget()
    samples = []
    for code, letters in (("here", "ddd"), ("there", "ddd"), ("far", "uuu")):
        for each in walk(monitor, letters, now_ms()):
            each.location = code
            samples.append(each)
    record_samples(samples)
    db.session.refresh(monitor.state)
    assert monitor.state.state == "DOWN" and monitor.state.votes is not None
    assert {code: said["status"] for code, said in monitor.state.votes.items()} == {
        "here": "down",
        "there": "down",
        "far": "up",
    }
    assert monitor.state.votes["far"]["total_ms"] == 12.5


def test_it_gives_results_back_newest_first_in_pages(monitor: Monitor, us: Actor) -> None:
    samples = walk(monitor, "uuddd", now_ms())
    record_samples(samples)
    first = list_results(us, monitor.id, limit=3)
    rest = list_results(us, monitor.id, limit=3, cursor=first.next_cursor)
    dues = [item["due_ms"] for item in first.items + rest.items]
    assert dues == sorted((each.due_ms for each in samples), reverse=True)
    assert first.items[0]["phases"]["connect_ms"] == 1.25
    assert rest.next_cursor is None


def test_it_reads_results_across_midnight(monitor: Monitor, us: Actor) -> None:
    midnight = now_ms() // 86_400_000 * 86_400_000
    record_samples([sample(monitor, midnight - 1000, "up"), sample(monitor, midnight + 1000, "up")])
    assert len(list_results(us, monitor.id).items) == 2


def test_it_drops_samples_of_a_monitor_that_is_gone(monitor: Monitor, us: Actor) -> None:
    stray = sample(monitor, now_ms(), "up")
    stray.monitor_id += 1
    record_samples([stray, sample(monitor, now_ms(), "up")])
    table = result_table(day_of(stray.due_ms))
    assert db.session.scalar(select(func.count()).select_from(table)) == 1


def test_it_takes_a_silent_monitor_for_unknown_and_never_for_down(monitor: Monitor, us: Actor) -> None:
    record_samples(walk(monitor, "u", now_ms()))
    expire_stale(now_ms() + 60_000)
    db.session.refresh(monitor.state)
    assert monitor.state.state == "UNKNOWN" and count(Incident) == 0


def test_what_comes_after_the_clock_was_set_back_is_judged(monitor: Monitor, us: Actor) -> None:
    record_samples(walk(monitor, "u" * 20, now_ms() + 8 * 3_600_000))
    record_samples(walk(monitor, "dd", now_ms()))
    db.session.refresh(monitor.state)
    assert monitor.state.state == "DOWN" and count(Incident) == 1
    record_samples(walk(monitor, "uu", now_ms() + 10_000))
    db.session.refresh(monitor.state)
    assert monitor.state.state == "UP"


def test_pausing_closes_the_open_incident(monitor: Monitor, us: Actor) -> None:
    record_samples(walk(monitor, "udd", now_ms()))
    db.session.expire_all()
    pause_monitor(us, monitor.id)
    incident = db.session.scalar(select(Incident))
    assert incident is not None and incident.closed_by == "pause"


def test_it_counts_results_by_day(monitor: Monitor, us: Actor) -> None:
    record_samples(walk(monitor, "uuud", yesterday_noon()))
    days = list_days(us, monitor.id, days=3)
    assert [(each["up"], each["down"]) for each in days][:2] == [(0, 0), (3, 1)]
    assert days[1]["uptime"] == 75.0


def test_a_place_speaks_only_of_what_it_was_asked_for(us: Actor, monitor: Monitor) -> None:
    manage.create_location(us, {"code": "paris"})
    forged = [replace(each, location="paris") for each in walk(monitor, "ddd", now_ms())]
    record_samples(forged)
    assert list_results(us, monitor.id).items == [] and db.session.query(Incident).count() == 0
    with write() as session:
        session.get_one(Monitor, monitor.id).locations = ["paris"]
    record_samples(forged)
    assert len(list_results(us, monitor.id).items) == 3


def test_a_place_that_was_entered_anew_has_results_of_its_own(us: Actor, monitor: Monitor) -> None:
    for _ in range(2):
        location, _key = manage.create_location(us, {"code": "paris"})
        with write() as session:
            session.get_one(Monitor, monitor.id).locations = ["paris"]
        number = location.number
        record_samples([replace(sample(monitor, now_ms(), "up"), location="paris")])
        assert location_number("paris") == number
        manage.delete_location(us, location.id, is_forced=True)
