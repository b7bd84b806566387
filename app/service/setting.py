"""Settings of the whole installation that can be changed while it runs: in Redis, with the database behind.

A change is written to the database and taken out of the cache; a process notices it within five seconds.
Without Redis the database answers alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from redis import RedisError

from app.core.errors import InvalidError, NotFoundError
from app.core.redis import TtlCache, delete_matching, get_redis
from app.core.settings import get_settings
from app.models import Setting, db, write

SECONDS_IN_PROCESS = 5
SECONDS_IN_REDIS = 60
_near: TtlCache[bytes] = TtlCache(SECONDS_IN_PROCESS, 100)


@dataclass(frozen=True, slots=True)
class Known:
    """What a setting may be, what it is when nobody has set it, and what it does."""

    check: Callable[[Any], bool]
    default: Callable[[], Any]
    must: str
    about: str


KNOWN: dict[str, Known] = {
    "result_days": Known(
        lambda value: isinstance(value, int) and not isinstance(value, bool) and 2 <= value <= 3650,
        lambda: vars(get_settings())["RESULT_DAYS"],
        "must be a whole number from 2 to 3650",
        "How many days raw results are kept; overrules CLOUDEYE_RESULT_DAYS.",
    ),
    "tamper_quota_mb": Known(
        lambda value: isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 10_000_000,
        lambda: 5120,
        "must be a whole number from 1 to 10000000",
        "How many MB of fetched pages and pictures an organization may keep.",
    ),
}


def get_setting(key: str) -> Any:
    """A setting's value: set by somebody, or its default."""
    known = _known(key)
    raw = _near.get_or_make(key, lambda: _from_redis(key))
    value = orjson.loads(raw)
    return known.default() if value is None else value


def _from_redis(key: str) -> bytes:
    name = f"setting:{key}"
    try:
        kept: Any = get_redis().get(name)
        if kept is None:
            kept = _from_database(key)
            get_redis().set(name, kept, ex=SECONDS_IN_REDIS)
        return bytes(kept)
    except RedisError:
        return _from_database(key)


def _from_database(key: str) -> bytes:
    row = db.session.get(Setting, key, populate_existing=True)
    return orjson.dumps(row.value if row else None)


def set_setting(key: str, value: Any) -> None:
    """Set a setting; None gives it back to its default."""
    known = _known(key)
    if value is not None and not known.check(value):
        raise InvalidError({key: known.must})
    with write() as session:
        row = session.get(Setting, key)
        if row is not None and value is None:
            session.delete(row)
        elif row is not None:
            row.value = value
        elif value is not None:
            session.add(Setting(key=key, value=value))
    forget_settings()


def forget_settings() -> None:
    """Drop every cached setting, here and in Redis."""
    _near.clear()
    delete_matching("setting:*")


def _known(key: str) -> Known:
    if key not in KNOWN:
        raise NotFoundError(f"there is no setting {key}; there are: {', '.join(KNOWN)}")
    return KNOWN[key]
