"""What an export is narrowed to, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.web.words.audit import way_label
from app.web.words.bug import FINDING_STATES, SEVERITIES
from app.web.words.names import action_label

NAMES = {
    "q": _l("Search"),
    "tag": _l("Tag"),
    "archived": _l("Archived"),
    "class": _l("Kind"),
    "severity": _l("Severity"),
    "state": _l("State"),
    "overdue": _l("Overdue"),
    "assignee": _l("Assigned to"),
    "site": _l("Site"),
    "who": _l("Who"),
    "action": _l("What"),
    "way": _l("Way in"),
    "from": _l("From day"),
    "to": _l("To day"),
    "maintenance": _l("Maintenance"),
}
_VALUES: dict[str, Callable[[str], str]] = {
    "severity": lambda value: str(SEVERITIES.get(value, value)),
    "state": lambda value: str(FINDING_STATES[value][0]) if value in FINDING_STATES else value,
    "action": action_label,
    "way": way_label,
}
# These say by being there, or by an id that nobody knows by heart.
_NAMED_ALONE = ("archived", "overdue", "maintenance", "assignee", "site")


def filter_words(filters: Mapping[str, str]) -> list[str]:
    """`Severity: High` and the like, one a filter; how a list is sorted narrows nothing."""
    return [_one(name, value) for name, value in filters.items() if name in NAMES and value]


def _one(name: str, value: str) -> str:
    words = str(NAMES[name])
    if name in _NAMED_ALONE:
        return words
    return _("%(name)s: %(value)s", name=words, value=_VALUES.get(name, str)(value))
