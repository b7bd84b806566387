"""The texts of a finding in a person's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.engine.bug.definitions import Text, UnknownRuleError, definition_of

LOCALES = ("en", "zh")


def describe(rule: str, detail: Mapping[str, Any], locale: str = "en") -> dict[str, str]:
    """{"title", "why", "remedy"} of a rule. Values of `detail` fill the braces; a missing one reads "?".

    What was imported carries its own texts in the detail: `title`, `why`, `remedy`.
    """
    try:
        texts = definition_of(rule)
    except UnknownRuleError:
        return {name: str(detail.get(name, "")) for name in ("title", "why", "remedy")}
    return {
        "title": filled(texts.title, detail, locale),
        "why": filled(texts.why, detail, locale),
        "remedy": filled(texts.remedy, detail, locale),
    }


class _Values(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def filled(text: Text, detail: Mapping[str, Any], locale: str) -> str:
    """A text in a language, its braces filled; a missing value reads "?"."""
    template = text.get(locale[:2]) or text["en"]
    return template.format_map(_Values({key: _plain(value) for key, value in detail.items()}))


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
