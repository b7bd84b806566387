"""The kinds of messages there are, their families, and which of them rules choose channels for."""

from __future__ import annotations

MESSAGES = (
    "incident.opened",
    "incident.changed",
    "incident.closed",
    "incident.withdrawn",
    "incident.escalated",
    "incident.reminder",
    "incident.assigned",
    "monitor.flapping",
    "monitor.calm",
    "storm.opened",
    "storm.closed",
    "digest",
    "alert.opened",
    "alert.closed",
    "bug.finding_opened",
    "bug.finding_reopened",
    "bug.grade_fell",
    "bug.scan_failed",
    "bug.host_revoked",
    "objective.burning",
    "objective.calm",
)
FAMILIES = ("incident.*", "monitor.*", "storm.*", "alert.*", "bug.*", "objective.*")
EVERYTHING = "*"
TEMPLATE_EVENTS = (EVERYTHING, *FAMILIES, *MESSAGES)
"""What a template may be for."""
RULE_EVENTS = (
    "incident",
    "alert",
    "bug.finding_opened",
    "bug.finding_reopened",
    "bug.grade_fell",
    "bug.scan_failed",
    "bug.host_revoked",
    "objective",
)
"""What a rule may name. Whoever heard of a beginning hears of its end, so rules are asked of beginnings."""


def candidates(kind: str) -> tuple[str, ...]:
    """The events whose template a message may take, the most particular first."""
    family = f"{kind.partition('.')[0]}.*"
    return (kind, family, EVERYTHING) if family in FAMILIES else (kind, EVERYTHING)


def rule_event(kind: str) -> str:
    """What rules call a kind of message: incident, alert, objective, or a weakness's own kind."""
    head = kind.partition(".")[0]
    if head in ("monitor", "storm", "digest"):
        return "incident"
    return kind if head == "bug" else head
