"""Check now: a monitor's check out of turn, for somebody who waits for its result."""

from __future__ import annotations

import secrets
from typing import Any, cast

from redis import RedisError

from app.core.errors import ConflictError, RedisUnavailableError
from app.core.redis import get_redis
from app.models import db
from app.service.actor import Actor
from app.service.audit import record_act
from app.service.monitor.manage import get_monitor
from app.service.queue import send_run
from app.service.results.result import document_of_run
from app.service.scheduling import schedule


def run_now(actor: Actor, monitor_id: int, *, wait_seconds: float = 8.0) -> dict[str, Any] | None:
    """Check at once and wait for the recorded result: its wire dictionary, or None when it takes longer."""
    monitor = get_monitor(actor, monitor_id)
    if monitor.is_paused or monitor.site.archived_at:
        raise ConflictError("the monitor is paused; resume it first")
    record_act(actor, "monitor.run", "monitor", monitor.id)
    token = secrets.token_hex(16)
    db.session.commit()  # No database connection is held while we wait.
    try:
        send_run(
            schedule.locations_of(monitor)[0],
            monitor.id,
            schedule.compile_spec(monitor, actor.organization),
            token,
        )
        answer = cast("tuple[bytes, bytes] | None", get_redis().blpop([f"run:{token}"], timeout=wait_seconds))
    except (RedisError, OSError) as error:
        raise RedisUnavailableError from error
    if answer is None:
        return None
    return document_of_run(answer[1])
