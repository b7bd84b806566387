"""What a template may speak of: a message's facts in one language, as plain data."""

from __future__ import annotations

from typing import Any

from app.engine.notify.message import Message

NAMES = (
    "event",
    "severity",
    "title",
    "text",
    "sentence",
    "note",
    "url",
    "at",
    "organization",
    "site",
    "monitor",
    "watch",
    "incident",
    "alert",
    "bug",
    "group",
    "objective",
)
"""The names at a template's disposal; those that do not fit a message are empty."""


def facts_of(message: Message, locale: str) -> dict[str, Any]:
    """The facts under NAMES. `title` and `text` are CloudEye's own words; times are ISO 8601, UTC."""
    title, text = message.text(locale)
    facts = {
        "event": message.kind,
        "severity": message.severity,
        "title": title,
        "text": text,
        "sentence": message.sentence,
        "note": message.note,
        "url": message.url or "",
        "at": message.at.isoformat(),
        **{name: getattr(message, name) for name in NAMES[8:]},
    }
    spoken: dict[str, Any] = _in_language(facts, locale)
    return spoken


def _in_language(value: Any, locale: str) -> Any:
    """The same data, with texts in several languages replaced by the one in this."""
    if isinstance(value, dict):
        if value.keys() == {"en", "zh"}:
            return value.get(locale) or value["en"]
        return {name: _in_language(each, locale) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_in_language(each, locale) for each in value]
    return value
