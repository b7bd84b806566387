"""Until when a weakness is to be fixed: days by severity, the organization's own or the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from app.models import Organization

DEFAULT_DAYS: Mapping[str, int] = {"critical": 7, "high": 30, "medium": 90, "low": 180}
DAYS = (1, 3650)


def fix_days(organization: Organization) -> dict[str, int]:
    """Days by severity; what is informational has no due date."""
    return {**DEFAULT_DAYS, **(organization.fix_days or {})}


def due_at(organization: Organization, severity: str, seen_at: datetime) -> datetime | None:
    days = fix_days(organization).get(severity)
    return seen_at + timedelta(days=days) if days else None


def days_problem(given: object) -> str | None:
    """What is wrong with days by severity; None is the defaults, and fine."""
    wrong = f"must have days from {DAYS[0]} to {DAYS[1]} by: {', '.join(DEFAULT_DAYS)}"
    if given is None:
        return None
    if not isinstance(given, dict) or not given.keys() <= DEFAULT_DAYS.keys():
        return wrong
    for days in given.values():
        if not isinstance(days, int) or isinstance(days, bool) or not DAYS[0] <= days <= DAYS[1]:
            return wrong
    return None
