"""Looks at work: do the processes live, does anything pile up, can people be reached?"""

from __future__ import annotations

from typing import cast

from sqlalchemy import select

from app.core.clock import now_ms
from app.core.redis import get_redis
from app.models import Channel, Location, db
from app.service.health.check import PROCESSES, browser_state, process_state
from app.service.health.figures import PAGES, QUEUES
from app.service.health.looks.base import Finding, Look
from app.service.location.known import enabled_codes, home
from app.service.location.manage import clock_off_ms, state_of
from app.service.location.refused import refused_counts
from app.service.queue import MOST_WAITING, browser_queue, waiting
from app.service.setting import get_setting

MANY_WAIT = 1_000
LATE_SECONDS = 30


def _process(name: str) -> Look:
    def look() -> Finding:
        state = process_state(name)
        advice = f"Start it: .venv/bin/supervisorctl -c supervisor.conf start {name}, and read log/{name}/."
        return state, "" if state == "ok" else advice

    return look


def _browser() -> Finding:
    state = browser_state()
    advice = "Install Chromium (apt-get install chromium) or set CLOUDEYE_CHROMIUM, and start CloudEye again."
    return state, "" if state in ("ok", "not needed") else advice


def _queues() -> Finding:
    codes = enabled_codes()
    # No more than that is ever sent to a place: what is due goes on being let go.
    most = {queue: MOST_WAITING for code in codes for queue in (f"probe.{code}", browser_queue(code))}
    depths = {name: waiting(name) for name in (*QUEUES, *most)}
    full = [name for name, depth in depths.items() if depth >= most.get(name, MANY_WAIT)]
    if full:
        name = max(full, key=lambda each: depths[each])
        advice = (
            "The database is too slow for the recorder; see docs/running.md."
            if name == "record"
            else f"Nobody takes them quickly enough: start another process with -Q {name}."
        )
        return f"{depths[name]} messages wait in {name}", advice
    return f"{sum(depths.values())} messages wait", ""


def _locations() -> Finding:
    """Whether the probes at other places are heard of, have a network, and the right time."""
    at_ms = now_ms()
    rows = db.session.scalars(select(Location).where(Location.is_enabled).order_by(Location.number)).all()
    told = [(row.code, *found) for row in rows if (found := _wrong_at(row, at_ms))]
    if told:
        return "; ".join(f"{code}: {said}" for code, said, _ in told), " ".join(
            dict.fromkeys(advice for _, _, advice in told)
        )
    return f"{len(rows)}, all as they should be", ""


def _wrong_at(row: Location, at_ms: int) -> Finding | None:
    state, off_ms = state_of(row, at_ms), clock_off_ms(row)
    if state in ("silent", "never"):
        # The installation's own has looks of its own.
        return None if row.code == home() else (SILENCE[state], UNHEARD)
    if state == "offline":
        return (
            "its own network is down",
            "Look at that machine's network, or at the location's control targets.",
        )
    if off_ms:
        said = f"its clock is {abs(off_ms) / 1000:.0f} s {'ahead' if off_ms > 0 else 'behind'}"
        return said, "Run an NTP client there: what it is asked to check is of another time to it."
    return None


SILENCE = {"silent": "silent", "never": "not heard of yet"}
UNHEARD = (
    "See whether the probe runs there, with the key it was given last, and reaches the broker; its log says "
    "what it refuses. `flask location disable CODE` asks it for nothing."
)


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
    **{name: _process(name) for name in PROCESSES},
    "browser": _browser,
    "locations": _locations,
    "queues": _queues,
    "schedule": _schedule,
    "messages": _refused,
    "mail": _mail,
}
NEEDS = {
    **dict.fromkeys((*PROCESSES, "browser", "schedule", "messages", "mail"), "redis"),
    "queues": "broker",
}
