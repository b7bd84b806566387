"""What the installation does by itself, again and again. A probe needs no database to know it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scheduled:
    """One such job: its task, the queue, and either how often in seconds or at what time of the day.

    `is_told_when`: it is given the moment it was asked at, since it may wait behind others.
    """

    name: str
    queue: str
    seconds: int = 0
    at: str = ""
    is_told_when: bool = False


JOBS = (
    Scheduled("notify.decide", "notify", 2),
    Scheduled("notify.deliver_due", "notify", 5),
    Scheduled("cause.turn", "report", 3),
    Scheduled("record.sweep", "record", 5, is_told_when=True),
    Scheduled("record.passive", "record", 3),
    Scheduled("record.tend_days", "record", 3_600),
    Scheduled("usability.learn", "report", 3_600),
    Scheduled("rollup.turn", "report", 10),
    Scheduled("rollup.pack", "report", 60),
    Scheduled("objective.turn", "report", 60),
    Scheduled("bug.turn", "report", 10),
    Scheduled("bug.prove", "report", 3_600),
    Scheduled("job.turn", "report", 5),
    Scheduled("rollup.trim", "report", at="02:10"),
    Scheduled("bug.tend", "report", at="02:40"),
    Scheduled("job.tend", "report", at="03:00"),
    Scheduled("audit.tend", "report", at="03:10"),
    Scheduled("file.tend", "report", at="03:20"),
    Scheduled("tamper.tend", "tamper", at="03:40"),
)
BY_NAME = {job.name: job for job in JOBS}
NAMES = frozenset(BY_NAME)
