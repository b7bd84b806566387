"""A due set: which of many things is due when. Redis holds it, the database can always make it anew.

Four keys a set (`<name>`: a location of probes, or `@tamper` for watched pages):

- `due:<name>`: sorted set, id → unix ms of its next slot;
- `specs:<name>`: hash, id → `interval_ms|phase_ms|what the worker has to know`;
- `marks:<name>`: hash, id → `interval_ms|revision`, short, so that reconciling reads little;
- `leased:<name>`: sorted set, `id:slot` → when it was claimed. A claim that was never confirmed (its
  scheduler died before the message was sent) is claimed again after five seconds.

A thing's slots are fixed by its id and interval: phase = hash(id) mod interval. So starts are spread evenly,
and a due set made anew gives the same slots as the lost one, which makes a doubled check a no-op where
results are recorded. A look may be brought forward, off these slots; the one after it is on them again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from app.core.clock import now_ms
from app.core.redis import get_redis, run_script

AHEAD_MS = 1_000
"""So much before its time a slot may be claimed, and even be checked and recorded."""
LEASE_MS = 5_000
MADE_UP_MS, SPREAD_MS = 5_000, 30_000
RENEW_AT_ONCE = 500

# KEYS: due, specs, leased. ARGV: now, horizon, limit, lease, how long a slot is made up for, spread.
# 1. Slots that were claimed and never confirmed come first.
# 2. Then what is due before the horizon.
# 3. A slot missed by more than a few seconds is not made up for at once, or everything would start together
#    after a standstill: a short interval waits for its next slot, a long one for its share of half a minute.
#    The gap stays a gap.
_CLAIM = """
local now, horizon, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local out, dues, leases = {}, {}, {}
local lost = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now - tonumber(ARGV[4]), 'LIMIT', 0, limit)
for _, member in ipairs(lost) do
  local id, due = string.match(member, '^(%d+):(%d+)$')
  local spec = redis.call('HGET', KEYS[2], id)
  if spec then
    leases[#leases + 1] = now
    leases[#leases + 1] = member
    out[#out + 1] = {id, due, spec}
  else
    redis.call('ZREM', KEYS[3], member)
  end
end
local rows = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', horizon, 'WITHSCORES', 'LIMIT', 0, limit - #out)
local ids = {}
for i = 1, #rows, 2 do ids[#ids + 1] = rows[i] end
local specs = #ids > 0 and redis.call('HMGET', KEYS[2], unpack(ids)) or {}
for i, id in ipairs(ids) do
  local spec, due = specs[i], tonumber(rows[2 * i])
  if spec then
    local interval, phase = string.match(spec, '^(%d+)|(%d+)|')
    interval, phase = tonumber(interval), tonumber(phase)
    local following = due - (due - phase) % interval + interval
    if due < now - tonumber(ARGV[5]) then
      local spread = tonumber(ARGV[6])
      following = now - (now - phase) % interval + interval
      if following > now + spread then following = now + 1 + phase % spread end
    else
      if following <= now then following = now - (now - phase) % interval + interval end
      local slot = string.format('%.0f', due)
      leases[#leases + 1] = now
      leases[#leases + 1] = id .. ':' .. slot
      out[#out + 1] = {id, slot, spec}
    end
    dues[#dues + 1] = following
    dues[#dues + 1] = id
  else
    redis.call('ZREM', KEYS[1], id)
  end
end
if #dues > 0 then redis.call('ZADD', KEYS[1], unpack(dues)) end
if #leases > 0 then redis.call('ZADD', KEYS[3], unpack(leases)) end
return {out, #lost + #ids}
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """One slot to check; `spec` is what `put` was given for it."""

    item_id: int
    due_ms: int
    spec: bytes


def keys(name: str) -> list[str]:
    return [f"due:{name}", f"specs:{name}", f"leased:{name}", f"marks:{name}"]


def claim(name: str, *, at_ms: int, ahead_ms: int = AHEAD_MS, limit: int = 200) -> list[Claimed]:
    """Take up to `limit` slots due before `at_ms + ahead_ms`: fewer when there are no more.

    `confirm` them once their message is sent.
    """
    found: list[Claimed] = []
    while len(found) < limit:
        asked = limit - len(found)
        given = [at_ms, at_ms + ahead_ms, asked, LEASE_MS, MADE_UP_MS, SPREAD_MS]
        rows, looked_at = run_script(_CLAIM, keys(name)[:3], given)
        found += [Claimed(int(row[0]), int(row[1]), row[2].split(b"|", 2)[2]) for row in rows]
        if looked_at < asked:
            break
    return found


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
    put_many(name, [(item_id, interval_ms, revision, spec)])


def put_many(name: str, entries: Iterable[tuple[int, int, int, bytes]]) -> None:
    """Put things into the set, or renew their entries: (id, interval_ms, revision, spec) each."""
    due, specs, _, marks = keys(name)
    at_ms = now_ms()
    heads: dict[str, bytes] = {}
    said: dict[str, bytes] = {}
    slots: dict[str, float] = {}
    for item_id, interval_ms, revision, spec in entries:
        key = str(item_id)
        said[key] = b"%d|%d|%s" % (interval_ms, phase_ms(item_id, interval_ms), spec)
        heads[key] = _mark(interval_ms, revision)
        slots[key] = next_slot(item_id, interval_ms, at_ms)
    if said:
        pipe = get_redis().pipeline()
        pipe.hset(specs, mapping=cast(dict[Any, Any], said))
        pipe.hset(marks, mapping=cast(dict[Any, Any], heads))
        pipe.zadd(due, cast(dict[Any, Any], slots))
        pipe.execute()


def _mark(interval_ms: int, revision: int) -> bytes:
    return b"%d|%d" % (interval_ms, revision)


def drop(name: str, *item_ids: int) -> None:
    """Take things out of the set."""
    due, specs, _, marks = keys(name)
    pipe = get_redis().pipeline()
    pipe.zrem(due, *item_ids)
    pipe.hdel(specs, *map(str, item_ids))
    pipe.hdel(marks, *map(str, item_ids))
    pipe.execute()


def forget(name: str) -> None:
    """Let go of the whole set: what it has of each thing may hold secrets."""
    get_redis().delete(*keys(name))


def bring_forward(name: str, item_id: int, at_ms: int) -> None:
    """Let the next slot be at `at_ms` (unix), if it is in the set and would come later."""
    get_redis().zadd(keys(name)[0], {str(item_id): at_ms}, xx=True, lt=True)


class Reconciliation:
    """Makes a set agree with the database, a page of it at a time: `take` each, then `finish`.

    A slot that is later than an interval from now, and half a minute, comes of a clock that has been set back
    since: it is brought forward, or nothing would be checked until the clock is there again.
    `renew` is given the ids whose entries are missing or say something else; it puts them.
    """

    def __init__(self, name: str, renew: Callable[[list[int]], None]) -> None:
        self._name, self._renew = name, renew
        self._seen: set[int] = set()
        self._counts = {"renewed": 0, "added": 0, "removed": 0}

    def take(self, wanted: Mapping[int, tuple[int, int]]) -> None:
        """A page of what is to be there: id → (revision, interval_ms)."""
        if not wanted:
            return
        due, _, _, marks = keys(self._name)
        pipe = get_redis().pipeline(transaction=False)
        pipe.hmget(marks, [str(item_id) for item_id in wanted])
        pipe.zmscore(due, [str(item_id) for item_id in wanted])
        held, scores = pipe.execute()
        stale, lost = [], {}
        for (item_id, (revision, interval_ms)), mark, score in zip(wanted.items(), held, scores, strict=True):
            if mark != _mark(interval_ms, revision):
                stale.append(item_id)
            elif score is None or score > now_ms() + interval_ms + SPREAD_MS:
                lost[str(item_id)] = next_slot(item_id, interval_ms, now_ms())
        for start in range(0, len(stale), RENEW_AT_ONCE):
            self._renew(stale[start : start + RENEW_AT_ONCE])
        if lost:
            get_redis().zadd(due, cast(dict[Any, Any], lost), lt=True)
        self._seen |= wanted.keys()
        self._counts["renewed"] += len(stale)
        self._counts["added"] += len(lost)

    def finish(self) -> dict[str, int]:
        """Remove what no page had; how many entries were added, renewed and removed."""
        due, specs, _, marks = keys(self._name)
        pipe = get_redis().pipeline(transaction=False)
        pipe.zcard(due)
        pipe.hlen(specs)
        pipe.hlen(marks)
        if any(size != len(self._seen) for size in pipe.execute()):
            self._compare()
        return self._counts

    def _compare(self) -> None:
        """Every id, for once: what is too much goes, and what lost its spec gets it again."""
        due, specs, _, marks = keys(self._name)
        pipe = get_redis().pipeline(transaction=False)
        pipe.zrange(due, 0, -1)
        pipe.hkeys(marks)
        pipe.hkeys(specs)
        queued, marked, told = ({int(key) for key in found} for found in pipe.execute())
        gone = sorted((queued | marked | told) - self._seen)
        for start in range(0, len(gone), RENEW_AT_ONCE):
            drop(self._name, *gone[start : start + RENEW_AT_ONCE])
        bare = sorted(self._seen - told)
        for start in range(0, len(bare), RENEW_AT_ONCE):
            self._renew(bare[start : start + RENEW_AT_ONCE])
        self._counts["removed"] += len(gone)
        self._counts["renewed"] += len(bare)


def reconcile(
    name: str, wanted: Mapping[int, tuple[int, int]], renew: Callable[[list[int]], None]
) -> dict[str, int]:
    """Make a set agree with `wanted`, all of it: id → (revision, interval_ms)."""
    whole = Reconciliation(name, renew)
    whole.take(wanted)
    return whole.finish()
