"""Samples that no probe has measured, in the form that probes' samples have."""

from __future__ import annotations

from pydantic import ValidationError

from app.core.settings import get_settings
from app.core.snowflake import next_id
from app.engine.usability.registry import problems
from app.engine.usability.state.policy import SET_BACK_MS
from app.engine.usability.types import Outcome, Sample

AHEAD_MS = SET_BACK_MS + 10_000
"""What was heard so far in the future was so before a clock was set back. The recorder, which gets the sample
a little later, must see it, too."""


def sample_of(monitor_id: int, at_ms: int, outcome: Outcome, total_ms: float | None = None) -> Sample:
    """An outcome as a sample of this installation's own location, due and finished at `at_ms` (unix ms)."""
    return Sample(
        id=next_id(),
        monitor_id=monitor_id,
        location=get_settings().LOCATION,
        due_ms=at_ms,
        started_ms=at_ms,
        status=outcome.status,
        reason=outcome.reason,
        detail=outcome.detail,
        total_ms=total_ms,
        dns_ms=None,
        connect_ms=None,
        tls_ms=None,
        first_byte_ms=None,
        transfer_ms=None,
        late_ms=0.0,
        lag_ms=0.0,
        http_status=None,
        address=outcome.address,
        facts=outcome.facts,
    )


def unreadable(monitor_id: int, at_ms: int, error: ValidationError) -> Sample:
    """What is not known while a monitor's configuration cannot be read any more: another release's, say.

    It must not keep the others from being looked at.
    """
    found = "; ".join(f"{name}: {what}" for name, what in problems(error).items())
    return sample_of(monitor_id, at_ms, Outcome("unknown", "config_invalid", {"error": found[:300]}))
