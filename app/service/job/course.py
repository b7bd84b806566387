"""A job while it runs, as the function sees that does it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from app.core.clock import now
from app.core.errors import CloudEyeError
from app.models import File, Job, db, write
from app.service.actor import Actor
from app.service.file.draft import Draft
from app.service.file.result import keep_result
from app.service.file.store import get_file_store
from app.service.job.live import is_stopped, tell_progress

LEASE = timedelta(seconds=60)
BEAT_SECONDS = 10.0
LOOK_SECONDS = 0.2
TELL_SECONDS = 0.4
WAY_SECONDS, PAUSE_SECONDS = 1.0, 0.12
"""On SQLite one process writes at a time, and who waits for it looks every tenth of a second: a job that
writes without a pause would keep everybody else waiting until their patience of five seconds is over."""
KEPT = timedelta(days=7)
"""How long a job and its result are kept."""
MOST_BYTES = 2**30
"""Of a result."""


class CancelledError(Exception):
    """Somebody has cancelled the job."""


class LostError(Exception):
    """The job is not ours any more: it was silent for too long, and somebody else has it."""


class TooLargeError(CloudEyeError):
    code = 11009
    http_status = 409
    msg = "the result is larger than a result may be"


class Course:
    """What a running job may use: who asked, what for, and how to say how far it is.

    `moved` has to be called more often than every minute, outside of transactions; it raises CancelledError
    or LostError when the job is to end here. `place` is where an earlier try has stopped.
    """

    def __init__(
        self,
        job: Job,
        actor: Actor,
        *,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.job_id, self.actor, self.place = job.id, actor, job.place
        self.values: dict[str, Any] = dict(job.values)
        self.outcome: dict[str, Any] = dict(job.outcome)
        self.input_name, self._input_file_id = job.input_name, job.input_file_id
        self.result: File | None = None
        self.done, self.total = job.done, job.total
        self._runner, self._clock, self._pause = job.runner, clock, pause
        self._beaten = self._looked = self._gave_way = clock()
        self._has_written = False
        self._told = clock() - TELL_SECONDS

    @property
    def locale(self) -> str:
        """The language the result is wanted in."""
        return str(self.values.get("locale", "en"))

    def moved(self, done: int, total: int | None = None) -> None:
        """Say that so much is done."""
        self.done, self.total = done, self.total if total is None else total
        at = self._clock()
        if at - self._looked >= LOOK_SECONDS:
            self._looked = at
            if is_stopped(self.job_id):
                raise CancelledError
        if at - self._beaten >= BEAT_SECONDS:
            self._beaten = at
            self._beat(now())
        if at - self._told >= TELL_SECONDS:
            self._told = at
            tell_progress(self.actor.organization_id, self.job_id, self.done, self.total)
        if self._has_written and at - self._gave_way >= WAY_SECONDS:
            self._give_way()

    def _give_way(self) -> None:
        """Let others write, where only one can."""
        if db.engine.dialect.name == "sqlite":
            self._pause(PAUSE_SECONDS)
        self._has_written, self._gave_way = False, self._clock()

    def _beat(self, at: datetime) -> None:
        with write() as session:
            self.hold(session, at)
            if session.get_one(Job, self.job_id, populate_existing=True).is_cancel_asked:
                raise CancelledError

    def hold(self, session: Session, at: datetime, **values: Any) -> None:
        """Within a transaction: these values go into the job's row, or LostError when it is not ours."""
        self._has_written = True
        held = session.execute(
            update(Job)
            .where(Job.id == self.job_id, Job.state == "running", Job.runner == self._runner)
            .values(leased_until=at + LEASE, done=self.done, total=self.total, **values)
            .execution_options(synchronize_session=False)
        )
        if not isinstance(held, CursorResult) or held.rowcount != 1:
            raise LostError

    def input(self) -> bytes:
        """What was handed in."""
        file = None if self._input_file_id is None else db.session.get(File, self._input_file_id)
        if file is None:
            raise CloudEyeError("what was handed in is no longer kept")
        return get_file_store().read(file.sha256)

    @contextmanager
    def writing(self, name: str, media: str) -> Iterator[Draft]:
        """The file that becomes the result when the block has ended well."""
        with get_file_store().draft(limit=MOST_BYTES) as draft:
            yield draft
            if draft.is_cut:
                raise TooLargeError
            self.result = keep_result(
                self.actor.organization_id,
                name,
                draft,
                media,
                expires_at=now() + KEPT,
                user_id=self.actor.user.id,
            )


def runner_name() -> str:
    """Who holds a job: unique among all processes of all machines."""
    return f"{os.uname().nodename[:32]}.{os.getpid()}.{os.urandom(6).hex()}"
