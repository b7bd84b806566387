"""What a policy would have done, as the form shows it."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.clock import from_ms
from app.engine.usability.state.replay import Episode, Outcome
from app.service.recording.replay import Trial
from app.web.times import duration
from app.web.words.names import state_label

SHOWN = 12


def trial_context(told: Trial) -> dict[str, Any]:
    result = told.result
    old, new = len(result.old.episodes), len(result.new.episodes)
    return {
        "sentence": _sentence(told, old, new),
        "look": "same" if old == new else "fewer" if new < old else "more",
        "rows": _rows(result.old, result.new),
        "incidents": _side_by_side(result.old.episodes, result.new.episodes, result.to_ms),
        "more": max(0, max(old, new) - SHOWN),
        "notes": _notes(told),
        "samples": result.samples,
    }


def _sentence(told: Trial, old: int, new: int) -> str:
    if not told.result.samples:
        return _("There is no result yet to try it on.")
    days = _span(told.days)
    if old == new:
        return ngettext(
            "In the last %(days)s it would have alerted %(num)s time, as it did.",
            "In the last %(days)s it would have alerted %(num)s times, as it did.",
            new,
            days=days,
        )
    return ngettext(
        "In the last %(days)s it would have alerted %(num)s time instead of %(old)s.",
        "In the last %(days)s it would have alerted %(num)s times instead of %(old)s.",
        new,
        days=days,
        old=old,
    )


def _span(days: float) -> str:
    whole = round(days)
    return ngettext("%(num)s day", "%(num)s days", whole) if whole else _("hours")


def _rows(old: Outcome, new: Outcome) -> list[tuple[str, str, str]]:
    return [
        (_("Alerts"), str(len(old.episodes)), str(len(new.episodes))),
        (_("Time in alarm"), _time(old.alarm_ms), _time(new.alarm_ms)),
        (_("First one found after"), _time(old.first_delay_ms), _time(new.first_delay_ms)),
        (_("Found after, on average"), _time(old.mean_delay_ms), _time(new.mean_delay_ms)),
    ]


def _time(ms: int | None) -> str:
    return "–" if ms is None else duration(ms / 1000)


def _side_by_side(old: list[Episode], new: list[Episode], to_ms: int) -> list[dict[str, Any]]:
    """The newest incidents, those that are the same one beside each other."""
    left = list(new)
    rows: list[dict[str, Any]] = []
    for each in old:
        twin = next((other for other in left if _overlap(each, other)), None)
        if twin is not None:
            left.remove(twin)
        rows.append(_row(each, twin, to_ms))
    rows += [_row(None, each, to_ms) for each in left]
    return sorted(rows, key=lambda row: row["started_at"], reverse=True)[:SHOWN]


def _row(old: Episode | None, new: Episode | None, to_ms: int) -> dict[str, Any]:
    first = old or new
    assert first is not None
    return {
        "started_at": from_ms(first.started_ms),
        "old": _told(old, to_ms),
        "new": _told(new, to_ms),
    }


def _told(each: Episode | None, to_ms: int) -> str:
    if each is None:
        return "–"
    return f"{duration(each.lasted_ms(to_ms) / 1000)} · {state_label(each.worst.value)}"


def _overlap(one: Episode, other: Episode) -> bool:
    return (one.closed_ms is None or other.started_ms < one.closed_ms) and (
        other.closed_ms is None or one.started_ms < other.closed_ms
    )


def _notes(told: Trial) -> list[str]:
    texts = {
        "retry": _("Looking again sooner was never done: between two failures it is taken to fail as well."),
        "new_locations": _("Some of these locations have never checked it; they are left out."),
        "learned": _("What is usual was learned from these very weeks."),
        "nothing_learned": _("What is usual is not known yet; it takes a day of results."),
    }
    notes = [texts[name] for name in told.notes]
    if told.is_shortened and told.result.samples:
        notes.append(_("There are no older results, or too many of them."))
    return notes
