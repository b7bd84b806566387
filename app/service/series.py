"""A monitor's results over a span of time, gathered into a fixed number of pieces for charts and strips.

The database sums up each piece, so a chart moves the same few numbers whether a check runs every second or
every hour.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import case, func, select

from app.models import db
from app.models.result import PHASES, STATUS_NUMBER, day_of, existing_days, result_table
from app.service.actor import Actor
from app.service.monitor import get_monitor

UP, DOWN = STATUS_NUMBER["up"], STATUS_NUMBER["down"]
MAX_PIECES = 1000


@dataclass(slots=True)
class Piece:
    """One piece of time from `start_ms` (unix ms): counts by outcome, mean times of good answers in ms."""

    start_ms: int
    count: int
    up: int
    down: int
    total_ms: float | None
    phases_ms: dict[str, float | None] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """down when any check failed, up when any succeeded and none failed."""
        return "down" if self.down else "up" if self.up else "unknown"


def series(
    actor: Actor, monitor_id: int, *, from_ms: int, to_ms: int, pieces: int = 240
) -> tuple[int, list[Piece]]:
    """The length of a piece in ms, and the pieces that hold results, oldest first."""
    get_monitor(actor, monitor_id)
    step = max(1000, -(-(to_ms - from_ms) // min(pieces, MAX_PIECES)))
    gathered: dict[int, Piece] = {}
    for day in sorted(existing_days(db.session.connection())):
        if day_of(from_ms) <= day <= day_of(to_ms):
            for row in db.session.execute(
                _gather(result_table(day), monitor_id, from_ms, to_ms, step)
            ).mappings():
                piece = _piece(dict(row), from_ms, step)
                # The piece round midnight has its halves in two tables: the fuller half speaks for the times.
                gathered[piece.start_ms] = _joined(gathered.get(piece.start_ms), piece)
    return step, [gathered[start] for start in sorted(gathered)]


def _gather(table: Any, monitor_id: int, from_ms: int, to_ms: int, step: int) -> Any:
    slot = ((table.c.due_ms - from_ms) - (table.c.due_ms - from_ms) % step).label("slot")
    good = table.c.status == UP
    times = [func.avg(case((good, table.c[f"{name}_us"]))).label(name) for name in ("total", *PHASES)]
    return (
        select(
            slot,
            func.count().label("count"),
            func.sum(case((good, 1), else_=0)).label("up"),
            func.sum(case((table.c.status == DOWN, 1), else_=0)).label("down"),
            *times,
        )
        .where(table.c.monitor_id == monitor_id, table.c.due_ms >= from_ms, table.c.due_ms < to_ms)
        .group_by(slot)
    )


def _piece(row: dict[str, Any], from_ms: int, step: int) -> Piece:
    def ms(name: str) -> float | None:
        return None if row[name] is None else round(float(row[name]) / 1000, 3)

    return Piece(
        start_ms=from_ms + int(row["slot"]),
        count=int(row["count"]),
        up=int(row["up"]),
        down=int(row["down"]),
        total_ms=ms("total"),
        phases_ms={phase: ms(phase) for phase in PHASES},
    )


def _joined(first: Piece | None, second: Piece) -> Piece:
    if first is None:
        return second
    fuller = first if first.up >= second.up else second
    return Piece(
        first.start_ms,
        first.count + second.count,
        first.up + second.up,
        first.down + second.down,
        fuller.total_ms,
        fuller.phases_ms,
    )
