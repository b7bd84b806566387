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
from sqlalchemy.orm import Session

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


def _days(name: str, most: int, what: str) -> Known:
    return Known(
        lambda value: isinstance(value, int) and not isinstance(value, bool) and 2 <= value <= most,
        lambda: vars(get_settings())[name],
        f"must be a whole number from 2 to {most}",
        f"How many days {what} are kept at most; overrules CLOUDEYE_{name}.",
    )


def _channel(what: str) -> Known:
    return Known(
        lambda value: isinstance(value, int) and not isinstance(value, bool) and value > 0,
        lambda: None,
        "must be the id of a channel",
        f"The channel that {what} to single people go through: codes, invitations, new passwords.",
    )


KNOWN: dict[str, Known] = {
    "registration": Known(
        lambda value: isinstance(value, bool),
        lambda: False,
        "must be true or false",
        "Whether anybody may register, with an organization of their own.",
    ),
    "mail_channel": _channel("e-mails"),
    "sms_channel": _channel("text messages"),
    "result_days": _days("RESULT_DAYS", 3650, "raw results"),
    "rollup_5m_days": _days("ROLLUP_5M_DAYS", 3650, "roll-ups of 5 minutes"),
    "rollup_1h_days": _days("ROLLUP_1H_DAYS", 3650, "roll-ups of an hour"),
    "rollup_1d_days": _days("ROLLUP_1D_DAYS", 7300, "roll-ups of a day"),
    "tamper_quota_mb": Known(
        lambda value: isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 10_000_000,
        lambda: 5120,
        "must be a whole number from 1 to 10000000",
        "How many MB of fetched pages and pictures an organization may keep.",
    ),
    "file_quota_mb": Known(
        lambda value: isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 10_000_000,
        lambda: 2048,
        "must be a whole number from 1 to 10000000",
        "How many MB of files an organization may upload.",
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
    with write() as session:
        put_setting(session, key, value)
    forget_settings()


def put_setting(session: Session, key: str, value: Any) -> None:
    """Set a setting in the caller's transaction, who calls `forget_settings` after it."""
    known = _known(key)
    if value is not None and not known.check(value):
        raise InvalidError({key: known.must})
    row = session.get(Setting, key)
    if row is not None and value is None:
        session.delete(row)
    elif row is not None:
        row.value = value
    elif value is not None:
        session.add(Setting(key=key, value=value))


def forget_settings() -> None:
    """Drop every cached setting, here and in Redis."""
    _near.clear()
    delete_matching("setting:*")


def _known(key: str) -> Known:
    if key not in KNOWN:
        raise NotFoundError(f"there is no setting {key}; there are: {', '.join(KNOWN)}")
    return KNOWN[key]
