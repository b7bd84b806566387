"""How often planned work is repeated: the few choices of a form, and the recurrence rule they stand for."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.errors import InvalidError

CHOICES = (
    ("once", _l("Only once")),
    ("daily", _l("Every day")),
    ("weekly", _l("Every week, on")),
    ("monthly", _l("Every month, on that day")),
    ("monthly_weekday", _l("Every month, on that weekday (the second Tuesday)")),
    ("custom", _l("By a rule of your own")),
)
DAYS = (
    ("MO", _l("Monday")),
    ("TU", _l("Tuesday")),
    ("WE", _l("Wednesday")),
    ("TH", _l("Thursday")),
    ("FR", _l("Friday")),
    ("SA", _l("Saturday")),
    ("SU", _l("Sunday")),
)
_CODES = tuple(code for code, _name in DAYS)
_UNTIL = re.compile(r";UNTIL=(\d{8})$")
_WEEKLY = re.compile(r"FREQ=WEEKLY(?:;BYDAY=((?:MO|TU|WE|TH|FR|SA|SU)(?:,(?:MO|TU|WE|TH|FR|SA|SU))*))?")


def rule_of(repeat: str, days: list[str], until: str, custom: str, starts: str) -> str | None:
    """The rule of a form's choices. `InvalidError` names a field that will not do."""
    if repeat == "once":
        return None
    if repeat == "custom":
        if not custom.strip():
            raise InvalidError({"rule": "must be filled in"})
        return custom
    return _simple(repeat, [each for each in days if each in _CODES], starts) + _ending(until)


def _simple(repeat: str, days: list[str], starts: str) -> str:
    try:
        first = datetime.fromisoformat(starts)
    except ValueError:
        raise InvalidError({"starts": "must be filled in"}) from None
    weekday = _CODES[first.weekday()]
    if repeat == "daily":
        return "FREQ=DAILY"
    if repeat == "weekly":
        return f"FREQ=WEEKLY;BYDAY={','.join(days or [weekday])}"
    if repeat == "monthly":
        return f"FREQ=MONTHLY;BYMONTHDAY={first.day}"
    if repeat == "monthly_weekday":
        number = (first.day - 1) // 7 + 1
        # A fifth one is not in every month; what is meant is the last.
        return f"FREQ=MONTHLY;BYDAY={number if number < 5 else -1}{weekday}"
    raise InvalidError({"repeat": "must be filled in"})


def _ending(until: str) -> str:
    if not until.strip():
        return ""
    try:
        return f";UNTIL={datetime.strptime(until.strip(), '%Y-%m-%d'):%Y%m%d}"
    except ValueError:
        raise InvalidError({"until": "must be a day such as 2026-12-31"}) from None


def choices_of(rule: str | None) -> dict[str, Any]:
    """A rule as the form's choices: repeat, days, until, rule. What is not one of the few is `custom`."""
    if rule is None:
        return {"repeat": "once", "days": [], "until": "", "rule": ""}
    ends = _UNTIL.search(rule)
    until = datetime.strptime(ends[1], "%Y%m%d").strftime("%Y-%m-%d") if ends else ""
    bare = _UNTIL.sub("", rule)
    found: dict[str, Any] = {"repeat": "custom", "days": [], "until": "", "rule": rule}
    weekly = _WEEKLY.fullmatch(bare)
    if bare == "FREQ=DAILY":
        found = {"repeat": "daily", "days": [], "until": until, "rule": ""}
    elif weekly:
        found = {"repeat": "weekly", "days": (weekly[1] or "").split(","), "until": until, "rule": ""}
    elif re.fullmatch(r"FREQ=MONTHLY;BYMONTHDAY=\d{1,2}", bare):
        found = {"repeat": "monthly", "days": [], "until": until, "rule": ""}
    elif re.fullmatch(r"FREQ=MONTHLY;BYDAY=(?:[1-4]|-1)(?:MO|TU|WE|TH|FR|SA|SU)", bare):
        found = {"repeat": "monthly_weekday", "days": [], "until": until, "rule": ""}
    return found


def in_words(rule: str | None) -> str:
    """How often, in a few words."""
    chosen = choices_of(rule)
    names = dict(DAYS)
    texts = {
        "once": _("once"),
        "daily": _("every day"),
        "weekly": _("every week"),
        "monthly": _("every month"),
        "monthly_weekday": _("every month"),
    }
    if chosen["repeat"] == "custom":
        return rule or ""
    text = texts[chosen["repeat"]]
    if chosen["days"]:
        text += " · " + _(", ").join(str(names[each]) for each in chosen["days"] if each in names)
    if chosen["until"]:
        text += " · " + _("until %(day)s", day=chosen["until"])
    return text
