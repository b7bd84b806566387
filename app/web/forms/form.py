"""A form as a page holds it: what was typed stays typed, and what is wrong is said at its field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core.errors import InvalidError
from app.core.snowflake import BEYOND
from app.web.messages.lookup import in_words

_PLACE = re.compile(r"(?<=\.)\d+(?=\.|$)")


@dataclass
class Form:
    """`values` by field name, `errors` by field name, `labels` for the summary over the form."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    def value(self, name: str, default: Any = None) -> Any:
        """What a field shows; `default` where nothing is known of it, as in a new line of a list."""
        value = self.found(name)
        if isinstance(value, (list, tuple)):
            return "\n".join(map(str, value))
        if value is None:
            value = default
        return "" if value is None else value

    def found(self, name: str) -> Any:
        """The value under a dotted name, inside parts and lists too; None when there is none."""
        if name in self.values:
            return self.values[name]
        head, _, rest = name.rpartition(".")
        if not head:
            return None
        around = self.found(head)
        if isinstance(around, Mapping):
            return around.get(rest)
        if isinstance(around, (list, tuple)) and rest.isdecimal() and int(rest) < len(around):
            return around[int(rest)]
        return None

    def lines(self, name: str) -> list[Any]:
        """The lines of a list of parts."""
        value = self.found(name)
        return list(value) if isinstance(value, (list, tuple)) else []

    def has_error_in(self, name: str) -> bool:
        """Whether something is wrong inside a part or a line."""
        return any(each == name or each.startswith(f"{name}.") for each in self.errors)

    def pairs(self, name: str) -> list[list[str]]:
        """A mapping as lines of name and value."""
        value = self.found(name) or {}
        lines = value.items() if isinstance(value, Mapping) else value
        return [[str(key), str(words)] for key, words in lines]

    def error(self, name: str | None = None) -> str:
        """What is wrong with a field, or without a name whether anything is wrong."""
        return self.errors.get(name, "") if name else ("yes" if self.errors else "")

    def label(self, name: str) -> str:
        """The words for a field in the summary; in labels, `*` stands for the number of a line."""
        if name in self.labels:
            return self.labels[name]
        numbers = iter(_PLACE.findall(name))
        pattern = _PLACE.sub("*", name)
        while pattern and pattern not in self.labels:
            pattern = pattern.rpartition(".")[0]
        words = self.labels.get(pattern, name)
        return re.sub(r"\*", lambda _star: str(int(next(numbers, "0")) + 1), words)

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


def numbers(texts: Iterable[str]) -> list[int]:
    """The ids and days that were ticked; what cannot be one, such as ² or one too long, is none of them."""
    found = (int(each) for each in texts if each.isdecimal() and len(each) < 20)
    return [each for each in found if each < BEYOND]


def lines(text: str | None) -> list[str]:
    """One entry a line; empty lines are none."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def commas(text: str | None) -> list[str]:
    """Entries between commas, Chinese ones too."""
    return [part.strip() for part in (text or "").replace("，", ",").split(",") if part.strip()]
