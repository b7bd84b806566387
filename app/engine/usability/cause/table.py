"""The table of rules: each with its name, its category, how sure it is, and the function that knows when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.engine.usability.cause.case import Case, Category, Confidence

Values = Mapping[str, Any] | None
"""The values of the rule's sentence; None when it does not fit."""
Fits = Callable[[Case], Values]


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    category: Category
    confidence: Confidence
    fits: Fits


RULES: list[Rule] = []


def rule(name: str, category: Category, confidence: Confidence) -> Callable[[Fits], Fits]:
    """Put a function into the table, behind those that stand there."""

    def keep(fits: Fits) -> Fits:
        RULES.append(Rule(name, category, confidence, fits))
        return fits

    return keep


def when(fits: bool, **values: Any) -> Values:
    return values if fits else None


def places(case: Case) -> str:
    return ", ".join(look.location for look in case.bad)
