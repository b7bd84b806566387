"""Targets that call by themselves, and groups that sum others up."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.core.clock import now_ms
from app.core.errors import InvalidError
from app.models import Heartbeat, Incident, Monitor, MonitorState, Site, db, write
from app.service.actor import Actor
from app.service.monitor.manage import change_monitor, create_monitor, pause_monitor
from app.service.passive.group import look_at_groups
from app.service.passive.heartbeat import Call, overdue, take_call, wait_on
from app.service.recording.record import record_samples
from app.service.site import create_site
from tests.cast import make_organization, make_user

HOUR_MS = 3_600_000


@pytest.fixture
def owner(app: Flask) -> Actor:
    return make_user(make_organization("ours"), "owner", "owner")


@pytest.fixture
def site(owner: Actor) -> Site:
    return create_site(owner, {"name": "Shop", "base_url": "http://127.0.0.1:9/", "tags": ["shop"]})


def make(owner: Actor, site: Site, kind: str, name: str = "", **config: Any) -> Monitor:
    values = {"site_id": site.id, "type": kind, "name": name or kind, "config": config}
    return create_monitor(owner, values)


def backup(owner: Actor, site: Site, **config: Any) -> Monitor:
    return make(owner, site, "heartbeat", **{"period_seconds": 3600, "grace_seconds": 60, **config})


def call(monitor: Monitor, kind: Any = "success", at_ms: int = 0, **values: Any) -> str:
    """A call, recorded; gives the monitor's state."""
    assert monitor.push_token is not None
    record_samples(take_call(Call(monitor.push_token, kind, at_ms or now_ms(), **values)))
    return state_of(monitor).state


def state_of(monitor: Monitor) -> MonitorState:
    db.session.expire_all()
    return db.session.get_one(MonitorState, monitor.id)


def deadline(monitor: Monitor) -> int:
    db.session.expire_all()
    return db.session.get_one(Heartbeat, monitor.id).deadline_ms


def test_it_waits_for_the_first_call(owner: Actor, site: Site) -> None:
    monitor = backup(owner, site)
    assert state_of(monitor).state == "PENDING"
    assert deadline(monitor) - now_ms() == pytest.approx(HOUR_MS + 60_000, abs=5_000)


def test_a_call_is_good(owner: Actor, site: Site) -> None:
    monitor = backup(owner, site)
    assert call(monitor, log="12 files", address="192.0.2.1", agent="curl/8") == "UP"
    assert state_of(monitor).facts == {"address": "192.0.2.1", "agent": "curl/8", "log": "12 files"}


def test_calls_missed_an_hour_apart_are_missed_in_a_row(owner: Actor, site: Site) -> None:
    monitor = backup(owner, site)
    change_monitor(owner, monitor.id, {"confirm_count": 2, "recover_count": 2})
    start = now_ms() - 5 * HOUR_MS
    call(monitor, at_ms=start)
    states = []
    for _ in range(2):
        missed = overdue(deadline(monitor))
        record_samples(missed)
        states.append(state_of(monitor).state)
        wait_on(missed, missed[0].due_ms)
    states += [call(monitor, at_ms=start + hours * HOUR_MS) for hours in (3, 4)]
    assert states == ["UP", "DOWN", "DOWN", "UP"]


def test_a_reported_failure_is_an_incident_at_once(owner: Actor, site: Site) -> None:
    monitor = backup(owner, site)
    assert call(monitor, "fail", exit_code=3, log="disk full") == "DOWN"
    incident = db.session.query(Incident).one()
    assert (incident.cause, incident.detail["exit_code"]) == ("heartbeat_failed", 3)


def test_a_call_after_a_failure_closes_the_incident(owner: Actor, site: Site) -> None:
    monitor = backup(owner, site)
    call(monitor, "fail", now_ms())
    assert call(monitor, "success", now_ms() + 1000) == "UP"
    assert db.session.query(Incident).one().closed_at is not None


def test_a_call_that_does_not_come_is_an_incident(owner: Actor, site: Site) -> None:
    monitor = backup(owner, site)
    call(monitor)
    late = deadline(monitor)
    assert overdue(late - 1) == []
    missed = overdue(late)
    record_samples(missed)
    assert (state_of(monitor).state, missed[0].reason) == ("DOWN", "heartbeat_missed")


def test_finding_a_missed_call_twice_records_it_once(owner: Actor, site: Site) -> None:
    monitor = backup(owner, site)
    late = deadline(monitor)
    record_samples(overdue(late))
    record_samples(overdue(late))
    assert db.session.query(Incident).count() == 1
    assert state_of(monitor).failures == 1


def test_one_that_cannot_be_read_keeps_no_other_from_being_missed(owner: Actor, site: Site) -> None:
    odd, good = backup(owner, site), backup(owner, site)
    with write() as session:
        session.get_one(Monitor, odd.id).config = {"schedule": "of another release"}
    late = deadline(good) + 1
    missed = overdue(late)
    assert sorted(str(each.reason) for each in missed) == ["config_invalid", "heartbeat_missed"]
    wait_on(missed, late)
    assert overdue(late) == [] and deadline(odd) > late


def test_after_a_missed_call_the_next_one_is_waited_for(owner: Actor, site: Site) -> None:
    monitor = backup(owner, site)
    late = deadline(monitor)
    wait_on(overdue(late), late)
    assert overdue(late + HOUR_MS - 1) == []
    assert len(overdue(late + HOUR_MS)) == 1


def test_a_call_between_looking_and_waiting_is_not_lost(owner: Actor, site: Site) -> None:
    monitor = backup(owner, site)
    late = deadline(monitor)
    missed = overdue(late)
    call(monitor, at_ms=late + 5)
    wait_on(missed, late)
    assert deadline(monitor) == late + 5 + HOUR_MS + 60_000


