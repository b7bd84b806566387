"""Local hours as moments: when a site may be scanned, and when it is due."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.service.bug.hours import is_allowed, next_allowed, next_due, seconds_allowed

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "hours", "allowed"),
    [
        ("2026-11-21T12:00", (None, None), True),
        ("2026-11-21T12:00", (3, 3), True),
        ("2026-11-21T17:59", (2, 6), False),  # 01:59 in Shanghai
        ("2026-11-21T18:00", (2, 6), True),
        ("2026-11-21T21:59", (2, 6), True),
        ("2026-11-21T22:00", (2, 6), False),
        ("2026-11-21T15:30", (22, 4), True),  # 23:30, over midnight
        ("2026-11-21T19:59", (22, 4), True),
        ("2026-11-21T20:00", (22, 4), False),
    ],
)
def test_hours_are_of_the_zone(moment: str, hours: tuple[int | None, int | None], allowed: bool) -> None:
    assert is_allowed(at(moment), SHANGHAI, *hours) is allowed


def test_the_next_allowed_moment_is_the_beginning_of_the_hours() -> None:
    assert next_allowed(at("2026-11-21T12:07"), SHANGHAI, 2, 6) == at("2026-11-21T18:00")


def test_a_zone_of_half_hours_is_met_exactly() -> None:
    assert next_allowed(at("2026-11-21T12:07"), ZoneInfo("Asia/Kolkata"), 2, 6) == at("2026-11-21T20:30")


def test_inside_the_hours_a_scan_may_begin_now() -> None:
    assert next_allowed(at("2026-11-21T18:07"), SHANGHAI, 2, 6) == at("2026-11-21T18:07")


def test_a_scan_must_be_over_with_the_hours() -> None:
    assert seconds_allowed(at("2026-11-21T21:30"), SHANGHAI, 2, 6) == 1800
    assert seconds_allowed(at("2026-11-21T21:30"), SHANGHAI, None, None) == 86_400


@pytest.mark.parametrize(
    ("schedule", "due"),
    [
        ("off", None),
        ("daily", "2026-11-21T19:00"),
        ("weekly", "2026-11-22T19:00"),  # Monday 03:00 in Shanghai
        ("monthly", "2026-11-30T19:00"),
    ],
)
def test_it_is_due_at_its_local_hour(schedule: str, due: str | None) -> None:
    found = next_due(at("2026-11-21T12:00"), SHANGHAI, schedule, hour=3, weekday=0, month_day=1)
    assert found == (at(due) if due else None)


def test_what_is_due_now_is_next_due_tomorrow() -> None:
    found = next_due(at("2026-11-21T19:00"), SHANGHAI, "daily", hour=3, weekday=0, month_day=1)
    assert found == at("2026-11-22T19:00")


@pytest.mark.parametrize(
    ("after", "due"),
    [
        ("2026-03-28T12:00", "2026-03-29T01:00"),  # 02:00 is left out: 03:00 summer time
        ("2026-10-24T12:00", "2026-10-25T00:00"),  # 02:00 comes twice: the first
    ],
)
def test_changes_of_summer_time_leave_out_no_day(after: str, due: str) -> None:
    assert next_due(at(after), BERLIN, "daily", hour=2, weekday=0, month_day=1) == at(due)
