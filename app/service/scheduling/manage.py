"""The scheduled jobs for who runs the installation: look, run now, another time of the day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.core.clock import from_ms, now, now_ms
from app.core.errors import ConflictError, InvalidError, NotFoundError, RateLimitedError
from app.core.redis import increment_within
from app.models import DailyJob, write
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.location.manage import runs_installation
from app.service.scheduling.runs import read_runs
from app.service.scheduling.scheduled import daily_times, forget_times, next_slot, send_now
from app.service.scheduling.table import BY_NAME, JOBS, Scheduled

LATE = 3
"""So many intervals without a run are too many; and so are 60 seconds, for what runs more often."""
LATE_SECONDS = 60
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z")


@dataclass(frozen=True, slots=True)
class Entry:
    """A scheduled job as it stands: never, ok, failed or late; by `seconds`, or daily `at` in a `zone`."""

    name: str
    queue: str
    seconds: int | None
    at: str | None
    zone: str | None
    is_changed: bool
    state: str
    last_at: datetime | None
    took_ms: int | None
    problem: str
    result: dict[str, Any]
    host: str
    runs: int
    failures: int
    failed_at: datetime | None
    failed_problem: str
    next_at: datetime | None


def list_scheduled(actor: Actor) -> list[Entry]:
    """Every scheduled job; NotFoundError for an organization that does not run the installation."""
    _ask_whose(actor)
    runs = read_runs([job.name for job in JOBS])
    at = now()
    return [_entry(job, runs[job.name], at) for job in JOBS]


def get_scheduled(actor: Actor, name: str) -> Entry:
    job = _find(actor, name)
    return _entry(job, read_runs([name])[name], now())


def run_now(actor: Actor, name: str) -> Entry:
    """Run it besides its times; at most six times a minute."""
    job = _find(actor, name)
    rate = increment_within(f"scheduled.run:{name}", 6, 60)
    if not rate.allowed:
        raise RateLimitedError(rate.resets_in)
    with write() as session:
        record_change(session, actor, "schedule.run", "schedule", None, after={"name": name})
    send_now(job)
    return get_scheduled(actor, name)


def change_daily(actor: Actor, name: str, values: Mapping[str, Any]) -> Entry:
    """Another time of the day (`at`) or `zone` for a job that has one; None gives it back to the default."""
    job = _find(actor, name)
    if not job.at:
        raise ConflictError("only a job of a daily time has one")
    clean = _cleaned(values)
    before = daily_times()[name]
    with write() as session:
        row = session.get(DailyJob, name) or DailyJob(name=name, begun_ms=now_ms())
        session.add(row)
        for key, value in clean.items():
            setattr(row, key, value)
        # What would have been due earlier today by the new time is not made up for.
        row.begun_ms = max(row.begun_ms, now_ms())
        record_change(
            session,
            actor,
            "schedule.change",
            "schedule",
            None,
            before={"name": name, "at": before.at, "zone": before.zone},
            after={"name": name, **clean},
        )
    forget_times()
    return get_scheduled(actor, name)


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    clean = {name: values[name] for name in ("at", "zone") if name in values}
    wrong: dict[str, str] = {}
    if clean.get("at") is not None and not _TIME.match(clean["at"]):
        wrong["at"] = "must be a time such as 03:30"
    if clean.get("zone") is not None:
        try:
            ZoneInfo(clean["zone"])
        except (KeyError, ValueError, OSError):
            wrong["zone"] = "must be an IANA time zone such as Asia/Shanghai"
    if wrong:
        raise InvalidError(wrong)
    return clean


def _find(actor: Actor, name: str) -> Scheduled:
    _ask_whose(actor)
    if name not in BY_NAME:
        raise NotFoundError("there is no such scheduled job")
    return BY_NAME[name]


def _ask_whose(actor: Actor) -> None:
    if not runs_installation(actor) or actor.scope is not None:
        raise NotFoundError


def _entry(job: Scheduled, run: dict[str, Any], at: datetime) -> Entry:
    daily = daily_times()[job.name] if job.at else None
    last_at = from_ms(run["begun_ms"]) if "begun_ms" in run else None
    return Entry(
        name=job.name,
        queue=job.queue,
        seconds=job.seconds or None,
        at=daily.at if daily else None,
        zone=daily.zone if daily else None,
        is_changed=daily is not None and (daily.at != job.at),
        state=_state(job, run, last_at, at),
        last_at=last_at,
        took_ms=run.get("took_ms"),
        problem=run.get("problem", ""),
        result=run["result"] if isinstance(run.get("result"), dict) else {},
        host=run.get("host", ""),
        runs=run.get("runs", 0),
        failures=run.get("failures", 0),
        failed_at=from_ms(run["failed_ms"]) if "failed_ms" in run else None,
        failed_problem=run.get("failed_problem", ""),
        next_at=next_slot(daily.at, daily.zone, at) if daily else None,
    )


def _state(job: Scheduled, run: dict[str, Any], last_at: datetime | None, at: datetime) -> str:
    if last_at is None:
        return "never"
    if run.get("problem"):
        return "failed"
    most = timedelta(days=1, hours=2) if job.at else timedelta(seconds=max(job.seconds * LATE, LATE_SECONDS))
    return "late" if at - last_at > most else "ok"
