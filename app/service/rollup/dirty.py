"""Results that came after their 5 minutes were rolled up: which to make anew.

Whether one is late is asked of the clock alone. The roller waits `GRACE_MS` after the end of 5 minutes; what
is recorded more than `SETTLED_MS` after it is noted here. The half minute between the two is longer than any
transaction of the recorder, so that no result falls between.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from app.core.snowflake import next_id
from app.models import RollupDirty
from app.models.rollup import FIVE_MS, replace_rows

GRACE_MS, SETTLED_MS = 90_000, 60_000
LOOK_MS = 60_000
"""How far behind a piece the next sample is there, when the piece is made, to say until when the last one
stands. What comes later, and sooner than the interval has it, has the piece made anew."""


def late_before(at_ms: int) -> int:
    """What is due before this moment (unix ms) and recorded at `at_ms` has to be noted."""
    return (at_ms - SETTLED_MS) // FIVE_MS * FIVE_MS


def is_cut_short(before_ms: int, due_ms: int, interval_ms: int) -> bool:
    """Whether a sample ends what the one before it stands for, in a piece that may have been made without it.

    That is a second look of a long interval, a check on demand, or a call that comes when it likes.
    """
    behind_ms = due_ms - (before_ms // FIVE_MS + 1) * FIVE_MS
    return behind_ms >= LOOK_MS and due_ms - before_ms < interval_ms


def note(session: Session, slots: Iterable[tuple[int, int]]) -> None:
    """Have the 5 minutes of late slots (monitor id, due unix ms) made anew, in the caller's transaction."""
    pieces: set[tuple[int, int]] = set()
    for monitor_id, due_ms in slots:
        start_ms = due_ms - due_ms % FIVE_MS
        pieces.add((monitor_id, start_ms))
        if due_ms - start_ms < LOOK_MS:
            pieces.add((monitor_id, start_ms - FIVE_MS))
    if pieces:
        stamp = next_id()
        rows = [
            {"monitor_id": monitor_id, "start_ms": start_ms, "stamp": stamp}
            for monitor_id, start_ms in sorted(pieces)
        ]
        replace_rows(session.connection(), RollupDirty.__table__, rows)  # type: ignore[arg-type]
