"""The outbox: rows are the queue, from the transaction that caused a message to its arrival.

A row is `pending` until its time, `sending` while somebody has claimed it (for a minute at most: who dies
with it loses it to the next), then `sent` or `failed`. Delivered at least once: after a crash a message may
arrive twice, with the same id, and is never lost.

Order. The messages of one incident (or tamper alert) keep their order on a channel: the one that closes it
waits until the one that opened it has been sent or has failed for good, since "up again" before "down" would
leave the reader with the wrong state. So that a recovery does not wait out the opening's long pause, putting
the closing in the outbox makes the opening due at once, and the closing goes in the turn after it. What is
said again and again (reminders, a policy's steps) hurries nothing: it would use up the tries at a receiver
that is away for an hour. Different incidents do not wait for each other. The messages of one objective keep
their order in the same way.

Fairness. A channel has at most four rows under way, so a receiver that hangs keeps nobody else waiting.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, and_, exists, or_, select, update
from sqlalchemy.orm import Session, aliased, joinedload

from app.core.clock import now
from app.core.errors import ConflictError
from app.engine.notify.message import Message
from app.engine.notify.registry import SendResult
from app.models import Channel, Delivery, DeliveryAttempt, Organization, db, write
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.channel.choosing import ABOUT_OBJECTIVES, choose, is_about, objective_of
from app.service.channel.sending import send_through
from app.service.channel.wording import in_own_words
from app.service.owned import fetch_own
from app.service.paging import Page, page_by_id

log = logging.getLogger("cloudeye.delivery")
BACK_OFF_SECONDS = (5, 30, 120, 600, 3_600, 10_800, 21_600)
# Longer than any kind may take to send (30 s) and to note it.
CLAIM = timedelta(minutes=1)
MAX_UNDER_WAY = 4
TRIED_ONCE = "test"
REPEATED = frozenset({"incident.reminder", "incident.escalated"})
ERROR_LENGTH = 1_000


def enqueue_deliveries(
    session: Session,
    organization_id: int,
    message: Message,
    *,
    wanted: str | None = None,
    channels: Collection[int] | None = None,
    about: int | None = None,
) -> int:
    """One row an enabled channel of the organization, in the caller's transaction; returns how many.

    The organization's rules choose the channels. Where none fits, `wanted` leaves out those that do not want
    alerts of this severity (or "notice"). That something is over is told to those that heard of it, whatever
    its severity is by now. `channels` names those that were chosen already. `about` is the incident whose
    messages a message of many keeps its order with.
    """
    chosen = choose(session, organization_id, message, wanted, channels)
    incident_id = int(message.incident["id"]) if message.incident else about
    alert_id = int(message.alert["id"]) if message.alert else None
    if incident_id is not None and message.kind not in REPEATED:
        _hurry(session, Delivery.incident_id == incident_id, now())
    if alert_id is not None:
        _hurry(session, Delivery.alert_id == alert_id, now())
    if message.objective:
        _hurry(session, is_about(organization_id, message.objective["id"]), now())
    session.add_all(
        Delivery(
            organization_id=organization_id,
            channel_id=channel_id,
            incident_id=incident_id,
            alert_id=alert_id,
            kind=message.kind,
            message=message.to_dict(),
        )
        for channel_id in chosen
    )
    return len(chosen)


def _hurry(session: Session, is_before: ColumnElement[bool], at: datetime) -> None:
    """Make what was said of the same thing before due now, since the next message has to wait for it.

    A pause that the receiver asked for (Retry-After, so longer than ours) is left as it is.
    """
    waiting = session.scalars(
        select(Delivery).where(is_before, Delivery.state == "pending", Delivery.next_attempt_at > at)
    )
    for row in waiting:
        own_pause = timedelta(seconds=BACK_OFF_SECONDS[max(0, row.attempts - 1)] + 1)
        if row.next_attempt_at - row.updated_at <= own_pause:
            row.next_attempt_at = at


def claim_due(limit: int = 20, at: datetime | None = None) -> list[int]:
    """Claim up to `limit` rows whose time has come; the ids of those this call has won.

    1. Look for candidates, without a lock. 2. Take each by an UPDATE that repeats the condition: who changed
    the row has won it, so any number of workers may look at the same moment.
    """
    at = at or now()
    due = _due(at)
    under_way = _under_way(at)
    full = [channel_id for channel_id, count in under_way.items() if count >= MAX_UNDER_WAY]
    statement = select(Delivery.id, Delivery.channel_id).where(due, ~_must_wait())
    if full:
        statement = statement.where(Delivery.channel_id.not_in(full))
    rows = db.session.execute(statement.order_by(Delivery.id).limit(limit * 4))
    candidates = [(row.id, row.channel_id) for row in rows]
    db.session.commit()
    return _take(candidates, under_way, due, at, limit) if candidates else []


def _due(at: datetime) -> ColumnElement[bool]:
    return or_(
        and_(Delivery.state == "pending", Delivery.next_attempt_at <= at),
        and_(Delivery.state == "sending", Delivery.claimed_until < at),
    )


def _must_wait() -> ColumnElement[bool]:
    """An earlier message about the same is still on its way to the same channel."""
    earlier, budget = aliased(Delivery), aliased(Delivery)
    is_same = or_(earlier.incident_id == Delivery.incident_id, earlier.alert_id == Delivery.alert_id)
    is_same_budget = and_(budget.kind.in_(ABOUT_OBJECTIVES), objective_of(budget) == objective_of(Delivery))
    return or_(
        exists().where(is_same, *_is_under_way_before(earlier)),
        and_(
            Delivery.kind.in_(ABOUT_OBJECTIVES),
            exists().where(is_same_budget, *_is_under_way_before(budget)),
        ),
    )


def _is_under_way_before(earlier: type[Delivery]) -> tuple[ColumnElement[bool], ...]:
    return (
        earlier.channel_id == Delivery.channel_id,
        earlier.id < Delivery.id,
        earlier.state.in_(["pending", "sending"]),
    )


def _under_way(at: datetime) -> Counter[int]:
    """How many rows of each channel are being sent."""
    channels = db.session.scalars(
        select(Delivery.channel_id).where(Delivery.state == "sending", Delivery.claimed_until >= at)
    )
    return Counter(channels)


def _take(
    candidates: list[tuple[int, int]],
    under_way: Counter[int],
    due: ColumnElement[bool],
    at: datetime,
    limit: int,
) -> list[int]:
    won: list[int] = []
    with write() as session:
        for delivery_id, channel_id in candidates:
            if len(won) == limit or under_way[channel_id] >= MAX_UNDER_WAY:
                continue
            done = session.execute(
                update(Delivery)
                .where(Delivery.id == delivery_id, due)
                .values(state="sending", claimed_until=at + CLAIM)
                .execution_options(synchronize_session=False)
            )
            if isinstance(done, CursorResult) and done.rowcount == 1:
                won.append(delivery_id)
                under_way[channel_id] += 1
    return won


def deliver(delivery_id: int) -> SendResult:
    """Make one attempt at a claimed row and note what became of it; it is sent outside any transaction."""
    row = db.session.scalar(
        select(Delivery)
        .where(Delivery.id == delivery_id)
        .options(joinedload(Delivery.channel))
        .execution_options(populate_existing=True)
    )
    if row is None or row.state != "sending":
        db.session.commit()
        return SendResult(False, permanent=True, error="the delivery is not under way")
    organization = db.session.get_one(Organization, row.organization_id)
    claim = row.claimed_until
    db.session.commit()
    # Another attempt's words are not this one's: the template may have changed since.
    message = in_own_words(Message.from_dict({**row.message, "words": {}}), organization)
    result = _attempt(row, organization, message)
    _note(delivery_id, claim, result, message.words)
    return result


def _attempt(row: Delivery, organization: Organization, message: Message) -> SendResult:
    if not row.channel.is_enabled and row.kind != TRIED_ONCE:
        return SendResult(False, permanent=True, error="the channel is switched off")
    return send_through(row.channel, organization, message)


def _note(delivery_id: int, claim: datetime | None, result: SendResult, words: dict[str, str]) -> None:
    """Write the attempt down and move the row, unless another has claimed it meanwhile: then only a success
    counts, because it is true whoever reports it."""
    at = now()
    with write() as session:
        row = session.get(Delivery, delivery_id, with_for_update=True, populate_existing=True)
        if row is None:
            return
        session.add(
            DeliveryAttempt(
                delivery_id=delivery_id,
                at=at,
                is_ok=result.ok,
                http_status=result.http_status,
                ms=result.ms,
                error=result.error[:ERROR_LENGTH],
            )
        )
        row.attempts += 1
        if result.ok or (row.state == "sending" and row.claimed_until == claim):
            _move(row, result, at)
        _keep(row, words, [] if row.state == "sent" else list(result.reached))
        facts = {"delivery_id": delivery_id, "state": row.state, "attempts": row.attempts}
    log.info("delivery.attempted", extra=facts)


def _keep(row: Delivery, words: dict[str, str], reached: list[str]) -> None:
    """What it was said in, and who has it already when it is tried again for the others."""
    for name, value in (("words", words), ("reached", reached)):
        if value != row.message.get(name, type(value)()):
            row.message = {**row.message, name: value}


def _move(row: Delivery, result: SendResult, at: datetime) -> None:
    row.claimed_until = None
    row.last_error = result.error[:ERROR_LENGTH]
    if result.ok:
        row.state, row.sent_at = "sent", at
    elif result.permanent or row.kind == TRIED_ONCE or row.attempts > len(BACK_OFF_SECONDS):
        row.state = "failed"
    else:
        pause = max(BACK_OFF_SECONDS[row.attempts - 1], result.retry_after or 0)
        row.state, row.next_attempt_at = "pending", at + timedelta(seconds=pause)


def send_now(actor: Actor, channel: Channel, message: Message) -> tuple[int, SendResult]:
    """Send a message at once and wait for what becomes of it: the row's id and the result.

    The row is claimed from the beginning, so no worker takes it, and it is in the log like any other.
    """
    with write() as session:
        row = Delivery(
            organization_id=actor.organization_id,
            channel_id=channel.id,
            kind=message.kind,
            message=message.to_dict(),
            state="sending",
            claimed_until=now() + CLAIM,
        )
        session.add(row)
    return row.id, deliver(row.id)


def list_deliveries(
    actor: Actor,
    *,
    channel_id: int | None = None,
    state: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Delivery]:
    """The organization's deliveries, newest first."""
    statement = (
        select(Delivery)
        .where(Delivery.organization_id == actor.organization_id)
        .options(joinedload(Delivery.channel))
    )
    if channel_id is not None:
        statement = statement.where(Delivery.channel_id == channel_id)
    if state:
        statement = statement.where(Delivery.state == state)
    return page_by_id(statement, Delivery.id, cursor, limit)


