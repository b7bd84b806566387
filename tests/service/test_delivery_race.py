"""The outbox with many workers at once, on SQLite and MariaDB: each row is one worker's, and order holds."""

from __future__ import annotations

import contextlib
import random
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.clock import now
from app.engine.notify.message import Message
from app.engine.notify.registry import SendResult
from app.models import Channel, Delivery, DeliveryAttempt, Organization, base, db, write
from app.service.actor import Actor
from app.service.channel import delivery
from app.service.channel.delivery import MAX_UNDER_WAY, claim_due, deliver, enqueue_deliveries
from app.service.channel.manage import create_channel
from tests.cast import make_organization, make_user
from tests.service.outbox import put

WORKERS = 8
INCIDENTS = 12


@pytest.fixture(params=["sqlite", "mariadb"])
def on_each_database(request: pytest.FixtureRequest) -> Iterator[Flask]:
    yield request.getfixturevalue("app" if request.param == "sqlite" else "mariadb_app")


@pytest.fixture(autouse=True)
def as_if_in_processes_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers in several processes share no lock but the database's."""
    monkeypatch.setattr(base, "_write_lock", contextlib.nullcontext())


@pytest.fixture
def us(on_each_database: Flask) -> Actor:
    actor = make_user(make_organization("ours"), "owner", "owner")
    for name in ("first", "second"):
        create_channel(actor, {"type": "webhook", "name": name, "config": {"url": "https://example.org/"}})
    return actor


def put_all(us: Actor, kind: str) -> None:
    for number in range(1, INCIDENTS + 1):
        put(us, kind, number)


def test_a_budget_is_not_called_calm_before_it_was_said_to_burn(us: Actor) -> None:
    for kind in ("objective.burning", "objective.calm"):
        about = Message(kind, kind, now(), "critical", objective={"id": "5"})
        with write() as session:
            enqueue_deliveries(session, us.organization_id, about)
    claimed = set(claim_due(20))
    kinds = {row.kind for row in db.session.scalars(select(Delivery)) if row.id in claimed}
    assert kinds == {"objective.burning"}


class Receivers:
    """Stands for the other side: fails now and then, and knows what came, in order, a channel."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._chance = random.Random(7)
        self._under_way: Counter[int] = Counter()
        self.most_under_way = 0
        self.taken: dict[int, list[str]] = defaultdict(list)

    def send_through(self, channel: Channel, _organization: Organization, message: Message) -> SendResult:
        with self._lock:
            self._under_way[channel.id] += 1
            self.most_under_way = max(self.most_under_way, self._under_way[channel.id])
            fails = self._chance.random() < 0.4
        threading.Event().wait(0.003)
        with self._lock:
            self._under_way[channel.id] -= 1
            if not fails:
                self.taken[channel.id].append(message.id)
        return SendResult(not fails, error="later" if fails else "")


def work(app: Flask, errors: list[BaseException]) -> None:
    """As the task does, until every row has come to its end."""
    try:
        while True:
            with app.app_context():
                for delivery_id in claim_due(1):
                    deliver(delivery_id)
                left = db.session.scalar(
                    select(Delivery.id).where(Delivery.state.in_(["pending", "sending"]))
                )
                if left is None:
                    return
    except BaseException as error:
        errors.append(error)


def test_many_workers_bring_each_message_once_and_in_its_incidents_order(
    on_each_database: Flask, us: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    receivers = Receivers()
    monkeypatch.setattr(delivery, "send_through", receivers.send_through)
    monkeypatch.setattr(delivery, "BACK_OFF_SECONDS", (0,) * 100)
    put_all(us, "incident.opened")
    put_all(us, "incident.closed")
    db.session.commit()
    errors: list[BaseException] = []
    workers = [threading.Thread(target=work, args=(on_each_database, errors)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert errors == []
    assert len(receivers.taken) == 2
    for taken in receivers.taken.values():
        assert len(taken) == len(set(taken)) == 2 * INCIDENTS
        for number in range(1, INCIDENTS + 1):
            opened, closed = f"incident.opened {number}", f"incident.closed {number}"
            assert taken.index(opened) < taken.index(closed)
    assert receivers.most_under_way <= MAX_UNDER_WAY + 2
    attempts = db.session.scalars(select(DeliveryAttempt.delivery_id).where(DeliveryAttempt.is_ok)).all()
    assert len(attempts) == len(set(attempts)) == 4 * INCIDENTS


def test_two_workers_that_look_at_once_claim_different_rows(on_each_database: Flask, us: Actor) -> None:
    put_all(us, "incident.opened")
    db.session.commit()
    claimed: list[int] = []
    together = threading.Barrier(4)

    def claim() -> None:
        with on_each_database.app_context():
            together.wait(10)
            claimed.extend(claim_due(3))

    threads = [threading.Thread(target=claim) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert claimed and len(claimed) == len(set(claimed))
