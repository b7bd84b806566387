"""Every definition is whole, in both languages, and classified in agreement with itself."""

from __future__ import annotations

import re
from string import Formatter
from urllib.parse import urlsplit

import pytest

from app.engine.bug.definitions import Definition, UnknownRuleError, all_definitions, definition_of
from app.engine.bug.finding.merge import severity_of
from app.engine.bug.registry import all_checks
from app.engine.bug.types import SEVERITIES

ALL = sorted(all_definitions().values(), key=lambda each: each.rule)
each_definition = pytest.mark.parametrize("each", ALL, ids=lambda each: each.rule)


@each_definition
def test_its_severity_is_that_of_its_vector(each: Definition) -> None:
    assert each.severity in SEVERITIES
    if each.severity == "info":
        assert each.cvss is None
    else:
        assert each.cvss is not None
        assert severity_of(each.cvss) == each.severity


@each_definition
def test_it_is_classified(each: Definition) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]{2,60}", each.cls)
    assert all(re.fullmatch(r"CWE-\d{1,4}", cwe) for cwe in each.cwe)
    assert each.cwe or each.severity == "info"
    assert each.owasp is None or re.fullmatch(r"A(0[1-9]|10):2021", each.owasp)
    assert each.scope in ("site", "page")
    assert each.confidence in ("tentative", "firm", "certain")


@each_definition
def test_its_texts_say_the_same_in_both_languages(each: Definition) -> None:
    for text in (each.title, each.why, each.remedy):
        assert set(text) == {"en", "zh"}
        assert all(words.strip() for words in text.values())
        assert _values(text["en"]) == _values(text["zh"])
        assert re.search(r"[一-鿿]", text["zh"])


@each_definition
def test_its_references_are_addresses(each: Definition) -> None:
    assert all(urlsplit(url).scheme == "https" for url in each.references)


def test_every_definition_belongs_to_a_check() -> None:
    names = {check.name for check in all_checks()}
    assert {each.rule.partition(".")[0] for each in ALL} <= names


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(UnknownRuleError):
        definition_of("nothing.at-all")


def _values(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
