"""Whether an answer is what a template looks for, and what it takes from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.engine.bug.mask import mask_words
from app.engine.bug.templates.expression import read_expression
from app.engine.bug.templates.extract import extract
from app.engine.bug.templates.nodes import ExpressionError, Scope
from app.engine.bug.templates.placeholders import fill
from app.engine.bug.templates.texts import clean, to_bytes, to_string
from app.engine.bug.templates.types import Matcher, Operators, RefusedError
from app.engine.bug.templates.xpath import select

_SHOWN = 120


@dataclass(slots=True)
class Outcome:
    """`is_match`: worth telling. `holds`: what a flow goes on with. `names` are those of the matchers that
    matched, `seen` says what they saw, `extracted` is to be shown, `taken` is for later requests."""

    is_match: bool = False
    holds: bool = False
    names: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    extracted: dict[str, list[str]] = field(default_factory=dict)
    taken: dict[str, list[str]] = field(default_factory=dict)


def judge(operators: Operators, scope: Scope) -> Outcome:
    outcome = Outcome()
    for extractor in operators.extractors:
        values = extract(extractor, scope)
        if values and extractor.name:
            outcome.taken.setdefault(extractor.name, values)
        if values and not extractor.is_internal:
            outcome.extracted.setdefault(extractor.name, []).extend(values)
    # What was taken may be named by the matchers of the same answer.
    known = {name: values[0] for name, values in outcome.taken.items()}
    scope = Scope({**scope.values, **known}, scope.random, scope.now)
    if not operators.matchers:
        outcome.is_match = bool(outcome.extracted)
        outcome.holds = outcome.is_match or not any(not each.is_internal for each in operators.extractors)
        return outcome
    return _matched(operators, scope, outcome)


def _matched(operators: Operators, scope: Scope, outcome: Outcome) -> Outcome:
    found: list[Matcher] = []
    for matcher in operators.matchers:
        seen = matches(matcher, scope)
        if seen is not None:
            found.append(matcher)
            outcome.seen += seen
        elif operators.condition == "and":
            return Outcome(taken=outcome.taken)
    outcome.holds = bool(found)
    outcome.is_match = bool(found) and not any(matcher.is_internal for matcher in found)
    outcome.names = [matcher.name for matcher in found if matcher.name]
    return outcome if found else Outcome(taken=outcome.taken)


def matches(matcher: Matcher, scope: Scope) -> list[str] | None:
    """What the matcher has seen, None when it does not match. An answer without that part never matches."""
    if matcher.kind != "dsl" and not has_part(matcher.part, scope.values):
        return None
    seen = _all_or_any(matcher, scope)
    if not matcher.is_negative:
        return seen
    return [] if seen is None else None


def _all_or_any(matcher: Matcher, scope: Scope) -> list[str] | None:
    seen: list[str] = []
    for has, text in _each(matcher, scope):
        if has:
            # What a template looks for by word is its own; what a pattern has found is the site's.
            shown = clean(text, _SHOWN)
            seen.append(mask_words(shown) if matcher.kind == "regex" else shown)
            if matcher.condition == "or":
                return seen
        elif matcher.condition == "and":
            return None
    return seen if matcher.condition == "and" and seen else None


def has_part(part: str, values: Mapping[str, Any]) -> bool:
    return part in values


def _each(matcher: Matcher, scope: Scope) -> Iterator[tuple[bool, str]]:
    """For each value of the matcher, whether it is there, and what to show of it."""
    if matcher.kind == "status":
        status = scope.values.get(matcher.part if matcher.part.startswith("status_code") else "status_code")
        for number in matcher.values:
            yield status == number, f"status {number}"
    elif matcher.kind == "dsl":
        for expression in matcher.values:
            yield is_true(expression, scope), expression
    else:
        yield from _each_in_text(matcher, to_string(scope.values[matcher.part]), scope)


def _each_in_text(matcher: Matcher, text: str, scope: Scope) -> Iterator[tuple[bool, str]]:
    if matcher.kind == "word":
        lowered = text.lower() if matcher.ignores_case else text
        for word in matcher.values:
            wanted = fill(word, scope, keeps=True)
            yield (wanted.lower() if matcher.ignores_case else wanted) in lowered, wanted
    elif matcher.kind == "regex":
        for pattern in matcher.values:
            found = next(pattern.find(text), None)
            yield found is not None, found or pattern.source
    elif matcher.kind == "binary":
        data = to_bytes(text)
        for part in matcher.values:
            yield part in data, part.hex()
    elif matcher.kind == "size":
        for number in matcher.values:
            yield len(to_bytes(text)) == number, f"{number} bytes"
    else:
        for path in matcher.values:
            yield bool(select(path, text)), str(path)


def is_true(text: str, scope: Scope) -> bool:
    """Whether the expression is true; one that has no value here, or another than a boolean, is not."""
    try:
        return read_expression(fill(text, scope, keeps=True)).value(scope) is True
    except (ExpressionError, RefusedError):
        return False
