"""The tasks that check watched pages: what follows a check, what a check bears, and looking for pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app.core.clock import now_ms
from app.core.errors import NotFoundError
from app.core.redis import get_redis
from app.models import Content, Watch, db, write
from app.service import queue
from app.service.actor import Actor
from app.service.tamper import check, discover, timing
from app.service.tamper.discover import get_discovery, start_discovery, stop_discovery
from tasks import tamper
from tests.service.tamper.desk import Desk
from tests.service.tamper.site import WebSite, article, tampered, web_site


@pytest.fixture
def web() -> Iterator[WebSite]:
    with web_site() as site:
        yield site


@pytest.fixture
def desk(app: Flask, owner: Actor, web: WebSite, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(tamper, "database", app.app_context)
    monkeypatch.setattr(check, "LEARN_PAUSE_SECONDS", 0.0)
    with write() as session:
        session.merge(owner.organization).allowed_networks = ["127.0.0.0/8"]
    return Desk(owner, web)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, Any]]:
    """The messages that were sent: task, queue, arguments."""
    messages: list[tuple[str, str, Any]] = []
    for module in (queue, timing, discover):
        monkeypatch.setattr(module, "send", lambda task, name, args: messages.append((task, name, args)))
    return messages


def slot(watch: Watch) -> list[tuple[str, int]]:
    return [(str(watch.id), now_ms() + 60_000)]


def test_a_suspicious_page_is_due_again_within_a_minute(desk: Desk, web: WebSite) -> None:
    watch = desk.learned(interval_seconds=3600)
    web.pages["/"] = tampered(article())
    before = now_ms()
    tamper.check(slot(watch))
    due = get_redis().zscore("due:@tamper", str(watch.id))
    assert isinstance(due, float)
    # Sooner than the second look where its own slot comes in the next ten seconds.
    assert before < due <= now_ms() + 60_000


def test_it_gives_up_without_a_database_and_says_so(
    desk: Desk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(check, "check_watches", away)
    tamper.check([("1", now_ms())])
    assert "tamper.cannot_record" in caplog.text


def test_batches_are_small_and_apart_by_mode(desk: Desk, sent: list[tuple[str, str, Any]]) -> None:
    get_redis().set("heartbeat:browser:here", now_ms())
    for number in range(25):
        desk.watch(f"/p{number}")
    for number in range(2):
        desk.watch(f"/b{number}", mode="browser")
    sent.clear()
    everyone = get_redis().zrange("due:@tamper", 0, -1)
    get_redis().zadd("due:@tamper", {str(int(each)): now_ms() for each in everyone})  # type: ignore[arg-type]
    assert timing.send_due(at_ms=now_ms()) == 27
    sizes = sorted((name, len(args[0])) for _, name, args in sent)
    assert sizes == [("browser", 1), ("browser", 1), ("tamper", 5), ("tamper", 20)]


def test_where_nobody_has_a_browser_the_others_are_asked(
    desk: Desk, sent: list[tuple[str, str, Any]]
) -> None:
    desk.watch(mode="browser")
    assert {name for _, name, _ in sent} == {"tamper"}


def test_it_finds_pages_and_says_which_are_watched(desk: Desk, web: WebSite) -> None:
    web.pages["/news"] = article("News")
    desk.watch("/news")
    job = start_discovery(desk.actor, desk.site.id)
    tamper.discover(str(desk.actor.organization_id), job["id"])
    done = get_discovery(desk.actor, int(job["id"]))
    assert done["state"] == "done"
    assert {page["url"]: page["is_watched"] for page in done["pages"]} == {
        web.base_url + "/": False,
        web.base_url + "/news": True,
    }


def test_a_search_that_was_stopped_looks_no_further(desk: Desk, web: WebSite) -> None:
    job = start_discovery(desk.actor, desk.site.id)
    assert stop_discovery(desk.actor, int(job["id"]))["state"] == "stopped"
    tamper.discover(str(desk.actor.organization_id), job["id"])
    assert web.asked == []


def test_a_stranger_finds_no_search_of_ours(desk: Desk, stranger: Actor) -> None:
    job = start_discovery(desk.actor, desk.site.id)
    with pytest.raises(NotFoundError):
        get_discovery(stranger, int(job["id"]))


def test_a_site_that_answers_nothing_gives_a_failed_search(desk: Desk, web: WebSite) -> None:
    web.pages.clear()
    job = start_discovery(desk.actor, desk.site.id)
    tamper.discover(str(desk.actor.organization_id), job["id"])
    assert get_discovery(desk.actor, int(job["id"]))["state"] == "failed"


def test_the_daily_work_leaves_what_is_approved(desk: Desk) -> None:
    desk.learned()
    held = set(db.session.scalars(select(Content.sha256).where(Content.kind == "body")))
    tamper.tend()
    assert set(db.session.scalars(select(Content.sha256).where(Content.kind == "body"))) == held
