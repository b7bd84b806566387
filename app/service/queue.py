"""Messages to the worker processes. Services name a task; where it runs is Celery's business.

Nothing here may be called inside a transaction: rows are the queue, a message is only a nudge.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from functools import lru_cache
from typing import Any

import orjson
from celery import Celery

from app.core.celery import make_celery
from app.core.clock import now_ms
from app.core.log import current
from app.core.settings import get_settings
from app.core.signing import given_key, home_key, seal

MOST_WAITING = 120
"""Messages at a location that nobody takes: half a minute's, which is as old as a check may become."""


@lru_cache(maxsize=1)
def celery_app() -> Celery:
    """The process's Celery application; made here so that services need not know the tasks."""
    return make_celery(get_settings())


def send(task: str, queue: str, args: Sequence[Any], **options: Any) -> None:
    """Put one message on a queue, with the request's identifiers on it; `options` are Celery's."""
    celery_app().send_task(
        task, args=list(args), queue=queue, headers={"context": current()}, ignore_result=True, **options
    )


def waiting(queue: str) -> int:
    """How many messages of a queue nobody has taken yet; 0 where the broker is not Redis.

    Another broker is not even asked: while it is away, kombu would try to reach it again and again.
    """
    if not str(celery_app().conf.broker_url).startswith(("redis", "memory")):
        return 0
    with celery_app().producer_pool.acquire(block=True) as producer:
        size = getattr(producer.channel, "_size", None)
        return int(size(queue)) if size is not None else 0


def clock_off_ms() -> int | None:
    """How far this machine's clock is ahead of the broker's; negative where it is behind.

    None where the broker is not Redis, which alone can be asked. Raises the broker's error while it is away.
    """
    if not str(celery_app().conf.broker_url).startswith("redis"):
        return None
    with celery_app().producer_pool.acquire(block=True) as producer:
        channel: Any = producer.channel  # kombu's Redis channel, which has a client
        before = now_ms()
        seconds, micros = channel.client.time()
        after = now_ms()
    there = int(seconds) * 1000 + int(micros) // 1000
    # Somewhere between both looks at our own clock; how long the question took says nothing.
    return max(0, before - there) or min(0, after - there)


def send_batch(location: str, checks: Sequence[tuple[int, int, bytes]], *, but: Container[str] = ()) -> None:
    """A batch for the probes of a location: (monitor id, slot in unix ms, compiled check).

    Checks in a browser go to the processes that have one, each by itself since it takes seconds. Nothing is
    put on the queues in `but`.
    """
    plain = [each for each in checks if not needs_browser(each[2])]
    shown = [each for each in checks if needs_browser(each[2])] if len(plain) < len(checks) else []
    for queue, part in [(f"probe.{location}", plain), *((browser_queue(location), [each]) for each in shown)]:
        if part and queue not in but:
            body = orjson.dumps([[str(i), due, spec.decode()] for i, due, spec in part])
            send_to_probe("probe.batch", location, body.decode(), queue=queue)


def needs_browser(spec: bytes) -> bool:
    """Whether a compiled check is of a type that is made in a real browser."""
    return _is_shown(spec[2 : spec.find(b'"', 2)])


@lru_cache(maxsize=256)
def _is_shown(name: bytes) -> bool:
    from app.engine.usability.registry import UnknownTypeError, get_type

    try:
        return get_type(name.decode()).needs_browser
    except UnknownTypeError:
        return False  # The probe says so, where it is seen.


def browser_queue(location: str) -> str:
    """Where a location's browser is asked; the installation's own shares that of watched pages."""
    return "browser" if location == get_settings().LOCATION else f"browser.{location}"


def send_run(location: str, monitor_id: int, spec: bytes, token: str) -> None:
    """One check at this moment; its result is also pushed to `run:<token>` when there is a token."""
    body = orjson.dumps([str(monitor_id), now_ms(), spec.decode(), token])
    queue = browser_queue(location) if needs_browser(spec) else f"probe.{location}"
    send_to_probe("probe.now", location, body.decode(), queue=queue)


def send_to_probe(task: str, location: str, body: str, *, queue: str = "") -> None:
    """A message to a location's probes, signed with its key; none is sent where the key cannot be read.

    Its first line names the location's control targets, since a probe has no other way to learn of them.
    """
    from app.service.location.known import control_targets_of, key_of

    key = key_of(location)
    if key is not None:
        whole = f"{' '.join(control_targets_of(location))}\n{body}"
        send(task, queue or f"probe.{location}", seal(key, task, location, now_ms(), whole))


def send_from_probe(task: str, body: str, **options: Any) -> None:
    """A message of this process's location to the recorder, signed with the key it was given."""
    location = get_settings().LOCATION
    send(task, "record", seal(own_key(), task, location, now_ms(), body), **options)


def own_key() -> bytes:
    """The key of this process's own location, without a database."""
    settings = get_settings()
    if settings.LOCATION_KEY:
        return given_key(settings.LOCATION_KEY)
    return home_key(settings.SECRET_KEY, settings.LOCATION)


def send_results(wire: str, token: str = "") -> None:
    """Measured samples, as JSON, to the recorder; `token` names somebody who waits for them."""
    send_from_probe("record.samples", f"{token}\n{wire}")
