"""Status pages: what they show, to whom, and what they never give away."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.core.clock import now_ms
from app.core.errors import ConflictError, InvalidError
from app.models import Monitor, MonitorState, StatusPage, db, write
from app.models.rollup import COUNTS, COVERED, DAY_MS, replace_rows, rollup_1d
from app.service.actor import Actor
from app.service.maintenance.window import create_window
from app.service.monitor.manage import create_monitor, pause_monitor
from app.service.site import create_site
from app.service.status_page import document
from app.service.status_page.document import document_of, published
from app.service.status_page.notice import open_notice, update_notice
from app.service.status_page.page import change_page, create_page
from tests.cast import make_organization, make_user
from tests.service.series.scene import MINUTE, every, put


@pytest.fixture
def owner(app: Flask) -> Actor:
    return make_user(make_organization("ours"), "owner", "owner")


@pytest.fixture
def monitor(owner: Actor) -> Monitor:
    site = create_site(owner, {"name": "Shop", "base_url": "http://127.0.0.1:9/"})
    return monitored(owner, site.id, "home")


def monitored(owner: Actor, site_id: int, name: str) -> Monitor:
    config = {"url": "http://127.0.0.1:9/"}
    return create_monitor(owner, {"site_id": site_id, "type": "http", "name": name, "config": config})


def make(owner: Actor, monitor: Monitor, **values: Any) -> StatusPage:
    items = [{"kind": "site", "id": monitor.site_id, "section": "Shops"}]
    return create_page(owner, {"slug": "our-status", "title": "Our status", "items": items, **values})


def settle(monitor: Monitor, state: str) -> None:
    with write() as session:
        session.get_one(MonitorState, monitor.id).state = state


def line(page: StatusPage) -> dict[str, Any]:
    db.session.expire_all()
    item: dict[str, Any] = document_of(db.session.get_one(StatusPage, page.id))["sections"][0]["lines"][0]
    return item


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("UP", "up"),
        ("DOWN", "down"),
        ("REGIONAL", "slow"),
        ("DEGRADED", "slow"),
        ("MAINTENANCE", "maintenance"),
    ],
)
def test_a_line_says_how_its_site_is(owner: Actor, monitor: Monitor, state: str, told: str) -> None:
    page = make(owner, monitor)
    settle(monitor, state)
    assert line(page)["state"] == told


def test_a_site_is_as_bad_as_its_worst_monitor(owner: Actor, monitor: Monitor) -> None:
    page = make(owner, monitor)
    settle(monitor, "UP")
    settle(monitored(owner, monitor.site_id, "other"), "DOWN")
    assert line(page)["state"] == "down"


@pytest.mark.parametrize(("shows", "told"), [(True, 42.0), (False, None)])
def test_response_times_are_shown_where_the_owner_says_so(
    owner: Actor, monitor: Monitor, shows: bool, told: float | None
) -> None:
    page = make(owner, monitor, shows_times=shows)
    with write() as session:
        session.get_one(MonitorState, monitor.id).last_total_ms = 42.0
    assert line(page)["total_ms"] == told


def test_a_paused_monitor_says_nothing(owner: Actor, monitor: Monitor) -> None:
    page = make(owner, monitor)
    pause_monitor(owner, monitor.id)
    assert line(page)["state"] == "unknown"


def test_a_day_is_the_share_of_good_time(owner: Actor, monitor: Monitor) -> None:
    page = make(owner, monitor)
    yesterday = now_ms() // DAY_MS * DAY_MS - DAY_MS
    row = {"monitor_id": monitor.id, "start_ms": yesterday, "location_number": 1, "body": b""}
    row |= dict.fromkeys((*COUNTS, *COVERED), 0) | {"up_ms": 900, "down_ms": 100, "unknown_ms": 5_000}
    with write() as session:
        replace_rows(session.connection(), rollup_1d, [row])
    days = line(page)["days"]
    assert len(days) == 90
    assert (days[-2]["share"], days[-3]["share"]) == (0.9, None)


def test_yesterday_is_there_before_it_is_rolled_up(owner: Actor, monitor: Monitor) -> None:
    page = make(owner, monitor)
    midnight = now_ms() // DAY_MS * DAY_MS
    late = midnight - 10 * MINUTE
    put(monitor.id, [*every(MINUTE, late, late + 4 * MINUTE), *every(MINUTE, late + 4 * MINUTE, midnight, 2)])
    assert line(page)["days"][-2]["share"] == 0.4


def test_it_gives_away_no_address_and_no_id_of_ours(owner: Actor, monitor: Monitor) -> None:
    make(owner, monitor)
    text = str(published("our-status"))
    assert "127.0.0.1" not in text
    assert str(monitor.id) not in text
    assert str(monitor.site_id) not in text


def test_what_is_not_published_is_not_there(owner: Actor, monitor: Monitor) -> None:
    make(owner, monitor, is_published=False)
    assert published("our-status") is None


def test_a_change_is_seen_by_the_next_visitor(owner: Actor, monitor: Monitor) -> None:
    page = make(owner, monitor)
    assert published("our-status") is not None
    change_page(owner, page.id, {"title": "Another"})
    assert (published("our-status") or {})["title"] == "Another"


def test_while_one_visitor_has_it_made_the_others_get_the_one_before(
    owner: Actor, monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(owner, monitor, is_published=True)
    at_ms = now_ms()
    before = published("our-status")
    asked: list[object] = []

    def made(page: StatusPage) -> dict[str, Any]:
        asked.append(published("our-status"))
        return {"slug": page.slug, "title": "another"}

    monkeypatch.setattr(document, "document_of", made)
    monkeypatch.setattr(document, "now_ms", lambda: at_ms + 20_000)
    assert published("our-status") == {"slug": "our-status", "title": "another"}
    assert asked == [before]
    assert published("our-status") == {"slug": "our-status", "title": "another"}
    assert len(asked) == 1


def test_visitors_read_notices_and_what_is_new(owner: Actor, monitor: Monitor) -> None:
    page = make(owner, monitor)
    notice = open_notice(owner, page.id, {"title": "Slow log-in", "text": "We look."})
    update_notice(owner, notice.id, {"state": "identified", "text": "A full disk."})
    (told,) = (published("our-status") or {})["notices"]
    assert [each["text"] for each in told["updates"]] == ["A full disk.", "We look."]
    update_notice(owner, notice.id, {"state": "resolved", "text": "Mended."})
    document = published("our-status") or {}
    assert (document["notices"], len(document["past"])) == ([], 1)
    with pytest.raises(ConflictError):
        update_notice(owner, notice.id, {"text": "Once more."})


def test_visitors_read_of_planned_work_that_concerns_them(owner: Actor, monitor: Monitor) -> None:
    page = make(owner, monitor)
    work = {"starts": "2026-01-01T00:00", "minutes": 600, "rule": "FREQ=DAILY", "timezone": "UTC"}
    other = create_site(owner, {"name": "Other", "base_url": "http://127.0.0.1:9/"})
    create_window(owner, {**work, "name": "Ours", "site_ids": [monitor.site_id]})
    create_window(owner, {**work, "name": "Not ours", "site_ids": [other.id]})
    assert {each["name"] for each in document_of(page)["planned"]} == {"Ours"}


def test_badges_keep_their_address_when_lines_change(owner: Actor, monitor: Monitor) -> None:
    page = make(owner, monitor)
    key = page.items[0]["key"]
    more = [{"kind": "monitor", "id": monitor.id, "name": "Home"}, {"kind": "site", "id": monitor.site_id}]
    assert change_page(owner, page.id, {"items": more}).items[1]["key"] == key


def test_an_address_is_taken_once(owner: Actor, monitor: Monitor) -> None:
    make(owner, monitor)
    stranger = make_user(make_organization("theirs"), "stranger", "owner")
    with pytest.raises(ConflictError):
        create_page(stranger, {"slug": "our-status", "title": "Theirs"})


def test_another_organizations_sites_cannot_be_shown(owner: Actor, monitor: Monitor) -> None:
    stranger = make_user(make_organization("theirs"), "stranger", "owner")
    with pytest.raises(InvalidError) as refused:
        make(stranger, monitor)
    assert set(refused.value.fields) == {"items"}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"slug": "x"}, "slug"),
        ({"slug": "../etc"}, "slug"),
        ({"title": " "}, "title"),
        ({"days": 3}, "days"),
        ({"items": [{"kind": "channel"}]}, "items"),
        ({"items": [{"kind": "site", "id": [1]}]}, "items"),
    ],
)
def test_what_will_not_do_is_named(
    owner: Actor, monitor: Monitor, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        make(owner, monitor, **values)
    assert set(refused.value.fields) == {field}
