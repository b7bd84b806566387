"""Sweeping the content store: what nobody refers to goes, and what a kept object is built on stays."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass

from app.service.tamper.content import NeededError, StoreError
from app.service.tamper.store import Store

GRACE_SECONDS = 3600
"""What was put so short ago is kept: its snapshot may be about to be written."""
BATCH = 400
_MARK = re.compile(r"([0-9a-f]{64})\.([0-9a-f]{64})\Z")

Referred = Callable[[Collection[str]], Collection[str]]
"""Of these names, those that something refers to."""


@dataclass(frozen=True, slots=True)
class Swept:
    """`needed` objects are referred to by nobody, and stay as bases of others."""

    removed: int
    removed_bytes: int
    needed: int
    damaged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    base: str
    depth: int
    size: int
    is_young: bool


def sweep(store: Store, referred: Referred, *, now: float, grace_seconds: float = GRACE_SECONDS) -> Swept:
    """Delete every object that is older than the grace, that nothing refers to and nothing kept is built on.

    `now` is in unix seconds. What the objects' own beginnings say counts, not the marks beside them: a power
    cut may have taken a mark.
    """
    found, damaged = _look(store, now - grace_seconds)
    wanted = _referred(referred, [name for name, each in found.items() if not each.is_young])
    kept = {name for name, each in found.items() if each.is_young or name in wanted}
    needed = _closed(kept, found)
    unwanted = found.keys() - kept - needed
    removed = removed_bytes = 0
    # Differences before their bases.
    for name in sorted(unwanted, key=lambda each: -found[each].depth):
        with suppress(NeededError):
            if store.delete(name, unless_used_after=now - grace_seconds):
                removed += 1
                removed_bytes += found[name].size
    _tidy(store, now - grace_seconds)
    return Swept(removed, removed_bytes, len(needed - kept), tuple(damaged))


def _look(store: Store, since: float) -> tuple[dict[str, _Found], list[str]]:
    """Every object as its file begins, and the names of those that do not begin as they should."""
    found: dict[str, _Found] = {}
    damaged: list[str] = []
    for name in store.names():
        try:
            facts = store.path(name).stat()
        except FileNotFoundError:
            continue
        base, depth = "", 0
        try:
            head = store.head(name)
            base, depth = head.base, head.depth
        except StoreError:
            damaged.append(name)
        found[name] = _Found(base, depth, facts.st_size, facts.st_mtime > since)
    return found, damaged


def _referred(referred: Referred, names: list[str]) -> set[str]:
    wanted: set[str] = set()
    for begin in range(0, len(names), BATCH):
        wanted.update(referred(names[begin : begin + BATCH]))
    return wanted


def _closed(kept: set[str], found: dict[str, _Found]) -> set[str]:
    """All that the kept ones are built on, down to the last base."""
    needed: set[str] = set()
    for name in kept:
        base = found[name].base
        while base and base not in needed and base in found:
            needed.add(base)
            base = found[base].base
    return needed


def _tidy(store: Store, since: float) -> None:
    """Remove drafts of processes that died, and marks of what is not built on its base (any more)."""
    for draft in store.folder.glob(".draft.*"):
        with suppress(FileNotFoundError):
            if draft.stat().st_mtime <= since:
                draft.unlink()
    for mark in store.folder.glob("[0-9a-f]/[0-9a-f]/*.*"):
        parts = _MARK.match(mark.name)
        if parts is None or store.is_needed_by(parts[1], parts[2]):
            continue
        with suppress(FileNotFoundError), store.locked(alone=True):
            # A writer renews its mark before it writes what needs it.
            if mark.stat().st_mtime <= since:
                mark.unlink()
