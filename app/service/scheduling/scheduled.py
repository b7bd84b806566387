"""When scheduled jobs are due, and sending each to its queue once.

A job by interval is begun once in each interval among all schedulers, by a key in Redis. One of a daily time
is begun once a day among all of them, by its row in the database, so that no restart and no lost Redis begins
it twice, and one that was due while nothing ran is made up for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import CursorResult, select, update

from app.core.clock import now_ms, to_ms
from app.core.redis import TtlCache, once_every
from app.core.settings import get_settings
from app.models import DailyJob, db, write
from app.models.errors import DATABASE_CLASH
from app.service.queue import send
from app.service.scheduling.table import JOBS, Scheduled

READ_SECONDS = 30
LEAST_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Daily:
    """When a job of a daily time is due, and when it was last begun."""

    at: str
    zone: str
    begun_ms: int


_times: TtlCache[dict[str, Daily]] = TtlCache(READ_SECONDS, 1)


def latest_slot(at: str, zone: str, moment: datetime) -> datetime:
    """The last moment at or before `moment`, in UTC, at which it was `at` ("HH:MM") in the zone.

    A time that is skipped in spring is taken an hour later, one that comes twice the first time.
    """
    day = moment.astimezone(ZoneInfo(zone)).date()
    slot = _slot(day, at, zone)
    return slot if slot <= moment else _slot(day - timedelta(days=1), at, zone)


def next_slot(at: str, zone: str, moment: datetime) -> datetime:
    """The first moment after `moment` at which it is that time there."""
    day = moment.astimezone(ZoneInfo(zone)).date()
    slot = _slot(day, at, zone)
    return slot if slot > moment else _slot(day + timedelta(days=1), at, zone)


def _slot(day: date, at: str, zone: str) -> datetime:
    # In UTC: moments that a zone skips or has twice are equal to none of another zone.
    return datetime.combine(day, time.fromisoformat(at), ZoneInfo(zone)).astimezone(UTC)


def daily_times() -> dict[str, Daily]:
    """Every job of a daily time with its time in force, as read within the last half minute."""
    return _times.get_or_make("times", _read)


def forget_times() -> None:
    _times.clear()


def _read() -> dict[str, Daily]:
    rows = {row.name: row for row in db.session.scalars(select(DailyJob))}
    db.session.commit()
    zone: str = vars(get_settings())["TIMEZONE"]
    found = {}
    for job in JOBS:
        if job.at:
            row = rows.get(job.name)
            found[job.name] = Daily(
                (row and row.at) or job.at, (row and row.zone) or zone, row.begun_ms if row else 0
            )
    return found


def send_due(moment: datetime) -> list[str]:
    """Send what is due; gives the names. What has a daily time comes last: it needs the database."""
    sent = []
    for job in sorted(JOBS, key=lambda job: bool(job.at)):
        if job.at:
            if _send_daily(job, moment):
                sent.append(job.name)
        elif once_every(job.name, job.seconds):
            send_now(job)
            sent.append(job.name)
    return sent


def _send_daily(job: Scheduled, moment: datetime) -> bool:
    """Send it if it is due. One that could not be sent is due again: a day is long to wait."""
    before_ms = daily_times()[job.name].begun_ms
    slot_ms = _begin_daily(job, moment)
    if slot_ms is None:
        return False
    try:
        send_now(job)
    except BaseException:
        _move(job.name, slot_ms, before_ms)
        raise
    return True


def send_now(job: Scheduled) -> None:
    """One by interval is worth nothing after ten of them; a day's would keep a worker busy for long."""
    options = {"expires": max(LEAST_SECONDS, 10 * job.seconds)} if job.seconds else {}
    send(job.name, job.queue, [now_ms()] if job.is_told_when else [], **options)


def _begin_daily(job: Scheduled, moment: datetime) -> int | None:
    """The time it is due for, where we are the one to begin it. A new job waits for its first time."""
    daily = daily_times()[job.name]
    slot_ms = to_ms(latest_slot(daily.at, daily.zone, moment))
    if daily.begun_ms >= slot_ms:
        return None
    forget_times()
    if daily.begun_ms == 0:
        _enter(job.name, slot_ms)
        return None
    return slot_ms if _move(job.name, daily.begun_ms, slot_ms) else None


def _move(name: str, old_ms: int, new_ms: int) -> bool:
    """Whether it was begun at the one moment and is now taken for begun at the other."""
    forget_times()
    with write() as session:
        done = session.execute(
            update(DailyJob)
            .where(DailyJob.name == name, DailyJob.begun_ms == old_ms)
            .values(begun_ms=new_ms)
            .execution_options(synchronize_session=False)
        )
    return isinstance(done, CursorResult) and done.rowcount == 1


def _enter(name: str, slot_ms: int) -> None:
    try:
        with write() as session:
            row = session.get(DailyJob, name)
            if row is None:
                session.add(DailyJob(name=name, begun_ms=slot_ms))
            elif row.begun_ms == 0:
                row.begun_ms = slot_ms
    except DATABASE_CLASH:
        return  # Another scheduler was faster.
