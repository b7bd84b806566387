"""Sessions as their user sees them: which are open, from where, and how to end them.

What a session holds lies under its secret id, which no list ever shows. Beside it stand a hash of facts
under a public key, and the keys of each user. A session ends when it has been idle for as long as the
installation says, or is as old as it may become, or by `User.session_version`, or by somebody's word.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from redis import RedisError

from app.core.clock import from_ms, now_ms
from app.core.errors import NotFoundError
from app.core.redis import TtlCache, get_redis, run_script
from app.core.settings import get_settings
from app.models import write
from app.service.actor import Actor
from app.service.audit import record_change

PREFIX = "session:"
FACTS = "session.facts:"
OF_USER = "session.user:"
TOUCH_SECONDS = 60
"""How often the time of a session's last use is written at most, by each process."""
_touched: TtlCache[bool] = TtlCache(TOUCH_SECONDS, 20_000)

# A request that is still under way must not bring a session back that was ended meanwhile.
_TOUCH = """
if redis.call('PEXPIRE', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('HSET', KEYS[2], 'seen', ARGV[2], 'ip', ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[1])
return 1
"""


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """`key` names the session; it is no secret and opens nothing. `how` is what was shown at the log-in."""

    key: str
    how: str
    ip: str
    agent: str
    organization_id: int
    began_at: datetime
    last_seen_at: datetime
    is_current: bool


def idle_ms() -> int:
    return int(vars(get_settings())["SESSION_HOURS"]) * 3_600_000


def most_ms() -> int:
    return int(vars(get_settings())["SESSION_DAYS"]) * 86_400_000


def left_ms(began_ms: int, at_ms: int) -> int:
    """How long a session lives on from now without another use; 0 or less: it is over."""
    return min(idle_ms(), began_ms + most_ms() - at_ms)


def new_key() -> str:
    return secrets.token_hex(8)


def note_session(actor: Actor, sid: str, key: str, began_ms: int, *, how: str, agent: str) -> None:
    """Put a session on its user's list, or say that it goes on under another id."""
    at = now_ms()
    facts = {
        "sid": sid,
        "how": how,
        "ip": actor.ip,
        "agent": agent[:300],
        "org": actor.organization_id,
        "began": began_ms,
        "seen": at,
    }
    mine = f"{OF_USER}{actor.user.id}"
    with get_redis().pipeline() as pipe:
        pipe.hset(FACTS + key, mapping=cast("Any", facts))
        pipe.pexpire(FACTS + key, max(1, left_ms(began_ms, at)))
        pipe.zadd(mine, {key: began_ms})
        pipe.pexpire(mine, most_ms())
        pipe.execute()


def touch_session(sid: str, key: str, began_ms: int, ip: str) -> None:
    """It was used just now."""
    if _touched.get(sid):
        return
    _touched.put(sid, True)
    at = now_ms()
    run_script(_TOUCH, [PREFIX + sid, FACTS + key], [max(1, left_ms(began_ms, at)), at, ip])


def is_open(key: str) -> bool:
    """Whether nobody has ended this session meanwhile; True while Redis does not say."""
    try:
        return bool(get_redis().exists(FACTS + key))
    except RedisError:
        return True


def list_sessions(actor: Actor, current: str = "") -> list[SessionFacts]:
    """The user's open sessions, the last used first. `current` is the key of the one that asks."""
    mine = f"{OF_USER}{actor.user.id}"
    keys = [key.decode() for key in cast("list[bytes]", get_redis().zrange(mine, 0, -1))]
    living: list[SessionFacts] = []
    for key, facts in _facts_of(keys).items():
        living.append(_read(key, facts, current))
    if gone := set(keys) - {each.key for each in living}:
        get_redis().zrem(mine, *gone)
    return sorted(living, key=lambda each: each.last_seen_at, reverse=True)


def end_one(actor: Actor, key: str) -> None:
    """End one of one's own sessions, wherever it is."""
    if not _end(actor.user.id, [key]):
        raise NotFoundError("there is no such session")
    with write() as session:
        record_change(session, actor, "session.end", "user", actor.user.id, after={"session": key})


def end_others(actor: Actor, current: str) -> int:
    """End all of one's own sessions but this one; gives how many."""
    keys = [each.key for each in list_sessions(actor) if each.key != current]
    ended = _end(actor.user.id, keys)
    if ended:
        with write() as session:
            record_change(session, actor, "session.end_others", "user", actor.user.id, after={"ended": ended})
    return ended


def forget_session(user_id: int, key: str) -> None:
    """It has been ended by its own log-out."""
    _end(user_id, [key])


def end_all_of(user_id: int, *, but: str = "") -> int:
    """End all sessions of somebody, say once their password was reset; call it after the transaction."""
    keys = [key.decode() for key in cast("list[bytes]", get_redis().zrange(f"{OF_USER}{user_id}", 0, -1))]
    return _end(user_id, [key for key in keys if key != but])


def end_all_in(user_id: int, organization_id: int, *, but: str = "") -> int:
    """End the sessions of somebody that stand in this organization; call it after the transaction."""
    keys = [key.decode() for key in cast("list[bytes]", get_redis().zrange(f"{OF_USER}{user_id}", 0, -1))]
    here = [key for key, facts in _facts_of(keys).items() if int(facts[b"org"]) == organization_id]
    return _end(user_id, [key for key in here if key != but])


def _end(user_id: int, keys: list[str]) -> int:
    """End those of these that are the user's."""
    client, mine = get_redis(), f"{OF_USER}{user_id}"
    own = [key for key in keys if client.zscore(mine, key) is not None]
    facts = _facts_of(own)
    if own:
        with client.pipeline() as pipe:
            pipe.zrem(mine, *own)
            pipe.delete(*(FACTS + key for key in own))
            if facts:
                pipe.delete(*(PREFIX + each[b"sid"].decode() for each in facts.values()))
            pipe.execute()
    return len(facts)


def _facts_of(keys: list[str]) -> dict[str, dict[bytes, bytes]]:
    """The facts of those that are still open."""
    with get_redis().pipeline(transaction=False) as pipe:
        for key in keys:
            pipe.hgetall(FACTS + key)
        found = {key: facts for key, facts in zip(keys, pipe.execute(), strict=True) if facts}
        for facts in found.values():
            pipe.exists(PREFIX + facts[b"sid"].decode())
        is_there = pipe.execute()
    return {key: facts for (key, facts), there in zip(found.items(), is_there, strict=True) if there}


def _read(key: str, facts: dict[bytes, bytes], current: str) -> SessionFacts:
    said = {name.decode(): value.decode(errors="replace") for name, value in facts.items()}
    return SessionFacts(
        key=key,
        how=said["how"],
        ip=said["ip"],
        agent=said["agent"],
        organization_id=int(said["org"]),
        began_at=from_ms(int(said["began"])),
        last_seen_at=from_ms(int(said["seen"])),
        is_current=key == current,
    )
