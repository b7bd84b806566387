"""The due set: who is due when, claimed once, made anew from the database."""

from __future__ import annotations

import pytest
import redis
from flask import Flask

from app.core.clock import now_ms
from app.core.errors import ConflictError
from app.models import Location, Monitor, write
from app.service.actor import Actor
from app.service.location import known
from app.service.monitor.manage import (
    change_monitor,
    create_monitor,
    delete_monitor,
    pause_monitor,
    resume_monitor,
)
from app.service.scheduling import due_set, schedule
from app.service.site import archive_site, create_site, restore_site

L = "default"


@pytest.fixture
def monitor(app: Flask, owner: Actor) -> Monitor:
    site = create_site(owner, {"name": "Shop", "base_url": "http://127.0.0.1:9/"})
    return create_monitor(
        owner,
        {
            "site_id": site.id,
            "type": "http",
            "name": "home",
            "interval_seconds": 10,
            "config": {"url": "http://127.0.0.1:9/"},
        },
    )


def due(client: redis.Redis) -> dict[bytes, float]:
    return dict(client.zrange(f"due:{L}", 0, -1, withscores=True))  # type: ignore[arg-type]


def test_a_new_monitor_is_due_within_its_interval(monitor: Monitor, redis_client: redis.Redis) -> None:
    (slot,) = due(redis_client).values()
    assert 0 < slot - now_ms() <= 10_000


def test_a_slot_is_claimed_by_one_only(monitor: Monitor, redis_client: redis.Redis) -> None:
    at = int(*due(redis_client).values())
    assert [each.item_id for each in schedule.claim(L, at_ms=at)] == [monitor.id]
    assert schedule.claim(L, at_ms=at) == []


def test_the_next_slot_is_exactly_one_interval_later(monitor: Monitor, redis_client: redis.Redis) -> None:
    (claimed,) = schedule.claim(L, at_ms=int(*due(redis_client).values()))
    assert set(due(redis_client).values()) == {claimed.due_ms + 10_000}


def test_a_claim_that_was_not_confirmed_comes_back(monitor: Monitor, redis_client: redis.Redis) -> None:
    at = int(*due(redis_client).values())
    (lost,) = schedule.claim(L, at_ms=at)
    again = schedule.claim(L, at_ms=at + schedule.LEASE_MS)
    assert lost.due_ms in [each.due_ms for each in again]


def test_a_confirmed_claim_does_not_come_back(monitor: Monitor, redis_client: redis.Redis) -> None:
    at = int(*due(redis_client).values())
    claimed = schedule.claim(L, at_ms=at)
    schedule.confirm(L, claimed)
    assert schedule.claim(L, at_ms=at + schedule.LEASE_MS, ahead_ms=-schedule.LEASE_MS) == []


def test_what_was_missed_by_little_is_made_up_for(monitor: Monitor, redis_client: redis.Redis) -> None:
    at = int(*due(redis_client).values())
    (claimed,) = schedule.claim(L, at_ms=at + 4_000, ahead_ms=0)
    assert claimed.due_ms == at


def test_what_was_missed_by_much_stays_a_gap_until_the_next_slot(
    monitor: Monitor, redis_client: redis.Redis
) -> None:
    at = now_ms() + 3_600_000
    assert schedule.claim(L, at_ms=at, ahead_ms=0) == []
    (slot,) = due(redis_client).values()
    assert at < slot <= at + 10_000 and (slot - schedule.phase_ms(monitor.id, 10_000)) % 10_000 == 0


def test_after_a_standstill_long_intervals_begin_spread_over_half_a_minute(
    app: Flask, redis_client: redis.Redis
) -> None:
    at = now_ms()
    due_set.put_many("x", [(number, 3_600_000, 1, b"") for number in range(1, 600)])
    redis_client.zadd("due:x", {str(number): at - 60_000 for number in range(1, 600)})
    assert due_set.claim("x", at_ms=at, ahead_ms=0, limit=50) == []
    slots = [slot - at for slot in dict(redis_client.zrange("due:x", 0, -1, withscores=True)).values()]  # type: ignore[arg-type]
    assert max(slots) <= 30_000 and sum(slot < 15_000 for slot in slots) > 200


def test_a_look_brought_forward_leaves_the_slots_as_they_are(
    monitor: Monitor, redis_client: redis.Redis
) -> None:
    slot = int(*due(redis_client).values())
    schedule.look_again([(monitor.id, (L,), slot - 3_000)])
    (early,) = schedule.claim(L, at_ms=slot - 3_000, ahead_ms=0)
    assert early.due_ms == slot - 3_000 and set(due(redis_client).values()) == {slot}


