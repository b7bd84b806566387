"""Forms of who is told: hours of the week, layers of a rota, steps of a policy; without script, row by row.

A row that nothing was typed into is none. Where rows were left out, what a service says of the third one has
to be shown at the field it came from: `Rows` knows which that is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request

from app.core.errors import InvalidError
from app.web.forms.form import commas, lines, number, numbers

SPARE_SPANS, SPARE_STEPS, SPARE_LAYERS = 1, 2, 1
MOST_SPANS, MOST_STEPS, MOST_LAYERS = 14, 20, 5


@dataclass
class Rows:
    """What was typed in a list of rows, and the number of the field each came from."""

    name: str
    values: list[Any] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)

    def add(self, index: int, value: Any) -> None:
        self.values.append(value)
        self.numbers.append(index)

    def rename(self, error: InvalidError) -> InvalidError:
        """`steps.1.channels` becomes `steps.3` when the second row typed is the fourth on the page."""
        return InvalidError({self._renamed(name): why for name, why in error.fields.items()})

    def _renamed(self, name: str) -> str:
        head, _, rest = name.removeprefix(f"{self.name}.").partition(".")
        if name.startswith(f"{self.name}.") and head.isdigit() and int(head) < len(self.numbers):
            inner = ".".join(part for part in rest.split(".")[:1] if part)
            return f"{self.name}.{self.numbers[int(head)]}" + (f".{inner}" if inner else "")
        return name


def read_rows(name: str, most: int, read: Callable[[str], Any]) -> Rows:
    """Every row that says something; `read` is given the row's prefix and gives None for an empty one."""
    rows = Rows(name)
    for index in range(most):
        value = read(f"{name}.{index}")
        if value is not None:
            rows.add(index, value)
    return rows


def typed(name: str) -> str:
    return request.form.get(name, "").strip()


def read_span(prefix: str) -> dict[str, Any] | None:
    """One row of hours: its days, from when to when."""
    start, end = typed(f"{prefix}.start"), typed(f"{prefix}.end")
    if not start and not end:
        return None
    days = numbers(request.form.getlist(f"{prefix}.days"))
    return {"days": days or list(range(7)), "start": start[:5], "end": end[:5]}


def read_spans(name: str) -> list[dict[str, Any]]:
    return list(read_rows(name, MOST_SPANS, read_span).values)


def read_quiet(name: str) -> dict[str, Any] | None:
    """Quiet hours; None when there is no row."""
    spans = read_spans(f"{name}.spans")
    if not spans:
        return None
    return {"zone": typed(f"{name}.zone"), "spans": spans, "lets_down": f"{name}.lets_down" in request.form}


def span_rows(spans: Any, most: int = MOST_SPANS) -> list[dict[str, Any]]:
    """What a form shows: the spans there are, and an empty one."""
    known = [{"days": list(each["days"]), "start": each["start"], "end": each["end"]} for each in spans or ()]
    return [*known, *({"days": list(range(7)), "start": "", "end": ""} for _ in range(SPARE_SPANS))][:most]


def read_step(prefix: str) -> dict[str, Any] | None:
    """A step; one that names nobody is none."""
    chosen = {
        name: numbers(request.form.getlist(f"{prefix}.{name}")) for name in ("channels", "rotas", "users")
    }
    if not any(chosen.values()):
        return None
    return {"after_minutes": number(typed(f"{prefix}.after_minutes")) or 0, **chosen}


def read_layer(prefix: str, people: Mapping[str, int]) -> dict[str, Any] | None:
    """A layer, its people named by their addresses, in the order of their turns. Raises InvalidError."""
    names = [part for line in lines(request.form.get(f"{prefix}.participants")) for part in commas(line)]
    if not names:
        return None
    unknown = [name for name in names if name.lower() not in people]
    if unknown:
        raise InvalidError({f"{prefix}.participants": f"{unknown[0]} is not a member"})
    return {
        "name": typed(f"{prefix}.name"),
        "participants": [people[name.lower()] for name in names],
        "days": number(typed(f"{prefix}.days")) or 7,
        "time": typed(f"{prefix}.time")[:5] or "09:00",
        "starts_on": typed(f"{prefix}.starts_on"),
        "hours": read_spans(f"{prefix}.hours"),
    }
