"""Looks at work: do the processes live, does anything pile up, can people be reached?"""

from __future__ import annotations

from typing import cast

from app.core.clock import now_ms
from app.core.redis import get_redis
from app.models import Channel, db
from app.service.health.check import browser_state, readiness
from app.service.health.figures import PAGES, QUEUES
from app.service.health.looks.base import Finding, Look
from app.service.location.known import enabled_codes
from app.service.location.refused import refused_counts
from app.service.queue import waiting
from app.service.setting import get_setting

MANY_WAIT = 1_000
LATE_SECONDS = 30


def _process(name: str) -> Look:
    def look() -> Finding:
        state = readiness()[name]
        advice = f"Start it: .venv/bin/supervisorctl -c supervisor.conf start {name}, and read log/{name}/."
        return state, "" if state == "ok" else advice

    return look


def _browser() -> Finding:
    state = browser_state()
    advice = "Install Chromium (apt-get install chromium) or set CLOUDEYE_CHROMIUM, and start CloudEye again."
    return state, "" if state in ("ok", "not needed") else advice


def _queues() -> Finding:
    names = (*QUEUES, *(f"probe.{code}" for code in enabled_codes()))
    depths = {name: waiting(name) for name in names}
    name, most = max(depths.items(), key=lambda each: each[1])
    if most > MANY_WAIT:
        advice = (
            "The database is too slow for the recorder; see docs/running.md."
            if name == "record"
            else f"Nobody takes them quickly enough: start another process with -Q {name}."
        )
        return f"{most} messages wait in {name}", advice
    return f"{sum(depths.values())} messages wait", ""


def _schedule() -> Finding:
    at_ms = now_ms()
    late = 0.0
    for name in (*enabled_codes(), PAGES):
        found = get_redis().zrange(f"due:{name}", 0, 0, withscores=True)
        first = cast("list[tuple[bytes, float]]", found)
        if first:
            late = max(late, (at_ms - first[0][1]) / 1000)
    if late > LATE_SECONDS:
        return f"the oldest check is {late:.0f} s late", "See whether `scheduler` runs, and what it logs."
    return "nothing is late", ""


def _refused() -> Finding:
    counts = refused_counts()
    if not counts:
        return "none refused", ""
    told = ", ".join(f"{reason}: {count}" for reason, count in sorted(counts.items()))
    return (
        f"{sum(counts.values())} refused ({told})",
        "Look at the locations' keys and at `record:dead` in Redis. `flask location again` gives the "
        "recorder once more what it failed at, `flask location clear` begins anew.",
    )


def _mail() -> Finding:
    """Whether single people can be written to: codes, invitations, new passwords."""
    channel_id = get_setting("mail_channel")
    if channel_id is None:
        advice = "Choose a channel for e-mails in the settings: nobody can register without its codes."
        is_needed = get_setting("registration") and get_setting("sms_channel") is None
        return "no channel: codes and links reach nobody", advice if is_needed else ""
    channel = db.session.get(Channel, channel_id)
    if channel is None:
        return "its channel was deleted", "Choose another channel for e-mails in the settings."
    if not channel.is_enabled:
        return f"its channel {channel.name} is switched off", "Switch it on, or choose another one."
    return f"by {channel.name}", ""


LOOKS: dict[str, Look] = {
    **{name: _process(name) for name in ("scheduler", "worker", "recorder", "tamper")},
    "browser": _browser,
    "queues": _queues,
    "schedule": _schedule,
    "messages": _refused,
    "mail": _mail,
}
