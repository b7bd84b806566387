"""Checks of watched pages, with the real fetcher against a real server."""

from __future__ import annotations

from sqlalchemy import func, select

from app.models import Baseline, Snapshot, Watch, db
from app.service.tamper.check import check_watches
from app.service.tamper.watch import change_watch, pause_watch
from tests.service.tamper.desk import Desk
from tests.service.tamper.site import WebSite, article, tampered


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_new_watch_learns_by_several_fetches_at_once(desk: Desk, web: WebSite) -> None:
    watch = desk.watch()
    assert desk.look(watch).state.state == "LEARNING"
    desk.check(watch)
    assert desk.look(watch).state.state == "OK"
    assert web.asked.count("/") == 4
    assert count(Baseline) == 3


def test_a_learned_page_has_its_profile_at_once(desk: Desk) -> None:
    watch = desk.learned()
    assert [row.profile_sha256 is not None for row in watch.view_rows] == [True]


def test_it_keeps_nothing_of_an_unchanged_page(desk: Desk) -> None:
    watch = desk.learned()
    desk.check(watch)
    kept = count(Snapshot)
    checked = desk.look(watch).state.last_checked_at
    desk.check(watch)
    assert count(Snapshot) == kept
    after = desk.look(watch).state
    assert after.last_checked_at is not None and checked is not None and after.last_checked_at > checked


def test_one_look_alone_is_no_alert(desk: Desk, web: WebSite) -> None:
    watch = desk.learned()
    web.pages["/"] = tampered(article())
    done = desk.check(watch)
    assert done.again == [watch.id]
    assert desk.alerts() == []
    assert desk.look(watch).state.pending is not None


def test_what_the_second_look_says_too_is_an_alert(desk: Desk, web: WebSite) -> None:
    watch = desk.learned()
    web.pages["/"] = tampered(article())
    desk.check_twice(watch)
    (alert,) = desk.alerts()
    assert (alert.state, alert.level) == ("open", "alert")
    assert alert.reasons and alert.classes
    assert alert.after_snapshot_id is not None and alert.before_snapshot_id is not None
    assert desk.look(watch).state.state == "ALERT"


def test_two_looks_in_one_moment_are_one(desk: Desk, web: WebSite) -> None:
    watch = desk.learned()
    web.pages["/"] = tampered(article())
    desk.check(watch)
    assert desk.check(watch).again == [watch.id]
    assert desk.alerts() == []
    desk.check_twice(watch)
    assert len(desk.alerts()) == 1


def test_what_has_vanished_at_the_second_look_is_no_alert(desk: Desk, web: WebSite) -> None:
    watch = desk.learned()
    web.pages["/"] = tampered(article())
    desk.check(watch)
    web.pages["/"] = article()
    desk.check(watch)
    assert desk.alerts() == []
    assert desk.look(watch).state.state == "OK"


def test_a_change_in_the_midst_of_a_check_is_no_cloaking(desk: Desk, web: WebSite) -> None:
    watch = desk.learned(views=["plain", "googlebot"])
    web.crawler_pages["/"] = tampered(article())
    desk.check(watch)
    web.pages["/"] = tampered(article())
    for _ in range(2):
        desk.age(watch)
        desk.check(watch)
    (alert,) = desk.alerts()
    assert alert.classes and "cloaking" not in alert.classes


def test_a_standing_alert_is_said_once(desk: Desk, web: WebSite) -> None:
    watch = desk.learned()
    web.pages["/"] = tampered(article())
    desk.check_twice(watch)
    desk.check_twice(watch)
    assert len(desk.alerts()) == 1
    assert count(Snapshot) == 4


def test_an_alert_closes_when_its_cause_is_gone(desk: Desk, web: WebSite) -> None:
    watch = desk.learned()
    web.pages["/"] = tampered(article())
    desk.check_twice(watch)
    web.pages["/"] = article()
    desk.check(watch)
    (alert,) = desk.alerts()
    assert (alert.state, alert.closed_by) == ("closed", "vanished")
    assert desk.look(watch).state.state == "OK"


def test_an_alert_that_comes_back_is_the_same_one(desk: Desk, web: WebSite) -> None:
    watch = desk.learned()
    for page in (tampered(article()), article(), tampered(article())):
        web.pages["/"] = page
        desk.check_twice(watch)
    (alert,) = desk.alerts()
    assert (alert.state, alert.reopened) == ("open", 1)


def test_the_same_on_other_pages_is_folded_under_one(desk: Desk, web: WebSite) -> None:
    web.pages["/news"] = article("News of the library")
    first, second = desk.learned(), desk.learned("/news")
    for path in ("/", "/news"):
        web.pages[path] = tampered(web.pages[path])
    desk.check_twice(first, second)
    head, folded = desk.alerts()
    assert head.parent_id is None
    assert folded.parent_id == head.id


def test_the_folded_one_leads_when_its_head_has_vanished(desk: Desk, web: WebSite) -> None:
    web.pages["/news"] = article("News of the library")
    first, second = desk.learned(), desk.learned("/news")
    for path in ("/", "/news"):
        web.pages[path] = tampered(web.pages[path])
    desk.check_twice(first, second)
    head = next(alert for alert in desk.alerts() if alert.parent_id is None)
    clean = "/" if head.watch_id == first.id else "/news"
    web.pages[clean] = article() if clean == "/" else article("News of the library")
    desk.check(first, second)
    left = [alert for alert in desk.alerts() if alert.state == "open"]
    assert [alert.parent_id for alert in left] == [None]


def test_a_server_error_is_a_note_and_no_alert(desk: Desk, web: WebSite) -> None:
    watch = desk.learned()
    web.status = 503
    desk.check_twice(watch)
    state = desk.look(watch).state
    assert (state.state, state.error_code, state.error_detail) == ("ERROR", "http_status", {"status": 503})
    assert desk.alerts() == []
    web.status = 200
    desk.check(watch)
    assert desk.look(watch).state.state == "OK"


def test_a_message_that_comes_twice_is_recorded_once(desk: Desk, web: WebSite) -> None:
    watch = desk.learned()
    web.pages["/"] = tampered(article())
    due = desk.look(watch).state.last_due_ms + 60_000
    for _ in range(2):
        check_watches([(watch.id, due)], pause=lambda seconds: None)
    assert desk.alerts() == []


def test_a_crawler_that_sees_another_page_is_cloaking(desk: Desk, web: WebSite) -> None:
    watch = desk.learned(views=["plain", "googlebot"])
    web.crawler_pages["/"] = tampered(article())
    desk.check_twice(watch)
    (alert,) = desk.alerts()
    assert "cloaking" in alert.classes


def test_a_changed_watch_is_judged_by_its_new_values(desk: Desk, web: WebSite) -> None:
    watch = desk.learned()
    desk.check(watch)
    change_watch(desk.actor, watch.id, {"ignore_selectors": [".note"]})
    web.pages["/"] = article(note='<a href="http://casino.example/">casino</a>')
    desk.check_twice(watch)
    assert desk.alerts() == []


def test_only_what_is_due_is_checked(desk: Desk, web: WebSite) -> None:
    watch: Watch = desk.learned()
    pause_watch(desk.actor, watch.id)
    asked = len(web.asked)
    desk.check(watch)
    assert len(web.asked) == asked
