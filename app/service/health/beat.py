"""The heartbeat of a process. Apart from `health`, so that a probe needs no database to send it."""

from __future__ import annotations

import os
import socket

import orjson

from app.core.clock import now_ms
from app.core.redis import get_redis
from app.service.health.vitals import vitals_of

SECONDS = 60


def beat(process: str) -> None:
    """Say that this process is alive and doing its work, and what it takes."""
    name = f"{process}:{socket.gethostname()}"
    pipe = get_redis().pipeline(transaction=False)
    pipe.set(f"heartbeat:{name}", now_ms(), ex=SECONDS)
    if vitals := vitals_of(os.getpid()):
        pipe.set(f"vitals:{name}", orjson.dumps(vitals.document()), ex=SECONDS)
    pipe.execute()
