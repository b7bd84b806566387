"""Live messages: Redis pub/sub, a channel an organization. Losing one costs nothing but a late page."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from redis import RedisError

from app.core.redis import get_redis
from app.core.stopping import is_stopping

log = logging.getLogger("cloudeye.live")
LOOK_UP_SECONDS = 2.0


def publish(messages: Mapping[int, Sequence[dict[str, Any]]]) -> None:
    """Send each organization its messages, as one JSON list."""
    try:
        pipe = get_redis().pipeline(transaction=False)
        for organization_id, batch in messages.items():
            pipe.publish(f"live:{organization_id}", orjson.dumps(list(batch)))
        pipe.execute()
    except RedisError:
        log.warning("live.publish_failed")


def listen(organization_id: int, *, pulse_seconds: float = 15.0) -> Iterator[list[dict[str, Any]]]:
    """What is published for an organization; an empty list when nothing came for `pulse_seconds`.

    Ends by itself soon after this process was told to end: the page then listens to the next one.
    """
    pubsub: Any = get_redis().pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    with pubsub:
        pubsub.subscribe(f"live:{organization_id}")
        quiet_since = time.monotonic()
        while not is_stopping():
            message = pubsub.get_message(timeout=min(LOOK_UP_SECONDS, pulse_seconds))
            if message or time.monotonic() - quiet_since >= pulse_seconds:
                quiet_since = time.monotonic()
                yield orjson.loads(message["data"]) if message else []
