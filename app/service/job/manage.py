"""Looking at jobs, cancelling them, and taking what came of them.

Everybody has their own; who may `job.manage` sees the organization's, and can cancel them. What came of a job
is for who asked for it alone: they may know more than the one who looks.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from app.core.errors import ConflictError, NotFoundError
from app.models import File, Job, db, write
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.file.result import delete_result, get_result
from app.service.job.live import GOING_ON, say_stop, tell
from app.service.job.registry import kind_of
from app.service.job.running import end_waiting
from app.service.paging import Page, page_by_id
from app.service.permission.check import may


def list_jobs(
    actor: Actor,
    *,
    state: str | None = None,
    kind: str | None = None,
    mine: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Job]:
    """The newest first; `mine` leaves out those of others."""
    statement = select(Job).where(_visible(actor))
    if mine:
        statement = statement.where(Job.user_id == actor.user.id)
    if state:
        statement = statement.where(Job.state == state)
    if kind:
        statement = statement.where(Job.kind == kind)
    return page_by_id(statement.execution_options(populate_existing=True), Job.id, cursor, limit)


def _visible(actor: Actor) -> ColumnElement[bool]:
    ours = Job.organization_id == actor.organization_id
    sees_all = may(actor, "job.manage") and actor.scope is None
    return ours if sees_all else and_(ours, Job.user_id == actor.user.id)


def get_job(actor: Actor, job_id: int, session: Session | None = None) -> Job:
    """A job that they may see, as it is now, or NotFoundError."""
    statement = select(Job).where(Job.id == job_id, _visible(actor))
    job = (session or db.session()).scalar(statement.execution_options(populate_existing=True))
    if job is None:
        raise NotFoundError("there is no such job")
    return job


def cancel_job(actor: Actor, job_id: int) -> Job:
    """End a job where it is: one that waits at once, one that runs within a second."""
    with write() as session:
        job = get_job(actor, job_id, session)
        if job.state not in GOING_ON:
            raise ConflictError("the job is over already")
        if not job.is_cancel_asked:
            job.is_cancel_asked = True
            record_change(session, actor, "job.cancel", "job", job.id, after={"kind": job.kind})
        if job.state == "queued":
            end_waiting(job)
    if job.state == "running":
        say_stop(job.id)
    tell(job)
    return job


def forget_job(actor: Actor, job_id: int) -> None:
    """Delete a job that is over, with what came of it."""
    with write() as session:
        job = get_job(actor, job_id, session)
        if job.state in GOING_ON:
            raise ConflictError("the job is not over; cancel it first")
        files = [each for each in (job.input_file_id, job.result_file_id) if each is not None]
        record_change(session, actor, "job.delete", "job", job.id, before={"kind": job.kind})
        session.delete(job)
    for file_id in files:
        delete_result(file_id)


def result_of(actor: Actor, job_id: int) -> File:
    """What came of a job, for who asked for it and still may."""
    job = get_job(actor, job_id)
    if job.user_id != actor.user.id or not may(actor, kind_of(job.kind).permission):
        raise NotFoundError("the result is for who asked for it")
    file = get_result(actor.organization_id, job.result_file_id) if job.result_file_id else None
    if file is None:
        raise NotFoundError("there is no result, or it is no longer kept")
    return file


def input_of(job: Job) -> File:
    """What was handed in with a job."""
    file = get_result(job.organization_id, job.input_file_id) if job.input_file_id else None
    if file is None:
        raise NotFoundError("what was handed in is no longer kept")
    return file
