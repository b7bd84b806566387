"""When the next call is expected, and how a group is summed up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from pydantic import ValidationError

from app.engine.usability.probes.group import GroupConfig, summed_up
from app.engine.usability.probes.heartbeat import HeartbeatConfig


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def heartbeat(**values: Any) -> HeartbeatConfig:
    return HeartbeatConfig.model_validate(values)


def test_a_period_counts_from_the_last_call() -> None:
    config = heartbeat(period_seconds=3600, grace_seconds=60)
    assert config.expected_after(ms("2026-11-21T10:00Z")) == ms("2026-11-21T11:00Z")
    assert config.deadline_after(ms("2026-11-21T10:00Z")) == ms("2026-11-21T11:01Z")


def test_a_cron_expression_is_read_by_its_zones_clock() -> None:
    config = heartbeat(schedule="cron", cron="30 4 * * *", timezone="Europe/Berlin")
    assert config.expected_after(ms("2026-03-28T04:00Z")) == ms("2026-03-29T02:30Z")
    assert config.expected_after(ms("2026-10-24T04:00Z")) == ms("2026-10-25T03:30Z")


def test_a_run_that_began_must_end_in_its_time() -> None:
    assert heartbeat(max_run_seconds=600).run_deadline(1000) == 601_000
    assert heartbeat(grace_seconds=300).run_deadline(1000) == 301_000


@pytest.mark.parametrize(
    "values",
    [
        {"schedule": "cron"},
        {"schedule": "cron", "cron": "61 * * * *"},
        {"schedule": "cron", "cron": "0 0 30 2 *"},
        {"timezone": "Mars/Olympus"},
        {"period_seconds": 1},
    ],
)
def test_a_schedule_that_cannot_be_kept_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        heartbeat(**values)


def group(rule: str = "any", count: int = 2) -> GroupConfig:
    return GroupConfig.model_validate({"members": [1], "rule": rule, "count": count})


@pytest.mark.parametrize(
    ("rule", "states", "status"),
    [
        ("any", "UP UP UP", "up"),
        ("any", "UP DOWN UP", "down"),
        ("all", "UP DOWN DOWN", "degraded"),
        ("all", "DOWN DOWN DOWN", "down"),
        ("count", "DOWN UP UP", "degraded"),
        ("count", "DOWN DOWN UP", "down"),
        ("any", "UP DEGRADED UP", "degraded"),
        ("any", "UP REGIONAL UP", "degraded"),
        ("all", "DOWN PAUSED MAINTENANCE", "down"),
        ("any", "UNKNOWN PENDING PAUSED", "unknown"),
        ("any", "", "unknown"),
    ],
)
def test_members_are_summed_up_by_the_rule(rule: str, states: str, status: str) -> None:
    members = [(f"m{number}", state) for number, state in enumerate(states.split())]
    assert summed_up(group(rule), members).status == status


def test_those_that_are_down_are_named() -> None:
    outcome = summed_up(group(), [("shop", "DOWN"), ("blog", "UP"), ("mail", "DOWN")])
    assert outcome.detail == {"bad": 2, "counted": 3, "names": "shop, mail"}


def test_a_group_of_nobody_is_refused() -> None:
    with pytest.raises(ValidationError):
        GroupConfig.model_validate({})