def get_delivery(actor: Actor, delivery_id: int) -> dict[str, Any]:
    """A delivery with its attempts under `log`, oldest first."""
    row = _own(db.session(), actor, delivery_id)
    attempts = db.session.scalars(
        select(DeliveryAttempt)
        .where(DeliveryAttempt.delivery_id == row.id)
        .order_by(DeliveryAttempt.id.desc())
        .limit(200)
    ).all()
    facts = {column.key: getattr(row, column.key) for column in Delivery.__table__.columns}
    return {**facts, "channel": row.channel, "log": list(reversed(attempts))}


def _own(session: Session, actor: Actor, delivery_id: int) -> Delivery:
    return fetch_own(session, Delivery, actor, delivery_id, joinedload(Delivery.channel))


def redeliver(actor: Actor, delivery_id: int) -> Delivery:
    """Put a delivery that was sent or has failed back into the queue, with all its tries and its old id."""
    with write() as session:
        row = _own(session, actor, delivery_id)
        if not row.channel.is_enabled:
            raise ConflictError("the channel is switched off; switch it on first")
        moved = session.execute(
            update(Delivery)
            .where(Delivery.id == row.id, Delivery.state.in_(["sent", "failed"]))
            .values(state="pending", attempts=0, next_attempt_at=now(), sent_at=None, claimed_until=None)
            .execution_options(synchronize_session=False)
        )
        if not isinstance(moved, CursorResult) or moved.rowcount != 1:
            raise ConflictError("the delivery is still under way")
        session.refresh(row)
        record_change(session, actor, "delivery.redeliver", "delivery", row.id)
    return row
