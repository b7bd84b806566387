"""The outbox: rows are the queue, from the transaction that caused a message to its arrival.

A row is `pending` until its time, `sending` while somebody has claimed it (for two minutes at most: who
dies with it loses it to the next), then `sent` or `failed`. At least once, always with the same message id.
A message that closes an incident waits for the one that opened it on the same channel, until that one has
been sent or has failed for good: nobody reads "up again" before "down".
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, and_, exists, or_, select, update
from sqlalchemy.orm import Session, aliased, joinedload

from app.core.clock import now
from app.core.errors import ConflictError, NotFoundError
from app.core.http import Door
from app.core.secret_box import SealBrokenError, unseal
from app.core.settings import get_settings
from app.engine.net.guard import AllowList
from app.engine.notify.message import Message
from app.engine.notify.registry import SendResult, get_kind
from app.models import Channel, Delivery, DeliveryAttempt, Organization, db, write
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.paging import Page, page_by_id
from app.service.schedule import allowed_networks

log = logging.getLogger("cloudeye.delivery")
BACK_OFF_SECONDS = (5, 30, 120, 600, 3_600, 10_800, 21_600)
CLAIM = timedelta(minutes=2)


def enqueue_deliveries(session: Session, organization_id: int, message: Message) -> int:
    """One row an enabled channel of the organization, in the caller's transaction; returns how many."""
    channels = session.scalars(
        select(Channel.id).where(Channel.organization_id == organization_id, Channel.is_enabled.is_(True))
    ).all()
    incident_id = int(message.incident["id"]) if message.incident else None
    session.add_all(
        Delivery(
            organization_id=organization_id,
            channel_id=channel_id,
            incident_id=incident_id,
            kind=message.kind,
            message=message.to_dict(),
        )
        for channel_id in channels
    )
    return len(channels)


def claim_due(limit: int = 20, at: datetime | None = None) -> list[int]:
    """Claim up to `limit` rows whose time has come; the ids of those this call has won."""
    at = at or now()
    opener = aliased(Delivery)
    waits = exists().where(
        opener.incident_id == Delivery.incident_id,
        opener.channel_id == Delivery.channel_id,
        opener.id < Delivery.id,
        opener.state.in_(["pending", "sending"]),
    )
    due = or_(
        and_(Delivery.state == "pending", Delivery.next_attempt_at <= at),
        and_(Delivery.state == "sending", Delivery.claimed_until < at),
    )
    candidates = db.session.scalars(
        select(Delivery.id)
        .where(due, or_(Delivery.incident_id.is_(None), ~waits))
        .order_by(Delivery.id)
        .limit(limit)
    ).all()
    won: list[int] = []
    if not candidates:
        db.session.commit()
        return won
    with write() as session:
        for delivery_id in candidates:
            done = session.execute(
                update(Delivery)
                .where(Delivery.id == delivery_id, due)
                .values(state="sending", claimed_until=at + CLAIM)
                .execution_options(synchronize_session=False)
            )
            if isinstance(done, CursorResult) and done.rowcount == 1:
                won.append(delivery_id)
    return won


def deliver(delivery_id: int) -> SendResult:
    """Make one attempt at a claimed row and note what became of it. The sending is outside any transaction."""
    row = db.session.scalar(
        select(Delivery)
        .where(Delivery.id == delivery_id)
        .options(joinedload(Delivery.channel))
        .execution_options(populate_existing=True)
    )
    if row is None:
        return SendResult(False, permanent=True, error="the delivery is gone")
    organization = db.session.get_one(Organization, row.organization_id)
    db.session.commit()
    result = send_through(row.channel, organization, Message.from_dict(row.message))
    _note(delivery_id, result)
    return result


def send_through(channel: Channel, organization: Organization, message: Message) -> SendResult:
    """Send a message through a channel now, blocking; whatever goes wrong is in the result."""
    kind = get_kind(channel.type)
    try:
        config = kind.parse(unseal(channel.sealed_config))
    except SealBrokenError as error:
        return SendResult(False, permanent=True, error=str(error))
    except ValueError as error:
        return SendResult(
            False, permanent=True, error=f"the channel's configuration does not hold any more: {error}"
        )
    door = Door(AllowList.of(allowed_networks(organization)), ca_file=get_settings().CA_FILE)
    return kind.send(config, message, door, organization.locale)


def _note(delivery_id: int, result: SendResult) -> None:
    at = now()
    with write() as session:
        row = session.get(Delivery, delivery_id, with_for_update=True, populate_existing=True)
        if row is None:
            return
        row.attempts += 1
        row.claimed_until = None
        row.last_error = result.error
        if result.ok:
            row.state, row.sent_at = "sent", at
        elif result.permanent or row.attempts > len(BACK_OFF_SECONDS):
            row.state = "failed"
        else:
            pause = max(BACK_OFF_SECONDS[row.attempts - 1], result.retry_after or 0)
            row.state, row.next_attempt_at = "pending", at + timedelta(seconds=pause)
        session.add(
            DeliveryAttempt(
                delivery_id=delivery_id,
                at=at,
                is_ok=result.ok,
                http_status=result.http_status,
                ms=result.ms,
                error=result.error,
            )
        )
        state, attempts = row.state, row.attempts
    log.info("delivery.attempted", extra={"delivery_id": delivery_id, "state": state, "attempts": attempts})


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
        select(DeliveryAttempt).where(DeliveryAttempt.delivery_id == row.id).order_by(DeliveryAttempt.id)
    ).all()
    facts = {column.key: getattr(row, column.key) for column in Delivery.__table__.columns}
    return {**facts, "channel": row.channel, "log": list(attempts)}


def _own(session: Session, actor: Actor, delivery_id: int) -> Delivery:
    row = session.scalar(
        select(Delivery)
        .where(Delivery.id == delivery_id, Delivery.organization_id == actor.organization_id)
        .options(joinedload(Delivery.channel))
    )
    if row is None:
        raise NotFoundError("there is no such delivery")
    return row


def redeliver(actor: Actor, delivery_id: int) -> Delivery:
    """Put a delivery that was sent or has failed back into the queue."""
    with write() as session:
        row = _own(session, actor, delivery_id)
        if row.state not in ("sent", "failed"):
            raise ConflictError("the delivery is still under way")
        row.state, row.attempts, row.next_attempt_at = "pending", 0, now()
        record_change(session, actor, "delivery.redeliver", "delivery", row.id)
    return row
