"""Several workers that decide at the same moment tell everything once, on SQLite and MariaDB."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import cast

from flask import Flask, current_app
from sqlalchemy import select, text, update

from app.models import AlertStorm, Delivery, Incident, db
from app.service.alerting.decide import decide_pending
from tests.cast import make_organization, make_user
from tests.service.alerting.scene import Scene, said

WORKERS = 4


def decide_together(scene: Scene) -> int:
    """All workers look at once; how many deliveries they made together."""
    app = cast("Flask", current_app._get_current_object())  # type: ignore[attr-defined]
    ready, made = threading.Barrier(WORKERS), list[int]()

    def work() -> None:
        with app.app_context():
            ready.wait()
            made.append(decide_pending(scene.at))
            db.session.remove()

    workers = [threading.Thread(target=work) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    db.session.expire_all()
    assert len(made) == WORKERS
    return sum(made)


def failing(scene: Scene, count: int) -> list[str]:
    names = [f"m{number}" for number in range(count)]
    scene.channel("a")
    for name in names:
        scene.monitor(name)
    scene.fail(*names)
    return names


def test_each_incident_and_each_end_is_told_once(each_scene: Scene) -> None:
    names = failing(each_scene, 5)
    decide_together(each_scene)
    decide_pending(each_scene.at)
    each_scene.recover(*names)
    each_scene.move(1)
    assert decide_together(each_scene) == 5
    kinds = Counter(said(row).split()[0] for row in db.session.scalars(select(Delivery)))
    assert kinds == {"incident.opened": 5, "incident.closed": 5}


def test_an_end_that_is_recorded_meanwhile_is_not_overwritten(
    mariadb_app: Flask,
) -> None:
    scene = Scene(make_user(make_organization("ours"), "owner", "owner"))
    scene.channel("a")
    scene.monitor("home")
    scene.fail("home")
    made: list[int] = []

    def decide() -> None:
        with mariadb_app.app_context():
            made.append(decide_pending(scene.at))
            db.session.remove()

    worker = threading.Thread(target=decide)
    with db.engine.connect() as recorder:
        over = {"closed_at": scene.at, "closed_by": "recovery", "telling": "closing", "decide_at": scene.at}
        recorder.execute(update(Incident).values(over))
        worker.start()
        waits = text(
            "SELECT count(*) FROM information_schema.processlist"
            " WHERE info LIKE '%FROM incident%FOR UPDATE%' AND info NOT LIKE '%processlist%' AND time_ms > 50"
        )
        end = time.monotonic() + 10
        with db.engine.connect() as watcher:
            while not watcher.scalar(waits) and time.monotonic() < end:
                time.sleep(0.01)
        recorder.commit()
    worker.join()
    decide_pending(scene.at)
    assert scene.notices("home") == [("incident.closed", "dropped", None)]
    assert scene.last_incident("home").telling == "done" and made == [0]


def test_a_storm_is_one_whoever_sees_it_first(each_scene: Scene) -> None:
    failing(each_scene, 12)
    decide_together(each_scene)
    decide_pending(each_scene.at)
    assert db.session.query(AlertStorm).count() == 1
    assert [row.kind for row in db.session.scalars(select(Delivery))] == ["storm.opened"]
