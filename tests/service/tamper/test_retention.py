"""What is kept of pages: until it is too old or too much, and some of it always."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select

from app.core.clock import now
from app.models import Content, Evidence, Organization, Snapshot, Watch, WatchView, db, write
from app.service.setting import set_setting
from app.service.tamper import holding, room, store
from app.service.tamper import keep as keeping
from app.service.tamper.holding import count_bytes, usage_by_organization
from app.service.tamper.keep import QuotaError, keep
from app.service.tamper.retention import tend
from tests.cast import make_organization
from tests.service.tamper.kept import (
    LONG_AGO,
    approve,
    make_old,
    make_watch,
    page_of,
    raise_alert,
    snap,
)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    holding.forget_used()
    room.forget_vain()
    yield
    holding.forget_used()
    room.forget_vain()


@pytest.fixture
def watch(ours: Organization) -> Watch:
    return make_watch(ours)


def old_ones(watch: Watch, count: int) -> list[Snapshot]:
    """Snapshots of long ago, followed by three of today."""
    old = [snap(watch, page_of(number), at=now() - LONG_AGO) for number in range(count)]
    for number in range(1000, 1003):
        snap(watch, page_of(number))
    make_old()
    db.session.expire_all()
    return old


def kept_ids(watch: Watch) -> set[int]:
    return set(db.session.scalars(select(Snapshot.id).where(Snapshot.watch_id == watch.id)))


def set_quota(monkeypatch: pytest.MonkeyPatch, quota: int) -> None:
    monkeypatch.setattr(keeping, "quota_bytes", lambda: quota)
    monkeypatch.setattr("app.service.tamper.retention.quota_bytes", lambda: quota)


def age_accounts() -> None:
    with write() as session:
        for row in session.scalars(select(Content)):
            row.created_at = now() - timedelta(hours=2)


def test_snapshots_older_than_the_watch_says_go_with_their_bytes(watch: Watch) -> None:
    old = old_ones(watch, 4)
    tended = tend(now())
    assert tended.released == 4 and len(kept_ids(watch)) == 3
    assert not any(store.exists(each.body_sha256) for each in old)
    assert db.session.get(Content, (watch.organization_id, old[0].body_sha256)) is None


def test_what_is_approved_stays(watch: Watch) -> None:
    old = old_ones(watch, 3)
    approve(old[1])
    tend(now())
    assert old[1].id in kept_ids(watch) and store.exists(old[1].body_sha256)
    assert old[0].id not in kept_ids(watch)


@pytest.mark.parametrize("state", ["open", "confirmed"])
def test_snapshots_of_open_and_confirmed_alerts_stay(watch: Watch, state: str) -> None:
    old = old_ones(watch, 4)
    raise_alert(watch, old[1], old[2], state=state)
    tend(now())
    assert {each.id for each in old} & kept_ids(watch) == {old[1].id, old[2].id}


@pytest.mark.parametrize("state", ["approved", "allowed", "closed"])
def test_snapshots_of_other_alerts_go(watch: Watch, state: str) -> None:
    old = old_ones(watch, 4)
    raise_alert(watch, old[1], old[2], state=state)
    tend(now())
    assert {each.id for each in old} & kept_ids(watch) == set()


def test_what_evidence_was_handed_out_of_stays(watch: Watch) -> None:
    old = old_ones(watch, 3)
    alert = raise_alert(watch, old[0], old[1], state="closed")
    with write() as session:
        session.add(
            Evidence(
                organization_id=watch.organization_id, alert_id=alert.id, number=1, head="1" * 64, size=1
            )
        )
    tend(now())
    assert {each.id for each in old} & kept_ids(watch) == {old[0].id, old[1].id}


def test_the_newest_of_a_view_stay_however_old(watch: Watch) -> None:
    old = [snap(watch, page_of(number), at=now() - LONG_AGO) for number in range(5)]
    make_old()
    tend(now())
    assert kept_ids(watch) == {each.id for each in old[2:]}


def test_the_base_of_a_kept_difference_stays_on_the_account(watch: Watch) -> None:
    first = snap(watch, page_of(0), at=now() - LONG_AGO)
    body = store.get(first.body_sha256) + b"<p>one more line</p>"
    second = snap(watch, body, at=now() - LONG_AGO, base=first.body_sha256)
    approve(second)
    for number in range(3):
        snap(watch, page_of(100 + number))
    make_old()
    age_accounts()
    tend(now())
    assert kept_ids(watch) & {first.id, second.id} == {second.id}
    assert store.get(second.body_sha256) == body
    assert db.session.get(Content, (watch.organization_id, first.body_sha256)) is not None


def test_a_profile_in_use_stays_and_a_replaced_one_goes(watch: Watch) -> None:
    names = [keep(watch.organization_id, "profile", page_of(number)).sha256 for number in range(2)]
    with write() as session:
        session.get_one(WatchView, (watch.id, "plain")).profile_sha256 = names[1]
    make_old()
    age_accounts()
    tend(now())
    assert [store.exists(name) for name in names] == [False, True]


def test_everything_of_a_deleted_watch_goes(watch: Watch, ours: Organization) -> None:
    old_ones(watch, 2)
    with write() as session:
        session.execute(delete(Watch).where(Watch.id == watch.id))
    age_accounts()
    tend(now())
    assert store.usage().objects == 0 and count_bytes(ours.id) == 0


def test_orphans_are_swept_and_what_was_just_put_is_not(app: Flask, watch: Watch) -> None:
    orphan = store.put("body", page_of(1)).sha256
    make_old()
    young = store.put("body", page_of(2)).sha256
    assert tend(now()).swept == 1
    assert not store.exists(orphan) and store.exists(young)


def test_the_same_bytes_of_two_organizations_stay_until_both_let_go(watch: Watch) -> None:
    theirs = make_watch(make_organization("theirs"))
    body = page_of(1)
    snap(watch, body, at=now() - LONG_AGO)
    kept = snap(theirs, body)
    for number in range(10, 13):
        snap(watch, page_of(number))
    make_old()
    age_accounts()
    tend(now())
    assert store.get(kept.body_sha256) == body
    assert db.session.get(Content, (watch.organization_id, kept.body_sha256)) is None
    assert db.session.get(Content, (theirs.organization_id, kept.body_sha256)) is not None


def test_the_same_bytes_are_charged_once(watch: Watch) -> None:
    body = page_of(1)
    first = keep(watch.organization_id, "body", body)
    assert first.is_new and not keep(watch.organization_id, "body", body).is_new
    assert count_bytes(watch.organization_id) == first.stored_bytes


def test_over_the_quota_the_oldest_snapshots_make_room(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    old = old_ones(watch, 8)
    approve(old[0])
    quota = count_bytes(watch.organization_id)
    set_quota(monkeypatch, quota)
    monkeypatch.setattr(room, "QUOTA_BATCH", 2)
    snap(watch, page_of(5000))
    left = kept_ids(watch)
    assert old[0].id in left and old[1].id not in left and old[7].id in left
    assert count_bytes(watch.organization_id) < quota


def test_when_nothing_may_go_new_snapshots_are_refused_and_nothing_is_lost(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = old_ones(watch, 3)
    for each in old:
        approve(each)
    used = count_bytes(watch.organization_id)
    set_quota(monkeypatch, used)
    before, objects = kept_ids(watch), store.usage()
    with pytest.raises(QuotaError) as refused:
        keep(watch.organization_id, "body", page_of(77))
    assert refused.value.data == {"used_bytes": used, "quota_bytes": used}
    assert kept_ids(watch) == before and store.usage() == objects
    # What is kept already costs nothing, and other organizations are not touched by it.
    keep(watch.organization_id, "body", store.get(old[0].body_sha256))


def test_making_room_in_vain_is_not_repeated_at_once(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in old_ones(watch, 2):
        approve(each)
    set_quota(monkeypatch, 1)
    tries: list[int] = []

    def forget(organization_id: int, *which: object, limit: int) -> set[str]:
        tries.append(organization_id)
        return set()

    monkeypatch.setattr(room, "forget_snapshots", forget)
    for number in range(3):
        with pytest.raises(QuotaError):
            keep(watch.organization_id, "body", page_of(80 + number))
    assert len(tries) == 1


def test_young_snapshots_are_not_forgotten_for_nothing(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(8):
        snap(watch, page_of(number))
    before = kept_ids(watch)
    set_quota(monkeypatch, count_bytes(watch.organization_id))
    with pytest.raises(QuotaError):
        keep(watch.organization_id, "body", page_of(99))
    assert kept_ids(watch) == before


def test_snapshots_that_free_nothing_are_mostly_left_alone(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_ones(watch, 12)
    for name in store.get_store().names():
        os.utime(store.get_store().path(name))  # Their bytes have come again just now.
    before = len(kept_ids(watch))
    set_quota(monkeypatch, count_bytes(watch.organization_id))
    monkeypatch.setattr(room, "QUOTA_BATCH", 1)
    with pytest.raises(QuotaError):
        keep(watch.organization_id, "body", page_of(99))
    assert before - len(kept_ids(watch)) == room.VAIN_BATCHES


def test_what_somebody_else_took_off_the_account_is_entered_again(watch: Watch) -> None:
    body = page_of(1)
    name = keep(watch.organization_id, "body", body).sha256
    db.session.get(Content, (watch.organization_id, name))
    with db.engine.begin() as elsewhere:
        elsewhere.execute(delete(Content))
    keep(watch.organization_id, "body", body)
    assert count_bytes(watch.organization_id) > 0


def test_the_quota_is_a_setting(watch: Watch) -> None:
    set_setting("tamper_quota_mb", 7)
    keep(watch.organization_id, "body", b"x" * 100)
    held = usage_by_organization()[0]
    assert held.quota_bytes == 7 * 2**20 and held.objects == 1 and held.name == "ours Ltd"
    assert held.stored_bytes == count_bytes(watch.organization_id)


def test_retention_and_quota_hold_on_mariadb(mariadb_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = make_watch(make_organization("ours"))
    old = old_ones(watch, 6)
    approve(old[0])
    raise_alert(watch, old[1], old[2])
    age_accounts()
    set_quota(monkeypatch, count_bytes(watch.organization_id) - 1)
    snap(watch, page_of(6000))
    assert {each.id for each in old} & kept_ids(watch) == {each.id for each in old[:3]}
    make_old()
    assert tend(now()).damaged == ()
    assert usage_by_organization()[0].objects == len(kept_ids(watch)) + 1  # and their certificate
