"""Queue `report`: long work. Each job runs in a process of its own (`tasks.job_run`), as scans do: a hundred
thousand rows of a table.
"""

from __future__ import annotations

import logging

from app.core.clock import now
from tasks.apart import AWAY, Apart, Arguments
from tasks.application import Told, celery, database

log = logging.getLogger("cloudeye.job")


@celery.task(name="job.work")
def work() -> None:
    """Begin waiting jobs as far as there are places. Rows are the queue; the message says only: look."""
    jobs.begin()


def _claimed() -> Arguments | None:
    from app.service.job.course import runner_name
    from app.service.job.running import claim_job

    runner = runner_name()
    with database():
        job_id = claim_job(runner)
    return None if job_id is None else (str(job_id), runner)


def _give_back(arguments: Arguments, _status: int) -> None:
    """Where a process did not come to its end, the job waits again."""
    from app.service.job.running import give_back

    job_id, runner = arguments
    with database():
        give_back(int(job_id), runner)


jobs = Apart("job", "tasks.job_run", at_once=1, claim=_claimed, died=_give_back)


@celery.task(name="job.turn")
def turn() -> Told:
    """Every few seconds: what has lost its worker waits again, and what waits is begun."""
    from app.service.job.ask import nudge
    from app.service.job.running import has_waiting, sweep_lost

    try:
        with database():
            lost = sweep_lost(now())
            if has_waiting():
                nudge()
    except AWAY as error:
        log.warning("job.cannot_turn", extra={"error": type(error).__name__})
        return {"problem": type(error).__name__}
    return {"lost": lost}


@celery.task(name="job.tend")
def tend() -> Told:
    """Once a day: jobs whose time is over go, with what came of them."""
    from app.service.job.tend import tend_jobs

    with database():
        return {"deleted": tend_jobs(now())}
