"""Planned work: what may be planned, what it covers, and how it ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.core.clock import now_ms, to_ms
from app.core.errors import ConflictError, InvalidError, NotFoundError
from app.models import AuditEntry, GroupMember, MaintenanceWindow, Monitor, db, write
from app.service.actor import Actor
from app.service.maintenance import active
from app.service.maintenance.active import is_maintained, is_site_maintained, spans
from app.service.maintenance.calendar import entries, standing
from app.service.maintenance.window import (
    change_window,
    create_window,
    delete_window,
    end_window,
    get_window,
    preview,
    skip_next,
)
from app.service.monitor.manage import create_monitor
from app.service.site import create_site
from tests.cast import make_organization, make_user

HOUR_MS = 3_600_000


@pytest.fixture
def owner(app: Flask) -> Actor:
    return make_user(make_organization("ours"), "owner", "owner")


@pytest.fixture
def stranger(app: Flask) -> Actor:
    return make_user(make_organization("theirs"), "stranger", "owner")


def monitored(actor: Actor, name: str, *tags: str) -> Monitor:
    site = create_site(actor, {"name": name, "base_url": f"http://{name}.example/", "tags": list(tags)})
    return create_monitor(
        actor, {"site_id": site.id, "type": "http", "name": name, "config": {"url": site.base_url}}
    )


def wall_clock(minutes: int) -> str:
    """The time so many minutes from now, by UTC's clock."""
    return (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M")


def plan(actor: Actor, **values: Any) -> MaintenanceWindow:
    """Work that began ten minutes ago and goes on for an hour."""
    given = {"name": "Patching", "timezone": "UTC", "starts": wall_clock(-10), "minutes": 60, **values}
    return create_window(actor, given)


def test_it_covers_everything_of_its_organization_and_nothing_of_others(
    owner: Actor, stranger: Actor
) -> None:
    ours, theirs = monitored(owner, "shop"), monitored(stranger, "other")
    plan(owner, covers_all=True)
    assert is_maintained(ours.id, now_ms())
    assert not is_maintained(theirs.id, now_ms())


def test_it_covers_a_site(owner: Actor) -> None:
    shop, blog = monitored(owner, "shop"), monitored(owner, "blog")
    plan(owner, site_ids=[shop.site_id])
    assert set(spans(now_ms())) == {shop.id}
    assert is_site_maintained(owner.organization_id, shop.site_id, now_ms())
    assert not is_site_maintained(owner.organization_id, blog.site_id, now_ms())


def test_it_covers_the_sites_that_carry_a_tag(owner: Actor) -> None:
    shop = monitored(owner, "shop", "berlin")
    monitored(owner, "blog", "paris")
    plan(owner, tags=["berlin"])
    assert set(spans(now_ms())) == {shop.id}
    assert is_site_maintained(owner.organization_id, shop.site_id, now_ms())


def test_it_covers_what_a_group_sums_up(owner: Actor) -> None:
    group, member = monitored(owner, "all"), monitored(owner, "one")
    with write() as session:
        session.add(GroupMember(group_id=group.id, member_id=member.id))
    plan(owner, monitor_ids=[group.id])
    assert set(spans(now_ms())) == {group.id, member.id}


def test_it_covers_its_time_and_no_other(owner: Actor) -> None:
    shop = monitored(owner, "shop")
    window = plan(owner, covers_all=True)
    running = standing(window).running
    assert running is not None
    assert is_maintained(shop.id, running.start_ms)
    assert not is_maintained(shop.id, running.start_ms - 1)
    assert not is_maintained(shop.id, running.end_ms)


def test_one_that_is_switched_off_covers_nothing(owner: Actor) -> None:
    monitored(owner, "shop")
    plan(owner, covers_all=True, is_enabled=False)
    assert spans(now_ms()) == {}


def test_ending_it_early_ends_it_now(owner: Actor) -> None:
    shop = monitored(owner, "shop")
    window = plan(owner, covers_all=True)
    end_window(owner, window.id)
    assert not is_maintained(shop.id, now_ms())
    assert standing(get_window(owner, window.id)).state == "over"


def test_what_does_not_run_cannot_be_ended(owner: Actor) -> None:
    window = plan(owner, covers_all=True, starts=wall_clock(30))
    with pytest.raises(ConflictError):
        end_window(owner, window.id)


def test_skipping_leaves_out_the_next_time_only(owner: Actor) -> None:
    window = plan(owner, covers_all=True, starts=wall_clock(30), rule="FREQ=DAILY")
    first = standing(window).coming
    skipped = skip_next(owner, window.id)
    second = standing(skipped).coming
    assert first is not None
    assert second is not None
    assert second.start_ms - first.start_ms == 24 * HOUR_MS


def test_another_time_makes_skips_void(owner: Actor) -> None:
    window = plan(owner, covers_all=True, starts=wall_clock(30), rule="FREQ=DAILY")
    skip_next(owner, window.id)
    assert change_window(owner, window.id, {"minutes": 30}).exceptions == {}


def test_another_name_keeps_them(owner: Actor) -> None:
    window = plan(owner, covers_all=True, starts=wall_clock(30), rule="FREQ=DAILY")
    skip_next(owner, window.id)
    assert change_window(owner, window.id, {"name": "Backups"}).exceptions


def test_deleting_it_ends_it(owner: Actor) -> None:
    shop = monitored(owner, "shop")
    window = plan(owner, covers_all=True)
    delete_window(owner, window.id)
    assert not is_maintained(shop.id, now_ms())


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "  "}, "name"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"starts": "tomorrow"}, "starts"),
        ({"starts": "2026-11-21T02:00+01:00"}, "starts"),
        ({"starts": "2026-01-01T02:00"}, "starts"),
        ({"minutes": 0}, "minutes"),
        ({"rule": "FREQ=SOMETIMES"}, "rule"),
        ({"covers_all": False}, "covers_all"),
        ({"covers_all": False, "site_ids": [1]}, "site_ids"),
        ({"covers_all": False, "monitor_ids": [1]}, "monitor_ids"),
    ],
)
def test_what_will_not_do_is_named(owner: Actor, values: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        plan(owner, **{"covers_all": True, **values})
    assert set(refused.value.fields) == {field}


def test_another_organizations_sites_cannot_be_covered(owner: Actor, stranger: Actor) -> None:
    theirs = monitored(stranger, "other")
    with pytest.raises(InvalidError):
        plan(owner, site_ids=[theirs.site_id])


def test_another_organizations_window_is_not_there(owner: Actor, stranger: Actor) -> None:
    window = plan(owner, covers_all=True)
    with pytest.raises(NotFoundError):
        end_window(stranger, window.id)


def test_a_plan_is_shown_before_it_is_saved(owner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    today_ms = to_ms(datetime(2027, 3, 1, tzinfo=UTC))
    monkeypatch.setattr("app.service.maintenance.window.now_ms", lambda: today_ms)
    values = {"timezone": "Europe/Berlin", "starts": "2027-03-27T02:30", "minutes": 60, "rule": "FREQ=DAILY"}
    first, second, third = preview(values, 3)
    # The night in between is the one in which clocks are put forward.
    assert second.start_ms - first.start_ms == 24 * HOUR_MS
    assert third.start_ms - second.start_ms == 23 * HOUR_MS


def test_a_plan_that_would_be_under_way_is_shown_with_this_time(
    owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon_ms = to_ms(datetime(2027, 3, 1, 12, tzinfo=UTC))
    monkeypatch.setattr("app.service.maintenance.window.now_ms", lambda: noon_ms)
    values = {"timezone": "UTC", "starts": "2027-03-01T11:00", "minutes": 120}
    assert [each.start_ms for each in preview(values)] == [noon_ms - HOUR_MS]
    assert preview({**values, "minutes": 60}) == []


def test_the_calendar_has_every_time_of_every_window_in_order(owner: Actor) -> None:
    plan(owner, name="daily", covers_all=True, rule="FREQ=DAILY;COUNT=3")
    plan(owner, name="once", covers_all=True, starts=wall_clock(60))
    found = entries(owner, now_ms() - HOUR_MS, now_ms() + 72 * HOUR_MS)
    assert [each.window.name for each in found] == ["daily", "once", "daily", "daily"]


def test_changes_are_in_the_audit_log(owner: Actor) -> None:
    window = plan(owner, covers_all=True)
    change_window(owner, window.id, {"name": "Backups"})
    end_window(owner, window.id)
    delete_window(owner, window.id)
    actions = [row.action for row in db.session.query(AuditEntry).order_by(AuditEntry.id)]
    assert actions == [f"maintenance.{verb}" for verb in ("create", "change", "end", "delete")]


def test_work_that_cannot_be_read_any_more_hides_no_other(owner: Actor) -> None:
    monitor = monitored(owner, "shop")
    odd, _good = plan(owner, covers_all=True), plan(owner, covers_all=True)
    with write() as session:
        session.get_one(MaintenanceWindow, odd.id).timezone = "Nowhere/Town"
    active.forget()
    assert is_maintained(monitor.id, now_ms())
