"""What a probe says of a path: taken as it is meant, and refused where it is nonsense."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from flask import Flask

from app.core.clock import now_ms
from app.core.signing import RefusedMessageError, seal
from app.service.cause.traces import take_trace
from app.service.queue import own_key

HOP = {"ttl": 1, "address": "192.0.2.1", "ms": 1.5}


def told(**more: Any) -> list[Any]:
    body = {"incident_id": "7", "hops": [HOP], "has_reached": False, "error": "", **more}
    return seal(own_key(), "record.trace", "default", now_ms(), orjson.dumps(body).decode())


def test_a_path_for_an_incident_that_is_gone_is_left(app: Flask) -> None:
    assert take_trace(told()) is False


@pytest.mark.parametrize(
    "odd",
    [
        {"incident_id": "9" * 30},
        {"incident_id": "-1"},
        {"hops": [{**HOP, "ms": "inf"}]},
        {"hops": [{**HOP, "ms": "nan"}]},
        {"hops": [{**HOP, "ttl": "9" * 30}]},
        {"hops": [{**HOP, "address": "<b>"}]},
        {"hops": {}},
    ],
)
def test_nonsense_is_refused(app: Flask, odd: dict[str, Any]) -> None:
    with pytest.raises(RefusedMessageError, match="malformed"):
        take_trace(told(**odd))
