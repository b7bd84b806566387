"""What the tests of the outbox share: a channel that leads to a real hook, and a worker's turn."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.core.clock import now
from app.engine.notify.message import Message
from app.models import Channel, Delivery, db, write
from app.service.actor import Actor
from app.service.channel.delivery import claim_due, deliver, enqueue_deliveries
from app.service.channel.manage import create_channel
from tests.engine.targets import Target, reply

SECRET = "whsec_" + "c2VjcmV0LW9mLXRoZS10ZXN0cw=="


@dataclass(frozen=True)
class Received:
    headers: dict[str, str]
    body: bytes


class Hook:
    """A receiver that answers `status` and `headers`, and keeps what came."""

    def __init__(self) -> None:
        self.status = 200
        self.headers: dict[str, str] = {}
        self.received: list[Received] = []
        self.url = ""

    def act(self, connection: socket.socket, request: bytes) -> None:
        head, _, body = request.partition(b"\r\n\r\n")
        lines = (line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        self.received.append(Received({name.lower(): value for name, value in lines}, body))
        headers = tuple(f"{name}: {value}" for name, value in self.headers.items())
        reply(b"", f"{self.status} As told", headers)(connection, request)


@contextmanager
def running_hook() -> Iterator[Hook]:
    hook = Hook()
    with Target(hook.act) as target:
        hook.url = target.url("/hook")
        yield hook


def add_channel(owner: Actor, hook: Hook, **config: Any) -> Channel:
    whole = {"url": hook.url, "secret": SECRET, **config}
    return create_channel(owner, {"type": "webhook", "name": "hook", "config": whole})


def message_of(kind: str, incident: int) -> Message:
    return Message(f"{kind} {incident}", kind, now(), "critical", incident={"id": str(incident)})


def put(owner: Actor, kind: str = "incident.opened", incident: int = 7) -> int:
    """Put a message into the outbox; returns how many rows that makes."""
    with write() as session:
        return enqueue_deliveries(session, owner.organization_id, message_of(kind, incident))


def rows() -> list[Delivery]:
    statement = select(Delivery).order_by(Delivery.id).execution_options(populate_existing=True)
    return list(db.session.scalars(statement))


def row() -> Delivery:
    (only,) = rows()
    return only


def turn(seconds_later: float = 0, *, at: datetime | None = None) -> int:
    """Deliver what is due some seconds from now; returns how many rows were."""
    claimed = claim_due(at=(at or now()) + timedelta(seconds=seconds_later))
    for delivery_id in claimed:
        deliver(delivery_id)
    return len(claimed)


def arrived(hook: Hook) -> list[str]:
    """The ids of what came, in order."""
    return [received.headers["webhook-id"] for received in hook.received]
