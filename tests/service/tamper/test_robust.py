"""Checks under bad conditions: no room, a judge that fails, the same message twice at once."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core.clock import now_ms
from app.engine.tamper.types import Verdict
from app.models import Alert, Baseline, Event, Snapshot, db, write
from app.service.tamper import keeping, weighing
from app.service.tamper.case import Case
from app.service.tamper.check import check_watches
from app.service.tamper.judging import judge_case
from app.service.tamper.keep import QuotaError
from app.service.tamper.say import watch_sentence
from app.service.tamper.store import NoSpaceError
from app.service.tamper.watch import delete_watch
from tests.cast import make_organization, make_user
from tests.service.tamper.desk import Desk
from tests.service.tamper.site import WebSite, article, tampered


@pytest.mark.parametrize(("error", "note"), [(NoSpaceError, "store_full"), (QuotaError, "quota_full")])
def test_without_room_it_judges_on_and_says_so(
    desk: Desk, web: WebSite, monkeypatch: pytest.MonkeyPatch, error: type[Exception], note: str
) -> None:
    watch = desk.learned()
    web.pages["/"] = tampered(article())

    def full(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(keeping, "keep", full)
    desk.check_twice(watch)
    (alert,) = desk.alerts()
    assert alert.snapshots == {} and alert.reasons
    seen = desk.look(watch)
    assert seen.state.note_code == note and watch_sentence(seen, "zh")


def test_a_judge_that_fails_is_a_note_on_that_watch_alone(
    desk: Desk, web: WebSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.pages["/news"] = article("News")
    first, second = desk.learned(), desk.learned("/news")
    for path in web.pages:
        web.pages[path] = tampered(web.pages[path])

    def picky(case: Case) -> Verdict:
        if case.watch.id == first.id:
            raise ValueError("a page that nobody has thought of")
        return judge_case(case)

    monkeypatch.setattr(weighing, "judge_case", picky)
    desk.check_twice(first, second)
    assert desk.look(first).state.error_code == "judge_failed"
    assert [alert.watch_id for alert in desk.alerts()] == [second.id]


def test_a_page_that_is_always_wrong_in_another_way_is_an_alert(desk: Desk, web: WebSite) -> None:
    watch = desk.learned()
    for number in range(4):
        strange = f'<script src="http://evil-{number}.example/x.js"></script></main>'
        web.pages["/"] = article().replace("</main>", strange)
        desk.age(watch)
        desk.check(watch)
    assert [alert.level for alert in desk.alerts()] == ["alert"]


@pytest.mark.parametrize("database", ["app", "mariadb_app"])
def test_the_same_message_twice_at_once_is_one_alert(
    request: pytest.FixtureRequest, web: WebSite, database: str
) -> None:
    app: Flask = request.getfixturevalue(database)
    organization = make_organization("ours")
    with write():
        organization.allowed_networks = ["127.0.0.0/8"]
    desk = Desk(make_user(organization, "owner", "owner"), web)
    web.pages["/news"] = article("News")
    watches = [desk.learned(), desk.learned("/news")]
    for path in web.pages:
        web.pages[path] = tampered(web.pages[path])
    desk.check(*watches)
    desk.age(*watches)
    slots = [(watch.id, now_ms() + 60_000) for watch in watches]
    failed: list[BaseException] = []

    def work(order: int) -> None:
        try:
            with app.app_context():
                check_watches(slots[::order], pause=lambda seconds: None)
        except BaseException as error:
            failed.append(error)

    workers = [threading.Thread(target=work, args=(order,)) for order in (1, -1, 1)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failed == []
    db.session.rollback()
    alerts = desk.alerts()
    assert len(alerts) == 2 and sum(alert.parent_id is None for alert in alerts) == 1
    opened = select(func.count()).select_from(Event).where(Event.kind.in_(["alert.opened", "alert.folded"]))
    assert db.session.scalar(opened) == 2


def test_a_deleted_watch_takes_everything_with_it(desk: Desk, web: WebSite) -> None:
    watch = desk.learned()
    web.pages["/"] = tampered(article())
    desk.check_twice(watch)
    delete_watch(desk.actor, watch.id)
    for model in (Alert, Baseline, Snapshot):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0
