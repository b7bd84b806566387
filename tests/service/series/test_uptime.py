"""Percentages of time: what unknown, maintenance and retries count for."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest

from app.core.clock import now_ms
from app.core.errors import InvalidError
from app.models import GroupMember, Monitor, Site, write
from app.service.actor import Actor
from app.service.results.uptime import Uptime, list_days, report, report_page
from app.service.results.uptime_files import report_csv, report_xlsx
from app.service.site import change_site
from tests.cast import make_organization, make_user
from tests.service.series.scene import DAY, HOUR, MINUTE, every, make_monitor, put, stored


@pytest.fixture
def us(app: object) -> Actor:
    return make_user(make_organization("us"), "someone", "owner")


@pytest.fixture
def hour() -> int:
    return now_ms() // HOUR * HOUR - 4 * HOUR


def uptime(us: Actor, hour: int, **asked: object) -> Uptime:
    (line,) = report(us.organization_id, from_ms=hour, to_ms=hour + HOUR, **asked)  # type: ignore[arg-type]
    return line.uptime


def test_degraded_is_good_and_down_is_bad(us: Actor, monitor: Monitor, hour: int) -> None:
    put(
        monitor.id,
        [stored(hour), stored(hour + MINUTE, 4), stored(hour + 2 * MINUTE, 2), stored(hour + 3 * MINUTE)],
    )
    assert uptime(us, hour).percent == 75.0


def test_unknown_counts_as_neither_and_is_told_apart(us: Actor, monitor: Monitor, hour: int) -> None:
    put(monitor.id, [stored(hour), stored(hour + MINUTE, 3), stored(hour + 2 * MINUTE, 2)])
    found = uptime(us, hour)
    assert (found.percent, found.unknown_ms) == (50.0, MINUTE)


def test_a_retry_counts_for_what_it_covers(us: Actor, monitor: Monitor, hour: int) -> None:
    put(monitor.id, [stored(hour, 2), stored(hour + 6_000), stored(hour + MINUTE)])
    assert uptime(us, hour).down_ms == 6_000
    assert uptime(us, hour).percent == 95.0


def test_maintenance_is_left_out_unless_asked_for(us: Actor, monitor: Monitor, hour: int) -> None:
    put(monitor.id, [stored(hour), stored(hour + MINUTE, 2, flags=1)])
    assert uptime(us, hour).percent == 100.0
    assert uptime(us, hour).maintenance_ms == MINUTE
    assert uptime(us, hour, with_maintenance=True).percent == 50.0


def test_nothing_judged_has_no_percentage(us: Actor, monitor: Monitor, hour: int) -> None:
    assert uptime(us, hour).percent is None


def test_lines_go_by_monitor_site_tag_and_group(us: Actor, monitor: Monitor, hour: int) -> None:
    change_site(us, monitor.site_id, {"tags": ["eu"]})
    other = make_monitor(us, site_id=monitor.site_id)
    group = make_monitor(us)
    with write() as session:
        session.merge(group).type = "group"
        session.add(GroupMember(group_id=group.id, member_id=other.id))
    put(monitor.id, every(MINUTE, hour, hour + HOUR))
    put(other.id, every(MINUTE, hour, hour + HOUR, 2))

    def told(by: str) -> list[tuple[str, int, float | None]]:
        lines = report(us.organization_id, from_ms=hour, to_ms=hour + HOUR, by=by)
        return [(line.name, line.monitors, line.uptime.percent) for line in lines if line.monitors]

    assert sorted(told("monitor"), key=str) == [("home", 1, 0.0), ("home", 1, 100.0), ("home", 1, None)]
    assert told("site") == [("Shop", 2, 50.0)]
    assert told("tag") == [("eu", 2, 50.0)]
    assert told("group") == [("home", 1, 0.0)]


def test_a_report_has_pages(us: Actor, monitor: Monitor, hour: int) -> None:
    make_monitor(us, site_id=monitor.site_id)
    first = report_page(us, from_ms=hour, to_ms=hour + HOUR, limit=1)
    rest = report_page(us, from_ms=hour, to_ms=hour + HOUR, limit=1, cursor=first.next_cursor)
    assert {each.key for each in first.items + rest.items} and first.items[0].key != rest.items[0].key
    assert rest.next_cursor is None


def test_a_report_is_of_ones_own_monitors(stranger: Actor, monitor: Monitor, hour: int) -> None:
    assert report(stranger.organization_id, from_ms=hour, to_ms=hour + HOUR) == []


def test_a_span_of_nothing_is_refused(us: Actor) -> None:
    with pytest.raises(InvalidError, match="after from"):
        report(us.organization_id, from_ms=5, to_ms=5)


def test_days_are_told_from_the_oldest_on(us: Actor, monitor: Monitor) -> None:
    noon = now_ms() // DAY * DAY - DAY // 2
    put(monitor.id, [stored(noon), stored(noon + MINUTE, 2)])
    days = list_days(us, monitor.id, days=3)
    assert [(each["up"], each["down"], each["uptime"]) for each in days] == [
        (0, 0, None),
        (1, 1, 50.0),
        (0, 0, None),
    ]


def test_no_cell_of_a_file_is_a_formula(us: Actor, monitor: Monitor, hour: int) -> None:
    with write() as session:
        session.get_one(Monitor, monitor.id).name = "=1+1"
        session.get_one(Site, monitor.site_id).name = "@shop"
    asked = {"from_ms": hour, "to_ms": hour + HOUR}
    name, _media, data = report_csv(us.organization_id, asked)
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[1][:2] == ["'=1+1", "'@shop"] and name.endswith(".csv")
    _name, _media, data = report_xlsx(us.organization_id, asked, "zh")
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert sheet["A1"].value == "名称" and sheet["A2"].data_type == "s"
