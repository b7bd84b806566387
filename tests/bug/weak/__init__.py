"""A tea shop with a great many labelled weaknesses, one module an area."""

from __future__ import annotations

from tests.bug.weak import (
    apis,
    content,
    cookies,
    errors,
    exposed,
    forms,
    headers,
    insides,
    keys,
    other,
    panels,
    payload,
    policy,
    repositories,
    scripts,
    stubs,
)
from tests.bug.weak.model import Weakness
from tests.bug.weak.site import Noise, WeakSite

AREAS = (
    headers,
    cookies,
    forms,
    content,
    errors,
    keys,
    scripts,
    repositories,
    exposed,
    panels,
    insides,
    apis,
    policy,
    payload,
)
ALL: tuple[Weakness, ...] = tuple(each for area in AREAS for each in area.WEAKNESSES)
OTHER: tuple[Weakness, ...] = other.WEAKNESSES
"""A second site, by another hand."""
STUBS: tuple[Weakness, ...] = stubs.WEAKNESSES
"""A third one, each weakness as short as can be."""
MENDED = frozenset(each.id for each in ALL)

__all__ = ["ALL", "MENDED", "OTHER", "STUBS", "Noise", "WeakSite", "Weakness"]
