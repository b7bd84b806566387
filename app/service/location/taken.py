"""Whether the recorder takes a message of samples: signed by the location that every sample names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from app.core.clock import now_ms
from app.core.signing import RefusedMessageError, claimed_location, open_message
from app.engine.usability.types import Sample
from app.service.location.known import home, key_of
from app.service.location.shape import is_well_shaped

OLDEST_MS = 40 * 86_400_000
NEWEST_MS = 36 * 3_600_000
"""Each day has its table: no message may call for one in a far future, or for one long dropped."""


def opened_by_recorder(task: str, message: Sequence[Any]) -> str:
    """The body of a message that the location it names has signed; else RefusedMessageError."""
    location = claimed_location(message)
    key = key_of(location)
    if key is None:
        raise RefusedMessageError("bad_signature", location)
    return open_message(message, task, key)


def taken_samples(message: Sequence[Any]) -> tuple[list[Sample], str]:
    """(samples, the token of who waits for them). Raises RefusedMessageError, or the database's error."""
    token, _, wire = opened_by_recorder("record.samples", message).partition("\n")
    location = message[0]
    try:
        samples = [Sample.from_wire(each) for each in orjson.loads(wire)]
    except (ValueError, TypeError) as error:
        raise RefusedMessageError("malformed", location) from error
    if any(sample.location != location for sample in samples):
        raise RefusedMessageError("foreign_sample", location)
    if location != home() and not all(map(is_well_shaped, samples)):
        raise RefusedMessageError("malformed", location)
    at_ms = now_ms()
    if not all(at_ms - OLDEST_MS <= sample.due_ms <= at_ms + NEWEST_MS for sample in samples):
        raise RefusedMessageError("not_plausible", location)
    for sample in samples:
        _keep_from_future(sample, at_ms)
    return samples, token


def _keep_from_future(sample: Sample, at_ms: int) -> None:
    """What comes in was over before: a probe whose clock is ahead dates no incident into the time to come."""
    sample.started_ms -= max(0, sample.started_ms + int(sample.total_ms or 0) - at_ms)
