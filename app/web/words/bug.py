"""The words for what the bug job calls by fixed names: severities, states, confidences, acts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

SEVERITIES = {
    "critical": _l("Critical"),
    "high": _l("High"),
    "medium": _l("Medium"),
    "low": _l("Low"),
    "info": _l("Informational"),
}
FINDING_STATES = {
    "open": (_l("Open"), "down"),
    "confirmed": (_l("Confirmed"), "down"),
    "false_positive": (_l("False positive"), "quiet"),
    "accepted": (_l("Accepted"), "degraded"),
    "fixed": (_l("Fixed"), "up"),
}
"""State: its words, and the colour it is drawn with."""

FINDING_SEVERITY_GLYPHS = {"critical": "down", "high": "down", "medium": "degraded"}
"""How a new finding is drawn on the timeline; less grave ones are but notes."""

CONFIDENCES = {
    "tentative": _l("Tentative: look before you act"),
    "firm": _l("Firm"),
    "certain": _l("Certain"),
}
SOURCES = {
    "scan": _l("CloudEye's own scans"),
    "nuclei": "nuclei",
    "zap": "ZAP",
    "wapiti": "Wapiti",
}
HISTORY = {
    "opened": _l("Found"),
    "reopened": _l("Found again after it was fixed"),
    "assigned": _l("Assigned"),
    "due": _l("Due date changed"),
    "comment": _l("Comment"),
    "seen": _l("Looked at again"),
}
RETEST_ANSWERS = {
    "still_there": (_l("It is still there."), "bad"),
    "not_seen": (_l("It is no longer seen. A second look that agrees makes it fixed."), "good"),
    "unknown": (_l("It could not be told: the site did not answer as it usually does."), "info"),
}
SORTS = {
    "-severity": _l("Gravest first"),
    "-last_seen": _l("Seen last first"),
    "due": _l("Due first"),
}


def severity_mark(name: str) -> dict[str, str]:
    """What the macro `severity` draws."""
    return {"name": name, "text": str(SEVERITIES.get(name, name))}


def class_words(cls: str) -> str:
    """`directory_listing` → `directory listing`: classes are standard terms, the same in every language."""
    return cls.replace("_", " ")
