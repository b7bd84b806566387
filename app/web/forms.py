"""A form as a page holds it: what was typed stays typed, and what is wrong is said at its field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core.errors import InvalidError
from app.web.messages import in_words


@dataclass
class Form:
    """`values` by field name, `errors` by field name, `labels` for the summary over the form."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    def value(self, name: str) -> Any:
        value = self.values.get(name)
        if isinstance(value, (list, tuple)):
            return "\n".join(map(str, value))
        return "" if value is None else value

    def pairs(self, name: str) -> list[list[str]]:
        """A mapping as lines of name and value."""
        value = self.values.get(name) or {}
        lines = value.items() if isinstance(value, Mapping) else value
        return [[str(key), str(words)] for key, words in lines]

    def error(self, name: str | None = None) -> str:
        """What is wrong with a field, or without a name whether anything is wrong."""
        return self.errors.get(name, "") if name else ("yes" if self.errors else "")

    def label(self, name: str) -> str:
        return self.labels.get(name, name)

    def refuse(self, error: InvalidError) -> None:
        """Take over what a service found wrong, in the page's language."""
        for name, why in error.fields.items():
            self.errors[name] = in_words(why)


def number(text: str | None) -> int | str | None:
    """What was typed as a whole number; the text itself when it is none, so that it is refused by name."""
    text = (text or "").strip()
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        return text


def lines(text: str | None) -> list[str]:
    """One entry a line; empty lines are none."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def commas(text: str | None) -> list[str]:
    """Entries between commas, Chinese ones too."""
    return [part.strip() for part in (text or "").replace("，", ",").split(",") if part.strip()]
