"""The recorder's judgement of samples, without a database: memory, limits, votes, and when to look again."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from app.engine.usability.types import Sample
from app.models.result import COLUMNS, IN_MAINTENANCE, TOO_LATE
from app.models.state_rows import PolicyRow, StateRow
from app.service.recording.judging import Desk, judge_all, judged, policy_of, values_of

DUE = 1_790_000_000_000


def rules(**other: Any) -> PolicyRow:
    values: dict[str, Any] = {
        "id": 7,
        "organization_id": 1,
        "site_id": 2,
        "name": "home",
        "type": "http",
        "interval_seconds": 5,
        "confirm_count": 2,
        "recover_count": 2,
        "retry_seconds": None,
        "slow_ms": None,
        "slow_factor": None,
        "quorum": None,
        "locations": "[]",
    }
    return PolicyRow(**{**values, **other})


def desk(*locations: str, **other: Any) -> Desk:
    row = StateRow(7, "PENDING", DUE - 60_000, 0, 0, None, None, None, None, None, None, None, None)
    return Desk(row, rules(**other), locations or ("here",))


def sample(number: int, status: str = "up", location: str = "here", **other: Any) -> Sample:
    due_ms = DUE + number * 5_000
    values: dict[str, Any] = {
        "id": 0,
        "monitor_id": 7,
        "location": location,
        "due_ms": due_ms,
        "started_ms": due_ms,
        "status": status,
        "reason": None if status == "up" else "timeout",
        "detail": {},
        "total_ms": 12.5,
        "dns_ms": None,
        "connect_ms": 1.25,
        "tls_ms": None,
        "first_byte_ms": 10.0,
        "transfer_ms": 0.5,
        "late_ms": 0.2,
        "lag_ms": 0.0,
        "http_status": 200,
        "address": "127.0.0.1",
        "facts": {},
    }
    return Sample(**{**values, **other})


def judge(at: Desk, *samples: Sample, limit: float | None = None) -> Desk:
    judge_all(samples, {7: at}, {}, lambda *_: limit)
    return at


def test_samples_are_taken_in_the_order_of_their_due_times() -> None:
    at = judge(desk(), sample(2), sample(0), sample(1, "down"))
    assert at.memory.last_due_ms == DUE + 10_000 and at.memory.failures == 0


def test_a_monitor_that_is_not_there_is_left_out() -> None:
    assert judge_all([sample(0)], {}, {}, lambda *_: None) == []


def test_what_it_remembers_comes_back_from_the_row() -> None:
    first = judge(desk(), sample(0), sample(1))
    row = StateRow(7, "UP", 0, 0, 0, None, None, None, None, None, None, None, first.plain().memory)
    again = judge(Desk(row, rules(), ("here",)), sample(1), sample(2))
    assert again.memory.successes == 3


def test_a_sample_that_came_twice_changes_nothing() -> None:
    at = judge(desk(), sample(0), sample(1))
    before = at.plain()
    judge(at, sample(0), sample(1))
    assert at.plain() == before


def test_one_older_than_all_that_is_remembered_is_marked() -> None:
    at = judge(desk(), *(sample(number) for number in range(40)))
    (late,) = judge_all([sample(1)], {7: at}, {}, lambda *_: None)
    assert late.flags == TOO_LATE


@pytest.mark.parametrize(("limit", "status"), [(None, "up"), (12.5, "up"), (12.4, "degraded")])
def test_slow_is_what_takes_longer_than_the_limit(limit: float | None, status: str) -> None:
    each = judged(sample(0), (), limit)
    assert (each.status, each.reason) == (status, None if status == "up" else "slow")


def test_a_failure_is_not_slow() -> None:
    assert judged(sample(0, "down"), (), 1.0).status == "down"


def test_planned_work_ends_before_its_last_moment() -> None:
    spans = [(DUE, DUE + 5_000)]
    assert judged(sample(0), spans, None).flags == IN_MAINTENANCE
    assert judged(sample(1), spans, None).flags == 0


def test_a_row_has_the_columns_of_its_table() -> None:
    row = dict(zip(COLUMNS, values_of(judged(sample(0, detail={"a": 1}), (), None), 3), strict=True))
    assert row["location_number"] == 3 and row["connect_us"] == 1250 and row["detail"] == '{"a":1}'


def test_the_newest_sample_is_what_pages_show_though_an_older_one_comes_later() -> None:
    at = judge(desk(), sample(3, total_ms=30.0))
    judge(at, sample(1, "down", total_ms=10.0))
    assert at.plain().last_status == "up" and at.plain().last_total_ms == 30.0


def test_what_has_not_changed_is_not_written_again() -> None:
    at = judge(desk(), sample(0, facts={"a": 1}))
    assert at.has_new_rest
    row = at.row._replace(facts=at.rest.facts, memory=at.plain().memory)
    assert not judge(Desk(row, rules(), ("here",)), sample(1, facts={"a": 1})).has_new_rest


def test_half_of_the_locations_is_no_majority() -> None:
    assert [policy_of(rules(), tuple("abcde"[:count])).quorum for count in (1, 2, 3, 4, 5)] == [1, 2, 2, 3, 3]
    assert policy_of(rules(quorum=1), tuple("abcde")).quorum == 1


def test_votes_tell_how_long_each_location_took() -> None:
    at = judge(desk("here", "far"), sample(0, total_ms=5.0), sample(0, location="far", total_ms=9.0))
    votes = orjson.loads(at.rest.votes or "{}")
    assert {code: said["total_ms"] for code, said in votes.items()} == {"here": 5.0, "far": 9.0}


def test_it_looks_again_only_between_the_first_failure_and_the_incident() -> None:
    at = desk(retry_seconds=2)
    assert judge(at, sample(0)).look_again_ms() is None
    assert judge(at, sample(1, "down")).look_again_ms() == DUE + 5_000 + 12 + 2_000
    assert judge(at, sample(2, "down")).look_again_ms() is None


def test_without_the_wish_it_does_not_look_again() -> None:
    assert judge(desk(), sample(0), sample(1, "down")).look_again_ms() is None


def test_what_is_still_under_way_from_a_location_that_was_switched_off_opens_nothing() -> None:
    at = judge(desk("here", "there", confirm_count=1), sample(0), sample(0, "down", "there"))
    assert at.memory.state.value == "REGIONAL"
    row = at.row._replace(memory=at.memory.to_wire(), state="REGIONAL")
    after = Desk(row, rules(confirm_count=1), ("here",))
    found = judge_all([sample(1), sample(1, "down", "there"), sample(2)], {7: after}, {}, lambda *_: None)
    assert after.memory.state.value == "UP" and not after.memory.has_incident
    assert [each.flags for each in found] == [0, TOO_LATE, 0]


def test_a_time_out_that_is_good_upside_down_is_not_slow() -> None:
    at = judge(desk(), sample(0, total_ms=10_000.0, facts={"seemed": "connect_timeout"}), limit=2_000.0)
    assert at.memory.state.value == "UP" and at.plain().last_status == "up"
