"""Packing closed days: everything is read as before, and late results are merged."""

from __future__ import annotations

import pytest

from app.models import Monitor, Organization, db, write
from app.models.pack import begin_packing
from app.models.result import day_of
from app.service.actor import Actor
from app.service.results.packing import pack_closed
from app.service.results.result import list_results
from app.service.results.samples import iter_samples, newest_first
from tests.service.series.scene import DAY, HOUR, MINUTE, MONDAY, day_tables, every, make_monitor, put, stored

LATER = MONDAY + DAY + 3 * HOUR


def quick(_seconds: float) -> None:
    """No rest."""


def pack(at_ms: int = LATER) -> int:
    return pack_closed(at_ms, rest=quick)


def test_a_packed_day_reads_as_it_did(monitor: Monitor) -> None:
    put(monitor.id, [*every(MINUTE, MONDAY, MONDAY + HOUR), stored(MONDAY + HOUR, 2, flags=1)])
    before = list(iter_samples(monitor.id, MONDAY, MONDAY + DAY))
    assert pack() == 61
    assert list(iter_samples(monitor.id, MONDAY, MONDAY + DAY)) == before


def test_its_raw_table_is_dropped_whole(monitor: Monitor) -> None:
    put(monitor.id, every(HOUR, MONDAY, MONDAY + DAY))
    pack()
    assert day_tables() == ["result_pack_20260105"]


def test_a_day_that_is_not_over_stays_as_it_is(monitor: Monitor) -> None:
    put(monitor.id, [stored(MONDAY)])
    assert pack(MONDAY + DAY + HOUR) == 0
    assert day_tables() == ["check_result_20260105"]


def test_late_results_of_a_packed_day_are_read_and_then_merged(monitor: Monitor) -> None:
    put(monitor.id, [stored(MONDAY), stored(MONDAY + 2 * MINUTE)])
    pack()
    put(monitor.id, [stored(MONDAY + MINUTE, 2), stored(MONDAY, 2)])
    expected = [(MONDAY, 1), (MONDAY + MINUTE, 2), (MONDAY + 2 * MINUTE, 1)]

    def seen() -> list[tuple[int, int]]:
        return [(each.due_ms, each.status) for each in iter_samples(monitor.id, MONDAY, MONDAY + DAY)]

    assert seen() == expected
    pack()
    assert seen() == expected
    assert day_tables() == ["result_pack_20260105"]


def test_a_turn_that_was_ended_goes_on_where_it_was(us: Actor, monitor: Monitor) -> None:
    other = make_monitor(us, site_id=monitor.site_id)
    for each in (monitor, other):
        put(each.id, [stored(MONDAY)])
    begin_packing(db.engine, day_of(MONDAY))
    put(monitor.id, [stored(MONDAY + MINUTE)])
    assert len(list(iter_samples(monitor.id, MONDAY, MONDAY + DAY))) == 2
    pack()
    pack()
    assert [len(list(iter_samples(each.id, MONDAY, MONDAY + DAY))) for each in (monitor, other)] == [2, 1]
    assert day_tables() == ["result_pack_20260105"]


def test_pages_go_through_packs_and_raw_results_alike(us: Actor, monitor: Monitor) -> None:
    put(monitor.id, every(HOUR, MONDAY, MONDAY + DAY))
    pack()
    put(monitor.id, [*every(HOUR, MONDAY + DAY, MONDAY + 2 * DAY), stored(MONDAY + MINUTE, 2)])
    dues, before = [], (MONDAY + 3 * DAY, -1)
    while part := newest_first(monitor.id, 0, before, 7):
        dues += [each.due_ms for each in part]
        before = (part[-1].due_ms, part[-1].location_number)
    hours = [MONDAY + place * HOUR for place in range(48)]
    assert dues == sorted([*hours, MONDAY + MINUTE], reverse=True)


def test_a_page_may_end_between_two_locations_of_one_slot(monitor: Monitor) -> None:
    put(monitor.id, [stored(MONDAY, location_number=place) for place in (1, 2, 3)])
    pack()
    first = newest_first(monitor.id, 0, (MONDAY + 1, -1), 2)
    rest = newest_first(monitor.id, 0, (first[-1].due_ms, first[-1].location_number), 2)
    assert [each.location_number for each in first + rest] == [3, 2, 1]


def test_failures_alone_are_found_in_packs_and_raw_results(monitor: Monitor) -> None:
    put(monitor.id, [*every(HOUR, MONDAY, MONDAY + DAY - HOUR), stored(MONDAY + DAY - HOUR, 2)])
    pack()
    put(monitor.id, [stored(MONDAY + DAY), stored(MONDAY + DAY + HOUR, 3)])
    found = newest_first(monitor.id, 0, (MONDAY + 3 * DAY, -1), 9, failed_only=True)
    assert [each.due_ms for each in found] == [MONDAY + DAY + HOUR, MONDAY + DAY - HOUR]


def test_many_results_a_day_are_cut_into_several_packs(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.service.results.packing.PART", 10)
    put(monitor.id, every(HOUR, MONDAY, MONDAY + DAY))
    pack()
    found = newest_first(monitor.id, MONDAY + 3 * HOUR, (MONDAY + 20 * HOUR, 0), 5)
    assert [(each.due_ms - MONDAY) // HOUR for each in found] == [19, 18, 17, 16, 15]


def test_a_monitor_that_is_gone_is_not_packed(us: Actor, monitor: Monitor) -> None:
    put(monitor.id, [stored(MONDAY)])
    with write() as session:
        session.delete(session.get_one(Monitor, monitor.id))
    assert pack() == 0
    assert list(iter_samples(monitor.id, MONDAY, MONDAY + DAY)) == []


def test_an_organization_that_keeps_less_sees_no_more(us: Actor, monitor: Monitor) -> None:
    from app.core.clock import now_ms

    today = now_ms()
    put(monitor.id, [stored(today - 5 * DAY), stored(today - DAY)])
    with write() as session:
        session.get_one(Organization, us.organization_id).retention = {"raw": 3}
    us.organization.retention = {"raw": 3}
    assert [each["due_ms"] for each in list_results(us, monitor.id).items] == [today - DAY]
