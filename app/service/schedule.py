"""The due set: which check is due when. Redis holds it, the database can always make it anew.

Three keys a location (`<l>`):

- `due:<l>`: sorted set, monitor id → unix ms of its next slot;
- `specs:<l>`: hash, monitor id → `interval_ms|revision|compiled check as JSON`;
- `leased:<l>`: sorted set, `id:slot` → when it was claimed. A claim that was never confirmed (its
  scheduler died before the message was sent) is claimed again after five seconds.

A monitor's slots are fixed by its id and interval: phase = hash(id) mod interval. So starts are spread
evenly, and a due set made anew gives the same slots as the lost one, which makes a doubled check a no-op
where results are recorded.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from typing import Any, cast

import orjson
from redis import RedisError
from sqlalchemy import select

from app.core.clock import now_ms
from app.core.redis import get_redis, run_script
from app.core.settings import get_settings
from app.models import Monitor, Organization, Site, db
from app.service.monitor_config import whole

log = logging.getLogger("cloudeye.schedule")
EVERYWHERE = ("0.0.0.0/0", "::/0")
LEASE_MS = 5_000

# KEYS: due, specs, leased. ARGV: now, horizon, limit, lease.
# 1. Slots that were claimed and never confirmed come first.
# 2. Then what is due before the horizon. A slot missed by more than an interval is not made up for:
#    the newest one is taken, the gap stays a gap.
_CLAIM = """
local now, horizon, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local out = {}
local lost = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now - tonumber(ARGV[4]), 'LIMIT', 0, limit)
for _, member in ipairs(lost) do
  local id, due = string.match(member, '^(%d+):(%d+)$')
  local spec = redis.call('HGET', KEYS[2], id)
  if spec then
    redis.call('ZADD', KEYS[3], now, member)
    out[#out + 1] = {id, due, spec}
  else
    redis.call('ZREM', KEYS[3], member)
  end
end
local rows = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', horizon, 'WITHSCORES', 'LIMIT', 0, limit - #out)
for i = 1, #rows, 2 do
  local id, due = rows[i], tonumber(rows[i + 1])
  local spec = redis.call('HGET', KEYS[2], id)
  if spec then
    local interval = tonumber(string.match(spec, '^(%d+)|'))
    if due < now - interval then due = due + math.floor((now - due) / interval) * interval end
    local slot = string.format('%.0f', due)
    redis.call('ZADD', KEYS[1], due + interval, id)
    redis.call('ZADD', KEYS[3], now, id .. ':' .. slot)
    out[#out + 1] = {id, slot, spec}
  else
    redis.call('ZREM', KEYS[1], id)
  end
end
return out
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """One slot to check; `spec` is the compiled check as JSON bytes (see `compile_spec`)."""

    monitor_id: int
    due_ms: int
    spec: bytes


def keys(location: str) -> list[str]:
    return [f"due:{location}", f"specs:{location}", f"leased:{location}"]


def claim(location: str, *, at_ms: int, ahead_ms: int = 1_000, limit: int = 200) -> list[Claimed]:
    """Take up to `limit` slots due before `at_ms + ahead_ms`. `confirm` them once their message is sent."""
    rows = run_script(_CLAIM, keys(location), [at_ms, at_ms + ahead_ms, limit, LEASE_MS])
    return [Claimed(int(row[0]), int(row[1]), row[2].split(b"|", 2)[2]) for row in rows]


def confirm(location: str, claimed: list[Claimed]) -> None:
    """The message with these slots has been sent: nobody needs to claim them again."""
    get_redis().zrem(keys(location)[2], *(f"{each.monitor_id}:{each.due_ms}" for each in claimed))


def phase_ms(monitor_id: int, interval_ms: int) -> int:
    digest = hashlib.blake2b(str(monitor_id).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % interval_ms


def next_slot(monitor_id: int, interval_ms: int, after_ms: int) -> int:
    """The monitor's first slot later than `after_ms`."""
    phase = phase_ms(monitor_id, interval_ms)
    return phase + ((after_ms - phase) // interval_ms + 1) * interval_ms


def allowed_networks(organization: Organization) -> tuple[str, ...]:
    """Networks probes and channels of this organization may reach although they are private."""
    return EVERYWHERE if get_settings().ALLOW_PRIVATE_TARGETS else tuple(organization.allowed_networks)


def compile_spec(monitor: Monitor, organization: Organization) -> bytes:
    """All a probe has to know of a monitor: [type, config, timeout_ms, interval_ms, allow] as JSON."""
    spec = [
        monitor.type,
        whole(monitor),
        monitor.effective_timeout_ms,
        monitor.interval_seconds * 1000,
        list(allowed_networks(organization)),
    ]
    return orjson.dumps(spec)


def locations_of(monitor: Monitor) -> tuple[str, ...]:
    """Where a monitor is probed from: this installation's location."""
    return (get_settings().LOCATION,)


def arm(monitor: Monitor, organization: Organization) -> None:
    """Put a monitor into the due set, or renew its entry. Redis away: the next reconciliation does it."""
    spec = b"%d|%d|%s" % (
        monitor.interval_seconds * 1000,
        monitor.revision,
        compile_spec(monitor, organization),
    )
    slot = next_slot(monitor.id, monitor.interval_seconds * 1000, now_ms())
    try:
        for location in locations_of(monitor):
            due, specs, _ = keys(location)
            pipe = get_redis().pipeline()
            pipe.hset(specs, str(monitor.id), spec)
            pipe.zadd(due, {str(monitor.id): slot})
            pipe.execute()
    except RedisError:
        log.warning("schedule.arm_failed", extra={"monitor_id": monitor.id})


def disarm(monitor_id: int) -> None:
    """Take a monitor out of the due set."""
    try:
        due, specs, _ = keys(get_settings().LOCATION)
        pipe = get_redis().pipeline()
        pipe.zrem(due, str(monitor_id))
        pipe.hdel(specs, str(monitor_id))
        pipe.execute()
    except RedisError:
        log.warning("schedule.disarm_failed", extra={"monitor_id": monitor_id})


def reconcile(location: str) -> dict[str, int]:
    """Make the due set agree with the database; returns how many entries were added, renewed and removed."""
    wanted = {
        monitor_id: (revision, interval * 1000)
        for monitor_id, revision, interval in db.session.execute(
            select(Monitor.id, Monitor.revision, Monitor.interval_seconds)
            .join(Site, Site.id == Monitor.site_id)
            .where(Monitor.is_paused.is_(False), Site.archived_at.is_(None))
        )
    }
    db.session.commit()
    due, specs, _ = keys(location)
    client = get_redis()
    held = {int(key): value for key, value in cast(dict[bytes, bytes], client.hgetall(specs)).items()}
    queued = {int(member) for member in cast(list[bytes], client.zrange(due, 0, -1))}
    gone = (held.keys() | queued) - wanted.keys()
    stale = [
        monitor_id
        for monitor_id, (revision, interval_ms) in wanted.items()
        if not held.get(monitor_id, b"").startswith(b"%d|%d|" % (interval_ms, revision))
    ]
    for start in range(0, len(stale), 500):
        _arm_many(stale[start : start + 500])
    lost = {
        str(monitor_id): next_slot(monitor_id, wanted[monitor_id][1], now_ms())
        for monitor_id in wanted.keys() - queued - set(stale)
    }
    if lost:
        client.zadd(due, cast(dict[Any, Any], lost), nx=True)
    for monitor_id in gone:
        disarm(monitor_id)
    return {"renewed": len(stale), "added": len(lost), "removed": len(gone)}


def _arm_many(monitor_ids: list[int]) -> None:
    rows = db.session.execute(
        select(Monitor, Organization)
        .join(Organization, Organization.id == Monitor.organization_id)
        .where(Monitor.id.in_(monitor_ids))
        .execution_options(populate_existing=True)
    ).all()
    db.session.commit()
    for monitor, organization in rows:
        arm(monitor, organization)


RECONCILE_KEY = "schedule:reconcile_now"


def reconcile_soon() -> None:
    """Ask the schedulers to reconcile with their next turn rather than within the minute."""
    try:
        get_redis().set(RECONCILE_KEY, "1", ex=120)
    except RedisError:
        log.warning("schedule.reconcile_soon_failed")


def reconcile_asked() -> bool:
    """Whether somebody asked; the question is answered by one scheduler."""
    return bool(get_redis().delete(RECONCILE_KEY))
