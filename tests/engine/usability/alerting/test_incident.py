"""What becomes of an incident's alarm, and when many are one."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.engine.usability.alerting.dependency import Ancestor, Child
from app.engine.usability.alerting.incident import (
    AGAIN_MS,
    STORM_CALM_MS,
    STORM_WINDOW_MS,
    Situation,
    is_storm,
    is_storm_over,
    judge_incident,
)

AT = 1_800_000_000_000
CHILD = Child("down", AT - 60_000, AT, 60_000, 10_000, 2)
ALONE = Situation(CHILD)
BROKEN = Ancestor(1, "router", 60_000, 10_000, 2, AT, trouble="down", since_ms=AT - 90_000)


def test_an_incident_of_its_own_is_told() -> None:
    assert judge_incident(ALONE, AT).action == "tell"


def test_what_is_over_is_told_to_nobody() -> None:
    assert judge_incident(replace(ALONE, is_over=True), AT).action == "nothing"


def test_planned_work_holds_it_to_its_end() -> None:
    verdict = judge_incident(replace(ALONE, maintained_until_ms=AT + 5_000), AT)
    assert (verdict.action, verdict.held_by, verdict.again_ms) == ("hold", "maintenance", AT + 5_000)
    assert judge_incident(replace(ALONE, maintained_until_ms=AT), AT).action == "tell"


def test_planned_work_is_asked_for_again_before_a_far_end() -> None:
    verdict = judge_incident(replace(ALONE, maintained_until_ms=AT + 86_400_000), AT)
    assert verdict.again_ms == AT + AGAIN_MS


def test_a_parent_in_trouble_holds_it_and_is_named() -> None:
    verdict = judge_incident(replace(ALONE, ancestors=[BROKEN]), AT)
    assert (verdict.held_by, verdict.why["parent"], verdict.why["since_ms"]) == (
        "dependency",
        "router",
        AT - 90_000,
    )


def test_what_is_waited_for_is_asked_every_second() -> None:
    unseen = replace(BROKEN, trouble=None, last_due_ms=0)
    assert judge_incident(replace(ALONE, ancestors=[unseen]), AT).again_ms == AT + 1_000


def test_flapping_is_said_once_and_then_held() -> None:
    flapping = replace(ALONE, is_flapping=True)
    assert judge_incident(flapping, AT).action == "tell_flapping"
    verdict = judge_incident(replace(flapping, is_flap_told=True), AT)
    assert (verdict.action, verdict.held_by) == ("hold", "flapping")


def test_five_in_a_minute_are_told_one_by_one_and_six_together() -> None:
    assert not is_storm(5, [], AT, 5)
    assert is_storm(6, [], AT, 5)
    assert is_storm(1, [AT - 1_000] * 5, AT, 5)
    assert not is_storm(1, [AT - STORM_WINDOW_MS] * 5, AT, 5)
    assert not is_storm(0, [AT] * 9, AT, 5)


def test_a_storm_is_over_when_all_is_well_or_nothing_joins() -> None:
    assert is_storm_over(AT, 0, AT)
    assert not is_storm_over(AT, 1, AT + STORM_CALM_MS - 1)
    assert is_storm_over(AT, 1, AT + STORM_CALM_MS)


@given(
    st.builds(
        Situation,
        child=st.just(CHILD),
        ancestors=st.sampled_from([[], [BROKEN], [replace(BROKEN, trouble=None, last_due_ms=0)]]),
        maintained_until_ms=st.one_of(st.none(), st.integers(AT - 10, AT + 10_000_000)),
        is_flapping=st.booleans(),
        is_flap_told=st.booleans(),
        is_over=st.booleans(),
    )
)
def test_whatever_is_held_says_by_what_and_is_looked_at_again(seen: Situation) -> None:
    verdict = judge_incident(seen, AT)
    if verdict.action == "hold":
        assert verdict.held_by and verdict.again_ms is not None
        assert AT < verdict.again_ms <= AT + AGAIN_MS
    else:
        assert verdict.held_by is None and verdict.again_ms is None
