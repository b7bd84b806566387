"""Samples as probes would have measured them."""

from __future__ import annotations

from app.engine.usability.types import Sample

KINDS = {"u": ("up", None), "d": ("down", "connect_refused"), "?": ("unknown", "probe_starved")}


def measured(
    monitor_id: int,
    letters: str,
    start_ms: int,
    *,
    every_ms: int = 60_000,
    location: str = "default",
    total_ms: float = 12.5,
) -> list[Sample]:
    """u: up, d: down, ?: unknown; one sample each `every_ms`, from `start_ms` on."""
    return [
        sample_of(
            monitor_id, start_ms + number * every_ms, *KINDS[letter], location=location, total_ms=total_ms
        )
        for number, letter in enumerate(letters)
    ]


def sample_of(
    monitor_id: int,
    due_ms: int,
    status: str,
    reason: str | None = None,
    *,
    location: str = "default",
    total_ms: float = 12.5,
) -> Sample:
    """One sample, on time."""
    return Sample(
        id=due_ms,
        monitor_id=monitor_id,
        location=location,
        due_ms=due_ms,
        started_ms=due_ms,
        status=status,  # type: ignore[arg-type]
        reason=reason,
        detail={"host": "127.0.0.1", "address": "127.0.0.1", "port": 9} if reason else {},
        total_ms=total_ms,
        dns_ms=None,
        connect_ms=1.25,
        tls_ms=None,
        first_byte_ms=10.0,
        transfer_ms=0.5,
        late_ms=0.2,
        lag_ms=0.0,
        http_status=200 if status == "up" else None,
        address="127.0.0.1",
        facts={},
    )
