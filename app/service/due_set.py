"""A due set: which of many things is due when. Redis holds it, the database can always make it anew.

Three keys a set (`<name>`: a location of probes, or `@tamper` for watched pages):

- `due:<name>`: sorted set, id → unix ms of its next slot;
- `specs:<name>`: hash, id → `interval_ms|revision|what the worker has to know`;
- `leased:<name>`: sorted set, `id:slot` → when it was claimed. A claim that was never confirmed (its
  scheduler died before the message was sent) is claimed again after five seconds.

A thing's slots are fixed by its id and interval: phase = hash(id) mod interval. So starts are spread evenly,
and a due set made anew gives the same slots as the lost one, which makes a doubled check a no-op where
results are recorded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from app.core.clock import now_ms
from app.core.redis import get_redis, run_script

AHEAD_MS = 1_000
"""So much before its time a slot may be claimed, and even be checked and recorded."""
LEASE_MS = 5_000
RENEW_AT_ONCE = 500

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
    """One slot to check; `spec` is what `put` was given for it."""

    item_id: int
    due_ms: int
    spec: bytes


def keys(name: str) -> list[str]:
    return [f"due:{name}", f"specs:{name}", f"leased:{name}"]


def claim(name: str, *, at_ms: int, ahead_ms: int = AHEAD_MS, limit: int = 200) -> list[Claimed]:
    """Take up to `limit` slots due before `at_ms + ahead_ms`. `confirm` them once their message is sent."""
    rows = run_script(_CLAIM, keys(name), [at_ms, at_ms + ahead_ms, limit, LEASE_MS])
    return [Claimed(int(row[0]), int(row[1]), row[2].split(b"|", 2)[2]) for row in rows]


def confirm(name: str, claimed: Sequence[Claimed]) -> None:
    """The message with these slots has been sent: nobody needs to claim them again."""
    get_redis().zrem(keys(name)[2], *(f"{each.item_id}:{each.due_ms}" for each in claimed))


def phase_ms(item_id: int, interval_ms: int) -> int:
    digest = hashlib.blake2b(str(item_id).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % interval_ms


def next_slot(item_id: int, interval_ms: int, after_ms: int) -> int:
    """The thing's first slot later than `after_ms`."""
    phase = phase_ms(item_id, interval_ms)
    return phase + ((after_ms - phase) // interval_ms + 1) * interval_ms


def put(name: str, item_id: int, interval_ms: int, revision: int, spec: bytes) -> None:
    """Put a thing into the set at its next slot, or renew its entry."""
    due, specs, _ = keys(name)
    pipe = get_redis().pipeline()
    pipe.hset(specs, str(item_id), b"%d|%d|%s" % (interval_ms, revision, spec))
    pipe.zadd(due, {str(item_id): next_slot(item_id, interval_ms, now_ms())})
    pipe.execute()


def drop(name: str, item_id: int) -> None:
    """Take a thing out of the set."""
    due, specs, _ = keys(name)
    pipe = get_redis().pipeline()
    pipe.zrem(due, str(item_id))
    pipe.hdel(specs, str(item_id))
    pipe.execute()


def bring_forward(name: str, item_id: int, at_ms: int) -> None:
    """Let the next slot be at `at_ms` (unix), if it is in the set and would come later."""
    get_redis().zadd(keys(name)[0], {str(item_id): at_ms}, xx=True, lt=True)


def reconcile(
    name: str, wanted: Mapping[int, tuple[int, int]], renew: Callable[[list[int]], None]
) -> dict[str, int]:
    """Make a set agree with `wanted`, id → (revision, interval_ms); `renew` puts those with another spec.

    Returns how many entries were added, renewed and removed.
    """
    due, specs, _ = keys(name)
    client = get_redis()
    held = {int(key): value for key, value in cast(dict[bytes, bytes], client.hgetall(specs)).items()}
    queued = {int(member) for member in cast(list[bytes], client.zrange(due, 0, -1))}
    gone = (held.keys() | queued) - wanted.keys()
    stale = [
        item_id
        for item_id, (revision, interval_ms) in wanted.items()
        if not held.get(item_id, b"").startswith(b"%d|%d|" % (interval_ms, revision))
    ]
    for start in range(0, len(stale), RENEW_AT_ONCE):
        renew(stale[start : start + RENEW_AT_ONCE])
    lost = {
        str(item_id): next_slot(item_id, wanted[item_id][1], now_ms())
        for item_id in wanted.keys() - queued - set(stale)
    }
    if lost:
        client.zadd(due, cast(dict[Any, Any], lost), nx=True)
    for item_id in gone:
        drop(name, item_id)
    return {"renewed": len(stale), "added": len(lost), "removed": len(gone)}
