"""What is kept, and for whom: tables made ahead, dropped when their time is over, trimmed where asked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.core.clock import from_ms, now
from app.models import Monitor, Organization, db, write
from app.models.rollup import rollup_1d, rollup_1h
from app.service.actor import Actor
from app.service.results.days import drop_old, tend, trim
from app.service.results.packing import pack_closed
from app.service.results.retention import kept_days, retention_problem
from app.service.results.samples import iter_samples, midnight_ms
from app.service.rollup.roller import roll
from app.service.setting import set_setting
from tests.service.series.scene import HOUR, day_tables, every, make_monitor, put, stored

TODAY = now().date()


def keep(actor: Actor, **days: int) -> None:
    with write() as session:
        session.get_one(Organization, actor.organization_id).retention = {
            {"five": "5m", "hours": "1h", "days": "1d"}.get(name, name): value for name, value in days.items()
        }


def start_of(back: int) -> int:
    return midnight_ms(TODAY - timedelta(days=back))


def test_todays_and_tomorrows_tables_are_made_ahead(us: Actor) -> None:
    tend(TODAY)
    assert sum(name.startswith("check_result_") for name in day_tables()) == 2
    assert sum(name.startswith("rollup_5m_") for name in day_tables()) == 2


def test_tables_past_their_time_are_dropped_whole(monitor: Monitor) -> None:
    set_setting("result_days", 5)
    set_setting("rollup_5m_days", 5)
    put(monitor.id, [stored(start_of(6)), stored(start_of(3))])
    roll(start_of(0), seconds=60, rest=lambda _seconds: None)
    pack_closed(start_of(0), rest=lambda _seconds: None)
    drop_old(TODAY)
    kept = f"{from_ms(start_of(3)):%Y%m%d}"
    assert [name for name in day_tables() if name.startswith("result_pack_")] == [f"result_pack_{kept}"]
    assert f"rollup_5m_{from_ms(start_of(6)):%Y%m%d}" not in day_tables()


def test_an_organization_that_keeps_less_loses_its_rows_only(us: Actor, monitor: Monitor) -> None:
    from tests.cast import make_organization, make_user

    other = make_monitor(make_user(make_organization("more"), "more", "owner"))
    for each in (monitor, other):
        put(each.id, every(HOUR, start_of(10), start_of(9)))
    pack_closed(start_of(0), rest=lambda _seconds: None)
    keep(us, raw=5)
    trim(TODAY)
    left = [len(list(iter_samples(each.id, start_of(20), start_of(0)))) for each in (monitor, other)]
    assert left == [0, 24]


def test_hours_and_days_are_deleted_past_their_time(us: Actor, monitor: Monitor) -> None:
    put(monitor.id, [stored(start_of(10)), stored(start_of(3))])
    roll(start_of(0), seconds=60, rest=lambda _seconds: None)
    keep(us, hours=5, days=5)
    assert trim(TODAY) == 2
    assert [
        db.session.scalar(select(func.count()).select_from(table)) for table in (rollup_1h, rollup_1d)
    ] == [1, 1]


def test_roll_ups_of_a_monitor_that_is_gone_are_swept(us: Actor, monitor: Monitor) -> None:
    put(monitor.id, [stored(start_of(3))])
    roll(start_of(0), seconds=60, rest=lambda _seconds: None)
    with write() as session:
        session.delete(session.get_one(Monitor, monitor.id))
    trim(TODAY)
    assert [
        db.session.scalar(select(func.count()).select_from(table)) for table in (rollup_1h, rollup_1d)
    ] == [0, 0]


def test_hours_of_a_monitor_that_was_gone_before_its_first_day_ended_are_swept(monitor: Monitor) -> None:
    put(monitor.id, [stored(start_of(0))])
    roll(start_of(0) + 2 * HOUR, seconds=60, rest=lambda _seconds: None)
    with write() as session:
        session.delete(session.get_one(Monitor, monitor.id))
    assert db.session.scalar(select(func.count()).select_from(rollup_1h)) == 1
    trim(TODAY)
    assert db.session.scalar(select(func.count()).select_from(rollup_1h)) == 0


@pytest.mark.parametrize(
    ("retention", "wrong"),
    [(None, False), ({"raw": 30}, False), ({"raw": 1}, True), ({"raw": 5000}, True), ({"2h": 5}, True)],
)
def test_an_organization_may_keep_less_and_not_more(
    app: object, retention: dict[str, int] | None, wrong: bool
) -> None:
    assert bool(retention_problem(retention)) is wrong


def test_an_installation_that_keeps_less_overrules(app: object) -> None:
    set_setting("result_days", 7)
    assert kept_days("raw", {"raw": 30}) == 7
