"""Verdicts as plain data and back, and what follows from their reasons."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from app.engine.tamper.types import PLAIN, Reason, Verdict
from app.models.alert import SEVERITIES

Reasons = list[dict[str, Any]]
MAX_REASONS = 60


def as_data(verdict: Verdict) -> dict[str, Any]:
    return {
        "verdict": verdict.verdict,
        "reasons": [dataclasses.asdict(reason) for reason in verdict.reasons],
    }


def from_data(data: dict[str, Any]) -> Verdict:
    return Verdict(data["verdict"], tuple(Reason(**reason) for reason in data["reasons"]))


def bounded(verdict: Verdict) -> Verdict:
    """The gravest reasons alone: a page may be wrong in a hundred thousand places."""
    if len(verdict.reasons) <= MAX_REASONS:
        return verdict
    return Verdict(verdict.verdict, tuple(sorted(verdict.reasons, key=_gravity, reverse=True)[:MAX_REASONS]))


def _gravity(reason: Reason) -> tuple[bool, int]:
    return reason.level == "alert", SEVERITIES.index(reason.severity)


def graded(verdict: Verdict) -> Reasons:
    """The reasons as dicts, the gravest first, each with the view it was seen through."""
    ordered = sorted(verdict.reasons, key=_gravity, reverse=True)
    return [
        {**dataclasses.asdict(reason), "view": str(reason.detail.get("view", PLAIN))} for reason in ordered
    ]


def carrying(reasons: Sequence[dict[str, Any]]) -> Reasons:
    """Those that make it what it is: the alerts, or the notices where there are only such."""
    return [reason for reason in reasons if reason["level"] == reasons[0]["level"]]


def keys_of(reasons: Iterable[dict[str, Any]]) -> set[str]:
    return {str(reason["key"]) for reason in reasons}


def fold_key(reasons: Sequence[dict[str, Any]]) -> str:
    """The same for the same deviation on another page or at another time."""
    return hashlib.sha256("\n".join(sorted(keys_of(carrying(reasons)))).encode()).hexdigest()


def severity_of(reasons: Sequence[dict[str, Any]]) -> str:
    return max((str(reason["severity"]) for reason in carrying(reasons)), key=SEVERITIES.index)
