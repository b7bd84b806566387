"""Rules as a table: what fits, who decides, and what happens to the rest."""

from __future__ import annotations

from typing import Any

import pytest

from app.engine.notify.routing import Asked, Plan, Routed, Rule, explain, misfit, route

ALL = (1, 2, 3)
ASKED = Asked("incident", "warning", 7, frozenset({"shop", "eu"}))


def rule(number: int = 1, *channels: int, **conditions: Any) -> Rule:
    return Rule(number, f"rule {number}", channels or (1,), **conditions)


@pytest.mark.parametrize(
    ("conditions", "word"),
    [
        ({}, None),
        ({"is_enabled": False}, "off"),
        ({"events": frozenset({"incident"})}, None),
        ({"events": frozenset({"alert", "objective"})}, "event"),
        ({"least": "medium"}, None),
        ({"least": "high"}, "severity"),
        ({"sites": frozenset({7})}, None),
        ({"sites": frozenset({8})}, "site"),
        ({"tags": frozenset({"eu", "us"})}, None),
        ({"tags": frozenset({"us"})}, "site"),
        ({"sites": frozenset({8}), "tags": frozenset({"eu"})}, None),
        ({"events": frozenset({"incident"}), "least": "low", "sites": frozenset({7})}, None),
    ],
)
def test_a_rule_fits_when_all_its_conditions_do(conditions: dict[str, Any], word: str | None) -> None:
    assert misfit(rule(**conditions), ASKED, ALL) == word


@pytest.mark.parametrize(
    ("severity", "least", "fits"),
    [
        ("critical", "critical", True),
        ("high", "critical", False),
        ("warning", "medium", True),
        ("notice", "low", False),
        ("info", "low", False),
        ("never heard of", "critical", True),
        (None, "critical", True),
    ],
)
def test_severities_have_one_order(severity: str | None, least: str, fits: bool) -> None:
    assert (misfit(rule(least=least), Asked("alert", severity), ALL) is None) is fits


def test_the_first_that_fits_decides() -> None:
    plan = Plan("first", rules=(rule(1, 1, least="critical"), rule(2, 2, 3), rule(3, 1)))
    assert route(plan, ASKED, ALL) == Routed((2, 3), (2,))


def test_all_that_fit_decide_together_each_channel_once() -> None:
    plan = Plan("all", rules=(rule(1, 2, 1), rule(2, 2, 3)))
    assert route(plan, ASKED, ALL) == Routed((2, 1, 3), (1, 2))


def test_what_no_rule_fits_goes_to_everybody_or_to_nobody() -> None:
    rules = (rule(events=frozenset({"alert"})),)
    assert route(Plan(rules=rules), ASKED, ALL).channels is None
    assert route(Plan(otherwise="nobody", rules=rules), ASKED, ALL).channels == ()


def test_without_any_rule_everybody_is_told() -> None:
    assert route(Plan(otherwise="nobody"), ASKED, ALL).channels is None


def test_a_rule_without_channels_keeps_it_from_everybody() -> None:
    plan = Plan(rules=(Rule(1, "not the test sites", (), tags=frozenset({"eu"})), rule(2)))
    assert route(plan, ASKED, ALL) == Routed((), (1,))


def test_a_rule_whose_channels_are_all_off_decides_nothing() -> None:
    plan = Plan(rules=(rule(1, 4, 5), rule(2, 4, 2)))
    assert route(plan, ASKED, ALL) == Routed((2,), (2,))


def test_it_says_of_each_rule_what_became_of_it() -> None:
    plan = Plan(rules=(rule(1, least="critical"), rule(2), rule(3), rule(4, is_enabled=False)))
    words = [word for _, word in explain(plan, ASKED, ALL)]
    assert words == ["severity", "decides", "not_reached", "off"]
