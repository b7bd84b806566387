"""Jobs that are kept no longer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.models import Job, db, write
from app.service.file.result import delete_result

BATCH = 200


def tend_jobs(at: datetime) -> int:
    """Delete the jobs whose time is over, with their files; gives how many."""
    count = 0
    while True:
        old = select(Job).where(Job.kept_until < at).order_by(Job.kept_until).limit(BATCH)
        with write() as session:
            jobs = list(session.scalars(old))
            files = [each for job in jobs for each in (job.input_file_id, job.result_file_id) if each]
            for job in jobs:
                session.delete(job)
        for file_id in files:
            delete_result(file_id)
        count += len(jobs)
        if len(jobs) < BATCH:
            db.session.commit()
            return count
