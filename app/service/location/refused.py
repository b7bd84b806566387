"""Messages the recorder did not take: kept for a person to look at, and counted by reason."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, cast

import orjson
from redis import RedisError

from app.core.clock import now_ms
from app.core.redis import get_redis

log = logging.getLogger("cloudeye.recorder")
DEAD = "record:dead"
COUNTS = "record:refused"
KEPT = 1_000
UNRECORDABLE = "unrecordable"
"""A message of ours that the recorder failed at: a fault of the program, not of the message."""
REASONS = ("bad_signature", "foreign_sample", "malformed", "not_plausible", "unsigned", UNRECORDABLE)
MOST_CHARS = 200_000


def bury(message: Sequence[Any], reason: str, location: str, *, is_whole: bool = False) -> None:
    """Keep a message under `record:dead` with the reason, the newest thousand, and count it.

    Strangers' messages are cut (`is_whole` keeps all of it), since whoever sends them chooses their size.
    """
    code = str(_plain(location))[:32]
    log.warning("recorder.message_buried", extra={"reason": reason, "location": code})
    said = list(message) if is_whole else _short(message)
    kept = {"reason": reason, "location": code, "at_ms": now_ms(), "message": said}
    try:
        pipe = get_redis().pipeline()
        pipe.lpush(DEAD, orjson.dumps(kept))
        pipe.ltrim(DEAD, 0, KEPT - 1)
        pipe.hincrby(COUNTS, reason, 1)
        pipe.execute()
    except RedisError:
        log.warning("recorder.cannot_bury", extra={"reason": reason})


def take_up_again() -> int:
    """Put back on the recorder's queue what it could not record for a fault of its own; how many messages.

    What was recorded meanwhile is recorded once all the same. The others stay where they are.
    """
    from app.service.queue import send

    count = 0
    for wire in cast("list[bytes]", get_redis().lrange(DEAD, 0, -1)):
        kept = orjson.loads(wire)
        if kept["reason"] == UNRECORDABLE:
            send("record.samples", "record", kept["message"])
            get_redis().lrem(DEAD, 1, cast(Any, wire))
            count += 1
    return count


def _short(message: Sequence[Any]) -> list[Any]:
    return [_plain(each) for each in list(message)[:8]]


def _plain(value: Any) -> Any:
    """Something of a stranger's message as it can be kept: short, and without halves of surrogate pairs."""
    if value is None or isinstance(value, float) or (isinstance(value, int) and abs(value) < 1 << 53):
        return value
    text = value if isinstance(value, str) else repr(value)
    return text[:MOST_CHARS].encode("utf-8", "replace").decode()


def refused_counts() -> dict[str, int]:
    """How many messages were refused since somebody last cleared the count, by reason."""
    counts = cast("dict[bytes, bytes]", get_redis().hgetall(COUNTS))
    return {reason.decode(): int(count) for reason, count in counts.items()}


def clear_refused() -> None:
    """Begin to count anew, and let go of what was kept."""
    get_redis().delete(COUNTS, DEAD)
