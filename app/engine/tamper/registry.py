"""Detectors: one file each in `app/engine/tamper/detectors`, found by itself.

A detector is a function of what was seen (`Seen`) that yields reasons, and the sentences of its codes.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from app.engine.tamper.seen import Seen
from app.engine.tamper.types import Reason

Look = Callable[[Seen], Iterator[Reason]]


@dataclass(frozen=True, slots=True)
class Detector:
    """`sentences` maps a code to its sentence in English and Chinese; `{…}` names values of the detail."""

    name: str
    look: Look
    sentences: Mapping[str, Mapping[str, str]]


_found: dict[str, Detector] = {}


def detector(name: str, sentences: Mapping[str, tuple[str, str]]) -> Callable[[Look], Look]:
    """Register a detector under a name; `sentences` are (English, Chinese) by code."""

    def add(look: Look) -> Look:
        if name in _found:
            raise ValueError(f"two detectors are called {name}")
        _found[name] = Detector(
            name, look, {code: {"en": en, "zh": zh} for code, (en, zh) in sentences.items()}
        )
        return look

    return add


@cache
def all_detectors() -> tuple[Detector, ...]:
    """Every detector, by name."""
    package = importlib.import_module("app.engine.tamper.detectors")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return tuple(_found[name] for name in sorted(_found))
