"""Running jobs: claim a waiting one, let its kind work, write down what came of it.

Who runs a job holds it for a minute and says so every ten seconds (`course.py`). One whose worker has died
waits again, twice at most: every kind can be tried again, since it changes nothing, or goes on at its place.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, exists, select, update
from sqlalchemy.orm import aliased

from app.core.clock import now
from app.core.errors import CloudEyeError
from app.models import Job, User, db, write
from app.models.errors import DATABASE_AWAY
from app.service.actor import Actor
from app.service.auth import load_actor
from app.service.file.result import delete_result
from app.service.job.course import KEPT, LEASE, CancelledError, Course, LostError
from app.service.job.live import forget, tell
from app.service.job.registry import kind_of
from app.service.permission.check import may
from app.service.scope.current import within

log = logging.getLogger("cloudeye.job")
MOST_TRIES = 3
SCOPES = "scopes"
"""Where a job's values hold what narrows whoever asked for it."""


def claim_job(runner: str, at: datetime | None = None) -> int | None:
    """The id of a waiting job that is now this runner's; organizations with nothing under way come first."""
    at = at or now()
    other = aliased(Job)
    busy = exists().where(other.organization_id == Job.organization_id, other.state == "running")
    waiting = db.session.scalars(
        select(Job.id).where(Job.state == "queued").order_by(busy, Job.id).limit(20)
    ).all()
    db.session.commit()
    return next((job_id for job_id in waiting if _claim(job_id, runner, at)), None)


def _claim(job_id: int, runner: str, at: datetime) -> bool:
    """Whether a waiting job is this runner's now."""
    with write() as session:
        done = session.execute(
            update(Job)
            .where(Job.id == job_id, Job.state == "queued")
            .values(
                state="running",
                runner=runner,
                leased_until=at + LEASE,
                attempts=Job.attempts + 1,
                started_at=at,
            )
            .execution_options(synchronize_session=False)
        )
        return isinstance(done, CursorResult) and done.rowcount == 1


def run_here(job_id: int, runner: str) -> str:
    """Run a job that was just asked for in this process, unless somebody else was faster; gives its state."""
    return run_job(job_id, runner) if _claim(job_id, runner, now()) else "lost"


def run_job(job_id: int, runner: str) -> str:
    """Run a claimed job to its end, blocking; gives its state. The database being away is raised."""
    job = db.session.scalar(
        select(Job)
        .where(Job.id == job_id, Job.state == "running", Job.runner == runner)
        .execution_options(populate_existing=True)
    )
    if job is None:
        db.session.commit()
        return "lost"
    actor = actor_of(job)
    tell(job)
    if actor is None or not may(actor, kind_of(job.kind).permission):
        return _end(job_id, runner, "failed", problem="not_permitted")
    course = Course(job, actor)
    db.session.commit()
    try:
        with within(actor.scope):
            outcome = kind_of(job.kind).run(course)
        return _end(job_id, runner, "done", course, outcome=outcome)
    except CancelledError:
        return _end(job_id, runner, "cancelled", course)
    except LostError:
        log.warning("job.lost", extra={"job_id": job_id})
        return "lost"
    except DATABASE_AWAY:
        raise
    except CloudEyeError as error:
        return _end(job_id, runner, "failed", course, problem=error.msg)
    except Exception:
        log.exception("job.crashed", extra={"job_id": job_id})
        return _end(job_id, runner, "failed", course, problem="crashed")


def actor_of(job: Job) -> Actor | None:
    """Who asked for it, as they are now; None when they are gone or out."""
    version = db.session.scalar(select(User.session_version).where(User.id == job.user_id))
    if version is None:
        return None
    actor = load_actor(job.user_id, job.organization_id, version, way=job.way, ip=job.ip)
    scopes = job.values.get(SCOPES)
    return actor if actor is None or scopes is None else replace(actor, scopes=frozenset(scopes))


def narrowed(values: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """A job's values with what a token or a signed call may: what runs later may no more than who asked."""
    plain = {name: value for name, value in values.items() if name != SCOPES}
    return plain if actor.scopes is None else {**plain, SCOPES: sorted(actor.scopes)}


def _end(
    job_id: int,
    runner: str,
    state: str,
    course: Course | None = None,
    *,
    outcome: dict[str, Any] | None = None,
    problem: str = "",
) -> str:
    at = now()
    db.session.rollback()
    with write() as session:
        job = session.get_one(Job, job_id, populate_existing=True, with_for_update=True)
        is_ours = job.state == "running" and job.runner == runner
        if is_ours:
            _finish(job, state, at, problem)
            if course is not None:
                _keep(job, course, outcome)
    if not is_ours:
        if course is not None and course.result is not None:
            delete_result(course.result.id)
        return "lost"
    forget(job_id)
    tell(job)
    return state


def _finish(job: Job, state: str, at: datetime, problem: str = "") -> None:
    job.state, job.problem, job.finished_at = state, problem[:500], at
    job.runner, job.leased_until, job.kept_until = "", None, at + KEPT


def _keep(job: Job, course: Course, outcome: dict[str, Any] | None) -> None:
    job.done, job.total = course.done, course.total
    job.outcome = {**course.outcome, **(outcome or {})}
    if course.result is not None:
        job.result_file_id = course.result.id
        job.result_name, job.result_size = course.result.name, course.result.size


def end_waiting(job: Job) -> None:
    """Within a transaction: a job that nobody has begun is cancelled at once."""
    _finish(job, "cancelled", now())


def give_back(job_id: int, runner: str) -> None:
    """Its process was told to end, or has died: the job waits again, unless it was tried too often."""
    with write() as session:
        job = session.get_one(Job, job_id, populate_existing=True, with_for_update=True)
        if job.state != "running" or job.runner != runner:
            return
        _return(job, now())
    tell(job)


def sweep_lost(at: datetime | None = None) -> int:
    """Give back, or end, the jobs whose worker says nothing any more; gives how many."""
    at = at or now()
    gone = db.session.scalars(select(Job.id).where(Job.state == "running", Job.leased_until < at)).all()
    db.session.commit()
    for job_id in gone:
        with write() as session:
            job = session.get_one(Job, job_id, populate_existing=True, with_for_update=True)
            if job.state == "running" and job.leased_until is not None and job.leased_until < at:
                _return(job, at)
        tell(job)
    return len(gone)


def _return(job: Job, at: datetime) -> None:
    if job.is_cancel_asked:
        _finish(job, "cancelled", at)
    elif job.attempts >= MOST_TRIES:
        _finish(job, "failed", at, "worker_lost")
    else:
        job.state, job.runner, job.leased_until = "queued", "", None


def has_waiting() -> bool:
    """Is there a job that nobody has begun?"""
    found = db.session.scalar(select(Job.id).where(Job.state == "queued").limit(1)) is not None
    db.session.commit()
    return found
