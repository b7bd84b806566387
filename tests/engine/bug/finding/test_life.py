"""The life of a finding, as a table, and what a report says of one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.engine.bug.finding.life import Policy, sight_of, sight_without, step
from app.engine.bug.types import Coverage, Report

LOOKS: list[tuple[str, str, int, bool, str, int, list[str]]] = [
    # state, sight, missed, is it accepted → state, missed, what happened
    ("open", "seen", 1, False, "open", 0, []),
    ("open", "not_seen", 0, False, "open", 1, []),
    ("open", "not_seen", 1, False, "fixed", 2, ["fixed"]),
    ("open", "unknown", 1, False, "open", 1, []),
    ("confirmed", "seen", 1, False, "confirmed", 0, []),
    ("confirmed", "not_seen", 1, False, "fixed", 2, ["fixed"]),
    ("fixed", "not_seen", 2, False, "fixed", 2, []),
    ("fixed", "unknown", 2, False, "fixed", 2, []),
    ("fixed", "seen", 2, False, "open", 0, ["reopened"]),
    ("fixed", "seen", 2, True, "accepted", 0, ["accepted_again"]),
    ("false_positive", "seen", 0, False, "false_positive", 0, []),
    ("false_positive", "not_seen", 1, False, "false_positive", 1, []),
    ("accepted", "seen", 0, True, "accepted", 0, []),
    ("accepted", "not_seen", 1, True, "fixed", 2, ["fixed"]),
    ("accepted", "seen", 0, False, "open", 0, ["acceptance_over"]),
    ("accepted", "unknown", 0, False, "open", 0, ["acceptance_over"]),
    ("accepted", "not_seen", 1, False, "fixed", 2, ["acceptance_over", "fixed"]),
]


@pytest.mark.parametrize(("state", "sight", "missed", "accepted", "after", "count", "turns"), LOOKS)
def test_a_look_makes_of_a_finding_what_the_table_says(
    state: Any, sight: Any, missed: int, accepted: bool, after: str, count: int, turns: list[str]
) -> None:
    became, now_missed, transitions = step(state, sight, missed, is_accepted=accepted)
    assert (became, now_missed, [each.kind for each in transitions]) == (after, count, turns)


def test_a_policy_may_ask_for_more_looks() -> None:
    assert step("open", "not_seen", 1, Policy(misses=3))[:2] == ("open", 2)


def report(**coverage: Any) -> Report:
    return Report("https://a.example/", 0.0, 1.0, 1, (), (), (), Coverage(**coverage), True)


RAN = {"done": frozenset({"leaks"}), "answered": frozenset({"/a"})}


def test_what_a_check_did_not_see_where_it_ran_is_not_there() -> None:
    assert sight_of(report(**RAN), fingerprint="f", rule="leaks.version", place="/a") == "not_seen"


@pytest.mark.parametrize("place", ["/b", "/c"])
def test_a_place_that_gave_no_answer_is_unknown(place: str) -> None:
    silent = report(done=RAN["done"], answered=frozenset({"/a", "/c"}), unknown=frozenset({"/c"}))
    assert sight_of(silent, fingerprint="f", rule="leaks.version", place=place) == "unknown"


def test_a_check_that_did_not_run_says_nothing() -> None:
    assert sight_of(report(**RAN), fingerprint="f", rule="cookies.any", place="/a") == "unknown"


def test_a_scan_that_was_cut_short_says_nothing() -> None:
    short = replace(report(**RAN), is_complete=False)
    assert sight_of(short, fingerprint="f", rule="leaks.version", place="/a") == "unknown"


@pytest.mark.parametrize(
    ("answered", "unknown", "sight"),
    [
        ({"/", "/account"}, set(), "not_seen"),
        ({"/"}, {"/account"}, "unknown"),
        ({"/"}, set(), "unknown"),
        ({"/", "/account"}, {"/cart"}, "unknown"),
    ],
)
def test_of_what_the_whole_site_has_its_pages_must_have_answered(
    answered: set[str], unknown: set[str], sight: str
) -> None:
    """A cookie that only the account sets is not gone while the account answers 403."""
    looked = report(done={"leaks"}, answered=frozenset(answered), unknown=frozenset(unknown))
    urls = ("https://a.example/account?token=abcd…wxyz", "https://a.example/cart")
    assert sight_without(looked, rule="leaks.version", place="", urls=urls) == sight


def test_a_page_that_only_a_probe_asked_for_was_not_judged_by_other_checks() -> None:
    by_probe = report(**{**RAN, "asked": {"panels": frozenset({"/a"})}, "read": frozenset({"/other"})})
    assert sight_of(by_probe, fingerprint="f", rule="leaks.version", place="/a") == "unknown"


def test_the_page_that_showed_a_finding_of_the_site_has_to_be_read_again() -> None:
    elsewhere = report(**{**RAN, "read": frozenset({"/other"})})
    urls = ["https://shop.example/a"]
    assert sight_without(elsewhere, rule="leaks.version", place="", urls=urls) == "unknown"
    assert sight_without(report(**RAN), rule="leaks.version", place="", urls=urls) == "not_seen"
