"""What the content store takes for a snapshot: real pages of 25 to 100 kB with everyday changes.

Every history is put as checks put it, each body beside the one before it. The baseline of the same run is
each changed body compressed whole by zlib.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from app.service.tamper.store import Store
from tests.bench._figures import Figures
from tests.tamper.corpus.generate import generate
from tests.tamper.corpus.sources import all_pages

T = TypeVar("T")
HISTORIES = 150
SEED = 20
SMALLEST, LARGEST = 25_000, 100_000
MOST_BYTES = 6144


@dataclass(slots=True)
class Measured:
    """Of every snapshot that differs from the one before it, the first of a history apart."""

    changed: list[int] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    put_ms: list[float] = field(default_factory=list)
    get_ms: list[float] = field(default_factory=list)
    same_ms: list[float] = field(default_factory=list)
    same_bytes: int = 0


def histories() -> list[list[bytes]]:
    """The bodies of each history, oldest first."""
    fitting = [page for page in all_pages() if SMALLEST <= len(page.source.encode()) <= LARGEST]
    if not fitting:
        return []
    cases = generate(HISTORIES, SEED, fitting)
    return [[shot.body for shot in (*case.baselines, case.current)] for case in cases]


def measure(store: Store, bodies: list[list[bytes]]) -> Measured:
    measured = Measured()
    for history in bodies:
        _put_history(store, history, measured)
    return measured


def _put_history(store: Store, history: list[bytes], measured: Measured) -> None:
    base = None
    for body in history:
        stored, ms = _timed(partial(store.put, body, base=base))
        if base is None:
            measured.firsts.append(stored.stored_bytes)
        elif stored.is_new:
            measured.changed.append(stored.stored_bytes)
            measured.whole.append(len(zlib.compress(body, 6)))
            measured.put_ms.append(ms)
        base = stored.sha256
        _again(store, body, base, measured)


def _again(store: Store, body: bytes, name: str, measured: Measured) -> None:
    """The same body again, and reading it."""
    before = store.path(name).stat().st_size
    again, ms = _timed(lambda: store.put(body, base=name))
    measured.same_ms.append(ms)
    measured.same_bytes += again.is_new or store.path(name).stat().st_size - before
    read, ms = _timed(lambda: store.get(name))
    if read != body:
        raise AssertionError("the store gave back other bytes")
    measured.get_ms.append(ms)


def _timed(act: Callable[[], T]) -> tuple[T, float]:
    """(what it gives, milliseconds of CPU)."""
    began = time.process_time()
    result = act()
    return result, (time.process_time() - began) * 1000


def main() -> bool:
    figures = Figures("tamper_store")
    bodies = histories()
    if not bodies:
        print("There are no pages: the registries cannot be reached.", file=sys.stderr)
        return False
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "content", least_free=0)
        measured = measure(store, bodies)
        usage = store.usage()
    changed, whole = statistics.mean(measured.changed), statistics.mean(measured.whole)
    every = len(measured.changed) + len(measured.firsts)
    share = (sum(measured.changed) + sum(measured.firsts)) / every
    worst = statistics.quantiles(measured.changed, n=20)[-1]
    figures.tell("changed snapshots", len(measured.changed), "snapshots")
    figures.tell("stored per changed snapshot", changed, "B", most=MOST_BYTES, against=round(whole, 1))
    figures.tell("stored per changed snapshot, 95th percentile", worst, "B")
    figures.tell("stored per snapshot, first ones included", share, "B", against=round(whole, 1))
    figures.tell("stored per unchanged snapshot", measured.same_bytes, "B", most=0)
    figures.tell("whole store", usage.stored_bytes / 2**20, "MB")
    figures.tell("put a changed snapshot, CPU", statistics.mean(measured.put_ms), "ms")
    figures.tell("put an unchanged snapshot, CPU", statistics.mean(measured.same_ms), "ms")
    figures.tell("get a snapshot, CPU", statistics.mean(measured.get_ms), "ms")
    return figures.is_met


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