def test_every_location_has_the_same_slots(monitor: Monitor, redis_client: redis.Redis) -> None:
    with write() as session:
        session.add(Location(code="far", name="far", number=9))
        session.get_one(Monitor, monitor.id).locations = [L, "far"]
        session.get_one(Monitor, monitor.id).revision += 1
    known.forget()
    assert schedule.reconcile()["renewed"] == 2
    assert redis_client.zrange("due:far", 0, -1, withscores=True) == redis_client.zrange(
        f"due:{L}", 0, -1, withscores=True
    )


def test_a_lost_due_set_is_made_anew_with_the_same_slots(monitor: Monitor, redis_client: redis.Redis) -> None:
    before = due(redis_client)
    redis_client.delete(f"due:{L}", f"specs:{L}")
    assert schedule.reconcile()["renewed"] == 1
    after = due(redis_client)
    assert before.keys() == after.keys()
    assert (after[b"%d" % monitor.id] - before[b"%d" % monitor.id]) % 10_000 == 0


def test_after_the_clock_was_set_back_nothing_waits_for_it_to_catch_up(
    monitor: Monitor, redis_client: redis.Redis
) -> None:
    redis_client.zincrby(f"due:{L}", 8 * 3_600_000, str(monitor.id))
    schedule.reconcile()
    (slot,) = due(redis_client).values()
    assert 0 < slot - now_ms() <= 10_000


def test_reconciling_what_agrees_changes_nothing(monitor: Monitor, redis_client: redis.Redis) -> None:
    before = due(redis_client)
    assert schedule.reconcile() == {"renewed": 0, "added": 0, "removed": 0}
    assert due(redis_client) == before


def test_reconciling_removes_what_the_database_does_not_have(
    monitor: Monitor, redis_client: redis.Redis
) -> None:
    redis_client.zadd(f"due:{L}", {"42": 1})
    assert schedule.reconcile()["removed"] == 1
    assert b"42" not in due(redis_client)


def test_a_paused_monitor_is_not_due_until_resumed(
    monitor: Monitor, owner: Actor, redis_client: redis.Redis
) -> None:
    pause_monitor(owner, monitor.id)
    assert due(redis_client) == {}
    resume_monitor(owner, monitor.id)
    assert len(due(redis_client)) == 1


def test_an_archived_sites_monitors_are_not_due(
    monitor: Monitor, owner: Actor, redis_client: redis.Redis
) -> None:
    archive_site(owner, monitor.site_id)
    assert due(redis_client) == {}
    restore_site(owner, monitor.site_id)
    assert len(due(redis_client)) == 1


def test_a_paused_monitor_of_an_archived_site_is_not_resumed(
    monitor: Monitor, owner: Actor, redis_client: redis.Redis
) -> None:
    pause_monitor(owner, monitor.id)
    archive_site(owner, monitor.site_id)
    with pytest.raises(ConflictError, match="archived"):
        resume_monitor(owner, monitor.id)
    assert due(redis_client) == {}
    restore_site(owner, monitor.site_id)
    assert due(redis_client) == {}


def test_a_change_in_the_archive_makes_nothing_due(
    monitor: Monitor, owner: Actor, redis_client: redis.Redis
) -> None:
    archive_site(owner, monitor.site_id)
    change_monitor(owner, monitor.id, {"name": "start"})
    assert due(redis_client) == {}


def test_a_changed_monitor_is_checked_by_its_new_values(
    monitor: Monitor, owner: Actor, redis_client: redis.Redis
) -> None:
    change_monitor(owner, monitor.id, {"config": {"url": "http://127.0.0.1:10/"}})
    (claimed,) = schedule.claim(L, at_ms=int(*due(redis_client).values()))
    assert b"127.0.0.1:10" in claimed.spec


def test_a_deleted_monitor_is_gone(monitor: Monitor, owner: Actor, redis_client: redis.Redis) -> None:
    delete_monitor(owner, monitor.id)
    assert due(redis_client) == {}


def test_slots_are_spread_over_the_interval() -> None:
    phases = [schedule.phase_ms(number, 60_000) for number in range(1000)]
    tenths = [sum(low <= phase < low + 6000 for phase in phases) for low in range(0, 60_000, 6000)]
    assert min(tenths) > 60 and max(tenths) < 140
