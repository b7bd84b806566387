"""What probes say of themselves, every few seconds: taken when their location has signed it.

A probe elsewhere may be in somebody else's hands, and pages show what it says: only what has the right shape
and size is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import select, update

from app.core.clock import now_ms
from app.core.signing import RefusedMessageError
from app.models import Location, db, write
from app.service.location.manage import ensure_home
from app.service.location.taken import opened_by_recorder

GONE_MS = 60_000
MOST_CHARS = 16_000
MOST_PROBES = 20
Count = Annotated[int, Field(ge=0, le=2**53)]
Number = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
Word = Annotated[str, Field(max_length=100)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class ToldTarget(_Shape):
    target: Annotated[str, Field(max_length=500)]
    is_here: bool
    ms: Number
    why: Annotated[str, Field(max_length=200)] = ""


class Control(_Shape):
    state: Literal["here", "offline", "none"]
    at_ms: Count = 0
    is_given: bool = False
    targets: Annotated[list[ToldTarget], Field(max_length=20)] = []


class Report(_Shape):
    """One probe's words about itself."""

    host: Word
    pid: Count
    version: Word = ""
    at_ms: Count = 0
    clock_off_ms: Annotated[int, Field(ge=-(2**53), le=2**53)] | None = None
    in_flight: Count = 0
    checks: Count = 0
    per_second: Number = 0.0
    lag_ms: Number = 0.0
    control: Control | None = None
    refused: Annotated[dict[Word, Count], Field(max_length=20)] = {}


def take_report(message: Sequence[Any]) -> None:
    """Keep a probe's report with its location. Raises RefusedMessageError, or the database's error."""
    body = opened_by_recorder("record.report", message)
    code = message[0]
    if len(body) > MOST_CHARS:
        raise RefusedMessageError("malformed", code)
    try:
        report = Report.model_validate_json(body)
    except ValidationError as error:
        raise RefusedMessageError("malformed", code) from error
    ensure_home()
    at_ms = now_ms()
    row = db.session.execute(select(Location.id, Location.last_report).where(Location.code == code)).first()
    if row is None:
        return
    told: dict[str, Any] = (row.last_report or {}).get("probes", {})
    probes = _fresh({**told, f"{report.host}:{report.pid}": _kept(report, at_ms)}, at_ms)
    with write() as session:
        session.execute(
            update(Location)
            .where(Location.id == row.id)
            .values(last_seen_ms=at_ms, last_report={"probes": probes})
        )


def _kept(report: Report, at_ms: int) -> dict[str, Any]:
    return {**report.model_dump(mode="json", exclude_none=True), "seen_ms": at_ms}


def _fresh(probes: dict[str, Any], at_ms: int) -> dict[str, Any]:
    """Those that were heard of within a minute, the newest twenty."""
    fresh = {name: told for name, told in probes.items() if told.get("seen_ms", 0) > at_ms - GONE_MS}
    newest = sorted(fresh, key=lambda name: -fresh[name]["seen_ms"])[:MOST_PROBES]
    return {name: fresh[name] for name in newest}
