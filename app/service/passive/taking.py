"""Taking calls at the door: a look at the token and a message, so that no call waits or is lost."""

from __future__ import annotations

import logging

from kombu.exceptions import OperationalError
from redis import RedisError
from sqlalchemy import select

from app.core.errors import RedisUnavailableError
from app.core.redis import TtlCache
from app.models import Monitor, db
from app.models.errors import DATABASE_ERRORS
from app.service.passive.heartbeat import Call
from app.service.queue import send

log = logging.getLogger("cloudeye.heartbeat")
TOKEN_LENGTH = 64
_known: TtlCache[bool] = TtlCache(30, 20_000)


def is_known(token: str) -> bool:
    """Whether some monitor has this token; yes while the database is away, since the recorder looks again."""
    if len(token) > TOKEN_LENGTH or not token.isascii():
        return False
    try:
        return _known.get_or_make(token, lambda: _is_there(token))
    except DATABASE_ERRORS:
        log.warning("heartbeat.taken_unseen")
        return True


def _is_there(token: str) -> bool:
    return db.session.scalar(select(Monitor.id).where(Monitor.push_token == token)) is not None


def send_call(call: Call) -> None:
    """Hand a call to the recorder. RedisUnavailableError: the caller should try again."""
    try:
        send("record.call", "record", call.to_wire())
    except (OperationalError, RedisError, OSError) as error:
        raise RedisUnavailableError from error
