"""How channels like to be told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.engine.usability.alerting.manners import (
    LEVELS,
    NOW,
    UNWANTED,
    Alerting,
    Manners,
    QuietHours,
    Ruling,
    judge_channel,
    next_digest,
)

NOON = datetime(2026, 11, 21, 12, 10, tzinfo=UTC)
NIGHT = datetime(2026, 11, 21, 23, 0, tzinfo=UTC)
SEVEN = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
QUIET = {"zone": "UTC", "spans": [{"start": "22:00", "end": "07:00"}]}


def manners(**values: Any) -> Manners:
    return Manners.model_validate(values)


def test_without_wishes_everything_is_told_at_once() -> None:
    assert judge_channel(Manners(), None, "degraded", NIGHT) == NOW


def test_what_is_not_bad_enough_is_not_wanted() -> None:
    picky = manners(least="down")
    assert judge_channel(picky, None, "regional", NOON) == UNWANTED
    assert judge_channel(picky, None, "down", NOON) == NOW


def test_an_end_is_told_however_mild_it_was() -> None:
    assert judge_channel(manners(least="down"), None, "degraded", NOON, is_end=True) == NOW


def test_quiet_hours_hold_until_they_are_over() -> None:
    assert judge_channel(manners(quiet=QUIET), None, "down", NIGHT) == Ruling(True, "quiet_hours", SEVEN)
    assert judge_channel(manners(quiet=QUIET), None, "down", NOON) == NOW


def test_what_is_down_breaks_through_by_choice() -> None:
    choice = manners(quiet={**QUIET, "lets_down": True})
    assert judge_channel(choice, None, "down", NIGHT) == NOW
    assert judge_channel(choice, None, "degraded", NIGHT).held_by == "quiet_hours"


def test_an_urgent_policy_waits_for_nothing() -> None:
    shy = manners(quiet=QUIET, digest_minutes=60)
    assert judge_channel(shy, None, "down", NIGHT, is_urgent=True) == NOW


def test_the_organizations_hours_hold_where_a_channel_has_none() -> None:
    ours = QuietHours.model_validate(QUIET)
    assert judge_channel(Manners(), ours, "down", NIGHT).until == SEVEN
    by_day = {"zone": "UTC", "spans": [{"start": "09:00", "end": "17:00"}]}
    assert judge_channel(manners(quiet=by_day), ours, "down", NIGHT) == NOW


def test_a_digest_comes_on_the_same_marks_for_everybody() -> None:
    assert judge_channel(manners(digest_minutes=60), None, "down", NOON) == Ruling(
        True, "digest", datetime(2026, 11, 21, 13, 0, tzinfo=UTC)
    )


def test_a_daily_digest_comes_at_its_local_time_across_daylight_saving() -> None:
    daily = manners(digest_at="09:00", zone="Europe/Berlin")
    before = datetime(2026, 10, 24, 12, 0, tzinfo=UTC)
    assert next_digest(daily, before) == datetime(2026, 10, 25, 8, 0, tzinfo=UTC)
    assert next_digest(daily, datetime(2026, 10, 25, 8, 0, tzinfo=UTC)) == datetime(
        2026, 10, 26, 8, 0, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"digest_minutes": 30, "digest_at": "09:00"},
        {"digest_minutes": 1},
        {"least": "fine"},
        {"zone": "Mars/Olympus"},
        {"quiet": {"zone": "UTC", "spans": []}},
        {"loud": True},
    ],
)
def test_wishes_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        manners(**wrong)


def test_an_organization_without_settings_has_sensible_ones() -> None:
    assert Alerting() == Alerting(storm_after=5, quiet=None, remind_minutes=None, escalation_id=None)


@given(
    st.sampled_from(LEVELS),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    st.one_of(st.none(), st.integers(5, 1440)),
    st.booleans(),
)
def test_what_is_held_is_held_for_a_time_to_come(
    level: str, at: datetime, minutes: int | None, is_quiet: bool
) -> None:
    wishes = manners(digest_minutes=minutes, quiet=QUIET if is_quiet else None)
    ruling = judge_channel(wishes, None, level, at)
    assert (ruling.held_by is None) == (ruling.until is None)
    assert ruling.until is None or ruling.until > at
