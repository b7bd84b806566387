"""The list of all kinds of noise."""

# ruff: noqa: E501 — markup and scripts read best unbroken

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.tamper.corpus.site import Moment, Render, Site

Transform = Callable[[str, Moment], str]
Kind = Literal["process", "event", "moment"]
Level = Literal["ok", "notice"]


@dataclass(frozen=True, slots=True)
class Noise:
    """One kind of noise. `most` is the highest verdict a fair judge may give it; `odds` its relative frequency."""

    name: str
    kind: Kind
    most: Level
    odds: float
    make: Callable[[Site], Render | None] | None = None
    transform: Callable[[Site], Transform] | None = None


NOISES: dict[str, Noise] = {}


def edits(
    name: str, kind: Kind = "process", most: Level = "ok", odds: float = 1.0
) -> Callable[[Callable[[Site], Render | None]], Callable[[Site], Render | None]]:
    """Register a noise that changes places of the page."""

    def register(make: Callable[[Site], Render | None]) -> Callable[[Site], Render | None]:
        NOISES[name] = Noise(name, kind, most, odds, make=make)
        return make

    return register


def whole_page(
    name: str, kind: Kind = "process", most: Level = "ok", odds: float = 1.0
) -> Callable[[Callable[[Site], Transform]], Callable[[Site], Transform]]:
    """Register a noise that rewrites the source."""

    def register(make: Callable[[Site], Transform]) -> Callable[[Site], Transform]:
        NOISES[name] = Noise(name, kind, most, odds, transform=make)
        return make

    return register
