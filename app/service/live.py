"""Live messages: Redis pub/sub, a channel an organization. Losing one costs nothing but a late page.

Kinds: `monitor` (a change of state: site_id, monitor_id, state, total_ms), `results` (site_ids with new
results, gathered for half a second, since ten thousand monitors must not flood a page), `change` (somebody
changed something that open pages may show), and others' own.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import orjson
from redis import RedisError
from sqlalchemy.orm import Session

from app.core.clock import now_ms
from app.core.redis import get_redis
from app.core.stopping import is_stopping
from app.models.base import after_commit

log = logging.getLogger("cloudeye.live")
LOOK_UP_SECONDS = 2.0
KNOWN_MS = 600_000
"""For so long it is known when an organization was told something last."""
GATHER_SECONDS = 0.5
CHANGE = "change"
"""The kind of what people change: it names no site, since a page of any may show it."""


def publish(messages: Mapping[int, Sequence[dict[str, Any]]]) -> None:
    """Send each organization its messages, as one JSON list."""
    try:
        pipe = get_redis().pipeline(transaction=False)
        for organization_id, batch in messages.items():
            pipe.set(f"live.at:{organization_id}", now_ms(), px=KNOWN_MS)
            pipe.publish(f"live:{organization_id}", orjson.dumps(list(batch)))
        pipe.execute()
    except RedisError:
        log.warning("live.publish_failed")


@dataclass(frozen=True)
class _Telling:
    organization_id: int

    def __call__(self) -> None:
        publish({self.organization_id: [{"kind": CHANGE}]})


def tell_pages(session: Session, organization_id: int) -> None:
    """Tell an organization's open pages, once this transaction of `write()` is committed."""
    after_commit(session, _Telling(organization_id))


def was_told_since(organization_id: int, since_ms: int) -> bool:
    """Whether anything was published after this moment: what a page missed before it listened.

    True as well when that is too long ago to be known.
    """
    if now_ms() - since_ms >= KNOWN_MS:
        return True
    last = cast("bytes | None", get_redis().get(f"live.at:{organization_id}"))
    return last is not None and int(last) >= since_ms


class Gatherer:
    """Gathers which sites were heard of, and publishes it together; `flush` says it now."""

    def __init__(self, seconds: float = GATHER_SECONDS) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._sites: dict[int, set[int]] = defaultdict(set)
        self._timer: threading.Timer | None = None

    def add(self, heard: Mapping[int, set[int]]) -> None:
        """Organization id → the ids of its sites with new results."""
        if not heard:
            return
        with self._lock:
            for organization_id, site_ids in heard.items():
                self._sites[organization_id] |= site_ids
            if self._timer is None:
                self._timer = threading.Timer(self._seconds, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        with self._lock:
            sites, self._sites, self._timer = self._sites, defaultdict(set), None
        publish(
            {
                organization_id: [{"kind": "results", "site_ids": [str(each) for each in sorted(site_ids)]}]
                for organization_id, site_ids in sites.items()
            }
        )


heard = Gatherer()
"""This process's own."""


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
