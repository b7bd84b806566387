"""How long what is measured is kept: raw results and roll-ups of each kind, in days.

The installation says how long at most; day tables live that long. An organization may keep less: it sees no
more than that at once, and its rows of day tables and roll-ups are deleted by the next daily turn.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.service.setting import get_setting

KINDS = ("raw", "5m", "1h", "1d")
SETTINGS = {"raw": "result_days", "5m": "rollup_5m_days", "1h": "rollup_1h_days", "1d": "rollup_1d_days"}
LEAST_DAYS = 2


def kept_days(kind: str, retention: Mapping[str, int] | None = None) -> int:
    """Days of one kind that are kept for an organization; without one, at most by anybody."""
    most: int = get_setting(SETTINGS[kind])
    asked = (retention or {}).get(kind)
    return most if asked is None else max(LEAST_DAYS, min(most, asked))


def retention_problem(retention: Mapping[str, object] | None) -> str | None:
    """What is wrong with an organization's wish, in one sentence; None when nothing is."""
    for kind, days in (retention or {}).items():
        if kind not in KINDS:
            return f"knows only {', '.join(KINDS)}"
        most: int = get_setting(SETTINGS[kind])
        if not isinstance(days, int) or isinstance(days, bool) or not LEAST_DAYS <= days <= most:
            return f"{kind} must be from {LEAST_DAYS} to {most} days"
    return None
