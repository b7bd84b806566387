"""Watches: what may be said of them, and what follows from saying it."""

from __future__ import annotations

from typing import Any, cast

import pytest
from sqlalchemy import select

from app.core.clock import now_ms
from app.core.errors import ConflictError, InvalidError, NotFoundError
from app.core.redis import get_redis
from app.models import AuditEntry, Event, db
from app.service.actor import Actor
from app.service.scheduling import due_set
from app.service.site import archive_site, restore_site
from app.service.tamper import timing
from app.service.tamper.region import forbid_key, list_regions, set_region
from app.service.tamper.snapshot import body_of, list_baselines, list_snapshots
from app.service.tamper.watch import (
    change_watch,
    create_watch,
    create_watches,
    delete_watch,
    get_watch,
    list_watches,
    pause_watch,
    resume_watch,
    run_watch,
)
from app.service.tamper.words import change_words, get_words
from tests.service.tamper.desk import Desk
from tests.service.tamper.site import WebSite, article


def due_ids() -> set[int]:
    return {int(member) for member in cast("list[bytes]", get_redis().zrange("due:@tamper", 0, -1))}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"url": "ftp://site.example/"}, "url"),
        ({"interval_seconds": 30}, "interval_seconds"),
        ({"views": ["plain", "nobody"]}, "views"),
        ({"views": []}, "views"),
        ({"ignore_selectors": ["div["]}, "ignore_selectors"),
        ({"mode": "telnet"}, "mode"),
        ({"name": "  "}, "name"),
    ],
)
def test_it_names_what_is_wrong(desk: Desk, values: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as caught:
        desk.watch(**values) if "url" not in values else create_watch(
            desk.actor, {"site_id": desk.site.id, **values}
        )
    assert set(caught.value.fields) == {field}


def test_it_names_itself_after_its_address(desk: Desk) -> None:
    watch = desk.watch("/news#top")
    assert watch.name == watch.url.removeprefix("http://")
    assert watch.url.endswith("/news")


def test_a_name_turns_no_line_round(desk: Desk) -> None:
    assert desk.watch(name="Home\u202e page\u200b 首页").name == "Home page 首页"


def test_several_pages_are_added_alike_and_once(desk: Desk) -> None:
    desk.watch("/a")
    urls = [desk.web.base_url + path for path in ("/a", "/b", "/b", "/c")]
    added = create_watches(desk.actor, desk.site.id, urls, {"interval_seconds": 600})
    assert [watch.url for watch in added] == [urls[1], urls[3]]
    assert {watch.interval_seconds for watch in added} == {600}


def test_a_wrong_address_among_several_is_named_and_none_is_added(desk: Desk) -> None:
    with pytest.raises(InvalidError, match=r"urls\.1"):
        create_watches(desk.actor, desk.site.id, [desk.web.base_url, "nonsense"], {})
    assert list_watches(desk.actor).items == []


def test_a_stranger_finds_no_watch(desk: Desk, stranger: Actor) -> None:
    watch = desk.watch()
    for act in (get_watch, delete_watch, pause_watch, run_watch, list_regions):
        with pytest.raises(NotFoundError):
            act(stranger, watch.id)
    with pytest.raises(NotFoundError):
        change_watch(stranger, watch.id, {"name": "mine"})
    with pytest.raises(NotFoundError):
        create_watch(stranger, {"site_id": desk.site.id, "url": desk.web.base_url})
    with pytest.raises(NotFoundError):
        set_region(stranger, watch.id, "links:div", "exempt")
    assert list_watches(stranger).items == []


def test_it_is_due_while_it_is_neither_paused_nor_archived(desk: Desk) -> None:
    watch = desk.watch()
    assert due_ids() == {watch.id}
    pause_watch(desk.actor, watch.id)
    assert due_ids() == set()
    resume_watch(desk.actor, watch.id)
    assert due_ids() == {watch.id}
    archive_site(desk.actor, desk.site.id)
    assert due_ids() == set()
    restore_site(desk.actor, desk.site.id)
    assert due_ids() == {watch.id}
    delete_watch(desk.actor, watch.id)
    assert due_ids() == set()


def test_the_due_set_is_made_anew_from_the_database(desk: Desk) -> None:
    watch = desk.watch()
    get_redis().flushall()
    assert timing.reconcile()["renewed"] == 1
    assert due_ids() == {watch.id}
    assert timing.reconcile() == {"renewed": 0, "added": 0, "removed": 0}


def test_another_look_is_brought_forward_and_never_put_off(desk: Desk) -> None:
    watch = desk.watch(interval_seconds=3600)
    timing.again_soon(watch.id, 12_000)
    timing.again_soon(watch.id, 90_000)
    (claimed,) = due_set.claim(timing.DUE_SET, at_ms=now_ms() + 12_000)
    assert claimed.item_id == watch.id and claimed.spec == b"plain"


def test_a_paused_watch_cannot_be_run(desk: Desk) -> None:
    watch = desk.watch()
    pause_watch(desk.actor, watch.id)
    with pytest.raises(ConflictError):
        run_watch(desk.actor, watch.id)


def test_another_address_is_learned_anew(desk: Desk, web: WebSite) -> None:
    web.pages["/new"] = article("Another page altogether")
    watch = desk.learned()
    changed = change_watch(desk.actor, watch.id, {"url": web.base_url + "/new"})
    assert changed.state.state == "LEARNING"
    desk.check(changed)
    assert desk.look(watch).state.state == "OK"
    assert desk.alerts() == []


def test_every_change_is_audited_and_on_the_timeline(desk: Desk) -> None:
    watch = desk.watch()
    change_watch(desk.actor, watch.id, {"interval_seconds": 900})
    delete_watch(desk.actor, watch.id)
    actions = list(db.session.scalars(select(AuditEntry.action).where(AuditEntry.object_id == watch.id)))
    assert actions == ["watch.create", "watch.change", "watch.delete"]
    kinds = list(db.session.scalars(select(Event.kind).where(Event.watch_id == watch.id)))
    assert kinds == ["watch.created", "watch.changed", "watch.deleted"]


def test_what_was_fetched_can_be_looked_at(desk: Desk) -> None:
    watch = desk.learned()
    (snapshot, *_) = list_snapshots(desk.actor, watch_id=watch.id).items
    assert body_of(snapshot) == article().encode()
    assert {row.kind for row in list_baselines(desk.actor, watch_id=watch.id).items} == {"learning"}


def test_a_region_is_exempt_or_strict_by_somebodys_word(desk: Desk) -> None:
    watch = desk.learned()
    (region,) = set_region(desk.actor, watch.id, "links:main.content>p", "exempt")
    assert (region.key, region.stand) == ("links:main.content>p", "exempt")
    assert set_region(desk.actor, watch.id, region.key, "strict")[0].stand == "strict"
    assert set_region(desk.actor, watch.id, region.key, "learned") == []
    with pytest.raises(InvalidError):
        set_region(desk.actor, watch.id, "script:x", "exempt")


def test_what_was_allowed_can_be_taken_back(desk: Desk) -> None:
    watch = desk.watch(allowed_keys=["a", "b"])
    assert forbid_key(desk.actor, watch.id, "a").allowed_keys == ["b"]
    with pytest.raises(NotFoundError):
        forbid_key(desk.actor, watch.id, "a")


def test_the_organizations_words_are_looked_for_on_every_page(
    desk: Desk, web: WebSite, stranger: Actor
) -> None:
    watch = desk.learned()
    desk.check(watch)
    change_words(desk.actor, {"words": ["zauberwort"]})
    web.pages["/"] = article(note="Das zauberwort steht hier, zauberwort.")
    desk.check_twice(watch)
    (alert,) = desk.alerts()
    assert "sensitive_word" in alert.classes
    assert get_words(stranger) == {"words": [], "allowed_words": []}


def test_a_check_asked_for_is_newer_than_any_slot_that_was_claimed_ahead(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = desk.watch()
    sent: list[list[tuple[int, int]]] = []
    monkeypatch.setattr(timing, "send_batch", lambda mode, slots: sent.append(list(slots)))
    at_ms = now_ms()
    due_set.bring_forward(timing.DUE_SET, watch.id, at_ms + due_set.AHEAD_MS)
    ahead = due_set.claim(timing.DUE_SET, at_ms=at_ms)
    run_watch(desk.actor, watch.id)
    assert [each.item_id for each in ahead] == [watch.id]
    assert sent[-1][0][1] >= ahead[0].due_ms
