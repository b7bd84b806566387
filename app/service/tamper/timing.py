"""Which watch is checked when: one due set for all of them, and the messages that ask for checks at once."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from kombu.exceptions import OperationalError
from redis import RedisError
from sqlalchemy import select

from app.core.clock import now_ms
from app.core.redis import find_and_get
from app.models import Site, Watch, db
from app.service.queue import send
from app.service.scheduling import due_set

log = logging.getLogger("cloudeye.schedule")
# No location is called so: their names have no @.
DUE_SET = "@tamper"
QUEUES = {"plain": "tamper", "browser": "browser"}
AGAIN_MS = 12_000
"""How soon a suspicious page is looked at again; with the schedulers' turn between 10 and 60 s."""
BATCH = {"plain": 20, "browser": 1}
"""So many watches a message: a page in a browser takes seconds."""


def arm(watch: Watch) -> None:
    """Put a watch into the due set, or renew its entry. Redis away: the next reconciliation does it."""
    try:
        due_set.put(
            DUE_SET, watch.id, watch.interval_seconds * 1000, watch.revision, watch.mode.encode("ascii")
        )
    except RedisError:
        log.warning("schedule.arm_failed", extra={"watch_id": watch.id})


def disarm(watch_id: int) -> None:
    try:
        due_set.drop(DUE_SET, watch_id)
    except RedisError:
        log.warning("schedule.disarm_failed", extra={"watch_id": watch_id})


def again_soon(watch_id: int, after_ms: int = AGAIN_MS) -> None:
    """Have a watch looked at once more, before its time."""
    try:
        due_set.bring_forward(DUE_SET, watch_id, now_ms() + after_ms)
    except RedisError:
        log.warning("schedule.again_failed", extra={"watch_id": watch_id})


def check_now(watches: Sequence[Watch]) -> None:
    """Ask for a check of each at once. A message that is lost is made up for by the next slot.

    The slot is later than any that can have been claimed: one that was checked before its time would make
    this one look like a message that came twice.
    """
    at_ms = now_ms() + due_set.AHEAD_MS
    try:
        for mode, most in BATCH.items():
            ids = [watch.id for watch in watches if watch.mode == mode]
            for start in range(0, len(ids), most):
                send_batch(mode, [(watch_id, at_ms) for watch_id in ids[start : start + most]])
    except (RedisError, OperationalError, OSError):
        log.warning("schedule.check_now_failed", extra={"watches": len(watches)})


def send_batch(mode: str, slots: Sequence[tuple[int, int]]) -> None:
    """A message for the workers: (watch id, slot in unix ms), all of one mode.

    Where no process shows pages in a browser, messages for it would pile up unread: the others take them, and
    note on the watch that there is no browser.
    """
    queue = QUEUES[mode] if mode == "plain" or find_and_get("heartbeat:browser:*") else QUEUES["plain"]
    send("tamper.check", queue, [[[str(watch_id), due_ms] for watch_id, due_ms in slots]])


def send_due(*, at_ms: int, limit: int = 200) -> int:
    """Claim what is due and send it to the workers until nothing more is; returns how many slots."""
    sent = 0
    while True:
        claimed = due_set.claim(DUE_SET, at_ms=at_ms, limit=limit)
        for mode, most in BATCH.items():
            part = [each for each in claimed if each.spec.decode() == mode]
            for start in range(0, len(part), most):
                batch = part[start : start + most]
                send_batch(mode, [(each.item_id, each.due_ms) for each in batch])
                due_set.confirm(DUE_SET, batch)
        sent += len(claimed)
        if len(claimed) < limit:
            return sent


def reconcile() -> dict[str, int]:
    """Make the due set agree with the database."""
    wanted = {
        watch_id: (revision, interval * 1000)
        for watch_id, revision, interval in db.session.execute(
            select(Watch.id, Watch.revision, Watch.interval_seconds)
            .join(Site, Site.id == Watch.site_id)
            .where(Watch.is_paused.is_(False), Site.archived_at.is_(None))
        )
    }
    db.session.commit()
    return due_set.reconcile(DUE_SET, wanted, _arm_many)


def _arm_many(watch_ids: list[int]) -> None:
    watches = db.session.scalars(
        select(Watch).where(Watch.id.in_(watch_ids)).execution_options(populate_existing=True)
    ).all()
    db.session.commit()
    for watch in watches:
        arm(watch)
