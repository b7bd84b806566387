"""Reading roll-ups of one monitor as if they were all made: what is not yet, is made of what is finer."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from app.engine.usability.series.rollup import Rollup
from app.models.day_table import FIVES
from app.models.rollup import DAY_MS, FIVE_MS, LONG, STEP_MS, five_table
from app.service.results.samples import day_from_ms, has_table, midnight_ms, with_tables
from app.service.rollup.make import fives_of
from app.service.rollup.roller import marks
from app.service.rollup.rows import Key, folded, read_rows

FINER = {"1d": "1h", "1h": "5m"}


def rollups(
    monitor_id: int,
    interval_ms: int,
    from_ms: int,
    to_ms: int,
    kind: str,
    locations: Collection[int] | None = None,
) -> dict[int, Rollup]:
    """The monitor's pieces that begin in [from, to) (unix ms), of all these locations together.

    `kind` is 5m, 1h or 1d; `from_ms` is rounded down to where a piece begins. They go by their beginning;
    pieces without a sample are absent.
    """
    step_ms = STEP_MS[kind]
    from_ms -= from_ms % step_ms
    done = marks()

    def read() -> dict[int, Rollup]:
        made: dict[int, Rollup] = {}
        pieces = _pieces(monitor_id, interval_ms, from_ms, to_ms, kind, locations, done)
        for (_monitor_id, start_ms, _location), rollup in pieces:
            present = made.setdefault(start_ms - start_ms % step_ms, rollup)
            if present is not rollup:
                present.merge(rollup)
        return made

    return with_tables(read)


def _pieces(
    monitor_id: int,
    interval_ms: int,
    from_ms: int,
    to_ms: int,
    kind: str,
    locations: Collection[int] | None,
    done: dict[str, int],
) -> Iterator[tuple[Key, Rollup]]:
    """What is made of this kind, then the rest in finer pieces."""
    made_to = min(to_ms, done.get(kind, 0))
    if kind == "5m":
        yield from fives(monitor_id, from_ms, made_to, locations)
        rest_ms = max(from_ms, made_to)
        if rest_ms < to_ms:
            until_ms = -(-to_ms // FIVE_MS) * FIVE_MS
            made = fives_of({monitor_id: interval_ms}, rest_ms, until_ms)
            yield from (each for each in made.items() if locations is None or each[0][2] in locations)
        return
    if from_ms < made_to:
        yield from read_rows(LONG[kind], (monitor_id,), from_ms, made_to, locations)
    rest_ms = max(from_ms, made_to)
    if rest_ms < to_ms:
        yield from _pieces(monitor_id, interval_ms, rest_ms, to_ms, FINER[kind], locations, done)


def fives(
    monitor_id: int, from_ms: int, to_ms: int, locations: Collection[int] | None
) -> Iterator[tuple[Key, Rollup]]:
    """The made 5 minutes that begin in [from, to)."""
    while from_ms < to_ms:
        day = day_from_ms(from_ms)
        if has_table(f"{FIVES}{day:%Y%m%d}"):
            yield from read_rows(five_table(day), (monitor_id,), from_ms, to_ms, locations)
        from_ms = midnight_ms(day) + DAY_MS


def folded_to(pieces: dict[int, Rollup], from_ms: int, step_ms: int) -> dict[int, Rollup]:
    """Pieces merged into longer ones that begin at `from_ms` and every `step_ms` after it."""
    keyed = (((0, start_ms - from_ms, 0), rollup) for start_ms, rollup in pieces.items())
    return {start_ms + from_ms: rollup for (_, start_ms, _location), rollup in folded(keyed, step_ms).items()}
