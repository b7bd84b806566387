"""The heartbeat of a process. Apart from `health`, so that a probe needs no database to send it."""

from __future__ import annotations

import socket

from app.core.clock import now_ms
from app.core.redis import get_redis


def beat(process: str) -> None:
    """Say that this process is alive and doing its work."""
    get_redis().set(f"heartbeat:{process}:{socket.gethostname()}", now_ms(), ex=60)