def test_an_outage_of_ours_is_one_gap_and_not_many_failures(owner: Actor, site: Site) -> None:
    monitor = backup(owner, site)
    late = deadline(monitor) + 24 * HOUR_MS
    wait_on(overdue(late), late)
    assert deadline(monitor) > late


def test_a_run_that_says_nothing_more_has_failed(owner: Actor, site: Site) -> None:
    monitor = backup(owner, site, max_run_seconds=600)
    began = now_ms()
    call(monitor, "start", began)
    (sample,) = overdue(began + 600_000)
    assert (sample.reason, sample.detail["seconds"]) == ("heartbeat_overrun", 600)


def test_a_runs_length_is_measured(owner: Actor, site: Site) -> None:
    monitor = backup(owner, site)
    began = now_ms()
    call(monitor, "start", began)
    call(monitor, "success", began + 42_000)
    assert state_of(monitor).last_total_ms == 42_000


def test_a_late_message_of_an_earlier_call_changes_nothing(owner: Actor, site: Site) -> None:
    monitor = backup(owner, site)
    call(monitor, "success", now_ms())
    late = deadline(monitor)
    call(monitor, "fail", now_ms() - 60_000)
    assert (state_of(monitor).state, deadline(monitor)) == ("UP", late)


def test_calls_and_groups_count_after_the_clock_was_set_back(owner: Actor, site: Site) -> None:
    monitor, one = backup(owner, site), make(owner, site, "http", "one", url="http://127.0.0.1:9/")
    make(owner, site, "group", members=[one.id])
    settle(one, "UP")
    ahead_ms = now_ms() + 8 * HOUR_MS
    assert call(monitor, "fail", ahead_ms) == "DOWN"
    record_samples(look_at_groups(ahead_ms))
    assert call(monitor) == "UP" and deadline(monitor) < ahead_ms
    assert [each.status for each in look_at_groups(now_ms())] == ["up"]


def test_a_paused_heartbeat_is_not_missed(owner: Actor, site: Site) -> None:
    monitor = backup(owner, site)
    late = deadline(monitor)
    pause_monitor(owner, monitor.id)
    assert overdue(late) == []


def test_another_period_counts_from_now(owner: Actor, site: Site) -> None:
    monitor = backup(owner, site)
    change_monitor(owner, monitor.id, {"config": {"period_seconds": 60, "grace_seconds": 0}})
    assert deadline(monitor) - now_ms() == pytest.approx(60_000, abs=5_000)


def settle(monitor: Monitor, state: str) -> None:
    """Put a member into a state, as its own results would."""
    with write() as session:
        row = session.get_one(MonitorState, monitor.id)
        row.state, row.since_ms = state, now_ms()


def test_a_group_is_as_bad_as_its_members(owner: Actor, site: Site) -> None:
    one, other = (make(owner, site, "http", name, url="http://127.0.0.1:9/") for name in ("one", "other"))
    group = make(owner, site, "group", members=[one.id, other.id])
    settle(one, "UP")
    settle(other, "DOWN")
    record_samples(look_at_groups())
    assert state_of(group).state == "DOWN"
    assert state_of(group).last_detail == {"bad": 1, "counted": 2, "names": "other"}


def test_a_group_is_looked_at_again_when_a_member_changes(owner: Actor, site: Site) -> None:
    one = make(owner, site, "http", "one", url="http://127.0.0.1:9/")
    make(owner, site, "group", members=[one.id])
    settle(one, "UP")
    record_samples(look_at_groups(now_ms()))
    assert look_at_groups(now_ms() + 1) == []
    with write() as session:
        session.get_one(MonitorState, one.id).since_ms = now_ms() + 10
    assert len(look_at_groups(now_ms() + 20)) == 1


def test_a_group_that_cannot_be_read_keeps_no_other_from_being_looked_at(owner: Actor, site: Site) -> None:
    one = make(owner, site, "http", "one", url="http://127.0.0.1:9/")
    settle(one, "UP")
    odd, _good = (make(owner, site, "group", name, members=[one.id]) for name in ("odd", "good"))
    with write() as session:
        session.get_one(Monitor, odd.id).config = {"rule": "of another release"}
    assert sorted(each.status for each in look_at_groups(now_ms())) == ["unknown", "up"]


def test_a_groups_members_may_be_named_by_a_tag(owner: Actor, site: Site) -> None:
    settle(make(owner, site, "http", "one", url="http://127.0.0.1:9/"), "DOWN")
    group = make(owner, site, "group", tags=["shop"])
    record_samples(look_at_groups())
    assert state_of(group).state == "DOWN"


def test_groups_may_hold_groups_but_not_themselves(owner: Actor, site: Site) -> None:
    one = make(owner, site, "http", "one", url="http://127.0.0.1:9/")
    inner = make(owner, site, "group", "inner", members=[one.id])
    outer = make(owner, site, "group", "outer", members=[inner.id])
    with pytest.raises(InvalidError) as refused:
        change_monitor(owner, inner.id, {"config": {"members": [outer.id]}})
    assert set(refused.value.fields) == {"config.members"}


def test_another_organizations_monitor_is_no_member(app: Flask, owner: Actor, site: Site) -> None:
    stranger = make_user(make_organization("theirs"), "stranger", "owner")
    foreign_site = create_site(stranger, {"name": "Other", "base_url": "http://127.0.0.1:9/"})
    foreign = make(stranger, foreign_site, "http", "x", url="http://127.0.0.1:9/")
    with pytest.raises(InvalidError):
        make(owner, site, "group", members=[foreign.id])
