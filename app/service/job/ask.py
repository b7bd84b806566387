"""Asking for long work, and handing in a file with it."""

from __future__ import annotations

import logging
from typing import Any

from kombu.exceptions import OperationalError
from redis import RedisError
from sqlalchemy import func, select

from app.core.clock import now
from app.core.errors import ConflictError, NotPermittedError
from app.models import Job, db, write
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.file.result import keep_result
from app.service.file.store import get_file_store
from app.service.job.course import KEPT
from app.service.job.live import GOING_ON, tell
from app.service.job.manage import input_of
from app.service.job.registry import kind_of
from app.service.job.running import narrowed
from app.service.permission.check import may
from app.service.queue import send

log = logging.getLogger("cloudeye.job")
MOST_WAITING = 20
"""Jobs of an organization that are not over."""


def ask_for(
    actor: Actor,
    kind: str,
    values: dict[str, Any],
    *,
    input: tuple[str, bytes] | None = None,
    is_told: bool = True,
) -> Job:
    """Begin a job as soon as a process is free. `values` are its kind's; `input` is a file's name and bytes.

    Where the workers are not told (`is_told`), whoever asked runs it, or they find it within seconds.

    Raises NotPermittedError, and ConflictError where too many of the organization's wait.
    """
    found = kind_of(kind)
    if not may(actor, found.permission):
        raise NotPermittedError
    _ask_for_room(actor)
    values = narrowed(values, actor)
    kept = None if input is None else _keep(actor, *input)
    with write() as session:
        job = Job(
            organization_id=actor.organization_id,
            user_id=actor.user.id,
            asked_by=actor.user.account,
            way=actor.way,
            ip=actor.ip,
            kind=kind,
            values=values,
            input_name=input[0][:200] if input else "",
            input_file_id=kept,
        )
        session.add(job)
        session.flush()
        facts = {"kind": kind, **values}
        record_change(session, actor, "job.start", "job", job.id, after=facts)
    tell(job)
    if is_told:
        nudge()
    return job


def ask_again(actor: Actor, job: Job, values: dict[str, Any]) -> Job:
    """Another job with the same file as this one and other values: what was tried is done."""
    data = get_file_store().read(input_of(job).sha256)
    return ask_for(actor, job.kind, values, input=(job.input_name, data))


def _ask_for_room(actor: Actor) -> None:
    waiting = db.session.scalar(
        select(func.count())
        .select_from(Job)
        .where(Job.organization_id == actor.organization_id, Job.state.in_(GOING_ON))
    )
    if int(waiting or 0) >= MOST_WAITING:
        raise ConflictError("too many jobs are waiting already")


def _keep(actor: Actor, name: str, data: bytes) -> int:
    with get_file_store().draft(limit=len(data)) as draft:
        draft.write(data)
        file = keep_result(
            actor.organization_id,
            name,
            draft,
            "application/octet-stream",
            expires_at=now() + KEPT,
            user_id=actor.user.id,
        )
    return file.id


def nudge() -> None:
    """Tell the workers to look. Without a broker the next turn of the scheduler does."""
    try:
        send("job.work", "report", [])
    except (RedisError, OperationalError, OSError):
        log.warning("job.nudge_failed")
