"""Until when a weakness is to be fixed: days by severity, the organization's own or the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from app.core.errors import InvalidError
from app.models import Organization

DEFAULT_DAYS: Mapping[str, int] = {"critical": 7, "high": 30, "medium": 90, "low": 180}
DAYS = (1, 3650)


def fix_days(organization: Organization) -> dict[str, int]:
    """Days by severity; what is informational has no due date."""
    return {**DEFAULT_DAYS, **(organization.fix_days or {})}


def due_at(organization: Organization, severity: str, seen_at: datetime) -> datetime | None:
    days = fix_days(organization).get(severity)
    return seen_at + timedelta(days=days) if days else None


def clean_days(given: object) -> dict[str, int] | None:
    """Checked days by severity; None is the defaults."""
    if given is None:
        return None
    wrong = f"must have days from {DAYS[0]} to {DAYS[1]} by: {', '.join(DEFAULT_DAYS)}"
    if not isinstance(given, dict) or not given.keys() <= DEFAULT_DAYS.keys():
        raise InvalidError({"fix_days": wrong})
    for days in given.values():
        if not isinstance(days, int) or isinstance(days, bool) or not DAYS[0] <= days <= DAYS[1]:
            raise InvalidError({"fix_days": wrong})
    return dict(given)
