"""Dependencies: whose fault it is, and how long one waits to know."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.engine.usability.alerting.dependency import SLACK_MS, Ancestor, Child, Family, judge_dependency

MINUTE = 60_000
START = 1_800_000_000_000
CHILD = Child("down", START, START + MINUTE, MINUTE, 10_000, 2)
OPENED = CHILD.opened_ms
PARENT = Ancestor(1, "router", MINUTE, 10_000, 2, START + 30_000)
LOOK = MINUTE + 10_000 + SLACK_MS


def test_without_ancestors_nobody_holds_it() -> None:
    assert judge_dependency(CHILD, [], OPENED) is None


def test_a_parent_in_trouble_holds_it_for_as_long_as_it_is() -> None:
    held = judge_dependency(CHILD, [replace(PARENT, trouble="down", since_ms=START)], OPENED + 90 * MINUTE)
    assert held is not None and (held.reason, held.until_ms) == ("in_trouble", None)


def test_a_parent_that_is_only_slow_holds_only_what_is_slow() -> None:
    slow = replace(PARENT, trouble="degraded")
    assert judge_dependency(CHILD, [slow], OPENED) is None
    assert judge_dependency(replace(CHILD, level="degraded"), [slow], OPENED) is not None


def test_a_parent_that_was_fine_after_the_failure_began_is_not_to_blame() -> None:
    assert judge_dependency(CHILD, [PARENT], OPENED) is None


def test_a_parent_is_waited_for_until_it_has_been_looked_at_again() -> None:
    unseen = replace(PARENT, last_due_ms=START - 1)
    held = judge_dependency(CHILD, [unseen], OPENED)
    assert held is not None and (held.reason, held.until_ms) == ("not_looked_at", OPENED + LOOK)
    assert judge_dependency(CHILD, [unseen], OPENED + LOOK) is None


def test_a_parent_whose_failure_is_not_confirmed_yet_is_waited_for() -> None:
    failing = replace(PARENT, failures=1)
    held = judge_dependency(CHILD, [failing], OPENED)
    assert held is not None and held.reason == "suspected"
    assert held.until_ms == OPENED + 2 * MINUTE + 10_000 + SLACK_MS


def test_after_a_parents_recovery_the_child_gets_time_to_follow() -> None:
    back = replace(PARENT, recovered_ms=OPENED + 5 * MINUTE)
    held = judge_dependency(CHILD, [back], OPENED + 5 * MINUTE)
    assert held is not None and held.reason == "recovered"
    assert held.until_ms == OPENED + 5 * MINUTE + 2 * MINUTE + 10_000 + SLACK_MS
    assert judge_dependency(CHILD, [back], held.until_ms or 0) is None


def test_a_recovery_before_the_failure_holds_nothing() -> None:
    assert judge_dependency(CHILD, [replace(PARENT, recovered_ms=START - 1)], OPENED) is None


def test_a_paused_parent_holds_nothing() -> None:
    assert judge_dependency(CHILD, [replace(PARENT, trouble="down", is_paused=True)], OPENED) is None


def test_ancestors_are_parents_and_theirs() -> None:
    family = Family.of([(3, 2), (2, 1), (3, 4)])
    assert family.ancestors(3) == [2, 4, 1]


def test_a_circle_ends_where_it_began() -> None:
    family = Family.of([(1, 2), (2, 3), (3, 1)])
    assert family.ancestors(1) == [2, 3]


def test_an_edge_that_closes_a_circle_is_seen() -> None:
    family = Family.of([(2, 1), (3, 2)])
    assert family.would_circle(1, 3) and family.would_circle(1, 1) and not family.would_circle(3, 1)


ANCESTORS = st.lists(
    st.builds(
        Ancestor,
        monitor_id=st.integers(1, 9),
        name=st.just("p"),
        interval_ms=st.integers(1_000, 10 * MINUTE),
        timeout_ms=st.integers(1_000, 60_000),
        confirm=st.integers(1, 20),
        last_due_ms=st.integers(START - MINUTE, START + MINUTE),
        failures=st.integers(0, 3),
        trouble=st.none(),
        recovered_ms=st.one_of(st.none(), st.integers(START - MINUTE, OPENED + MINUTE)),
    ),
    max_size=4,
)


@given(ANCESTORS, st.integers(0, 60 * MINUTE))
def test_nobody_waits_for_ever_for_ancestors_that_are_well(ancestors: list[Ancestor], after: int) -> None:
    held = judge_dependency(CHILD, ancestors, OPENED + after)
    assert held is None or (held.until_ms is not None and held.until_ms > OPENED + after)
    assert judge_dependency(CHILD, ancestors, OPENED + 300 * MINUTE) is None


@given(st.lists(st.tuples(st.integers(1, 8), st.integers(1, 8)), max_size=30), st.integers(1, 8))
def test_nobody_is_its_own_ancestor_and_each_is_named_once(edges: list[tuple[int, int]], who: int) -> None:
    found = Family.of(edges).ancestors(who)
    assert who not in found and len(found) == len(set(found))
