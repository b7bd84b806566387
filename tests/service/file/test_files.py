"""Files of an organization: taken in, counted, attached, found, deleted."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select

from app.core.clock import now
from app.core.errors import ConflictError, NotFoundError
from app.models import AuditEntry, File, FileAccount, Incident, Site, db, write
from app.service.actor import Actor
from app.service.file.manage import attach_file, delete_file, detach_file, get_file, list_files
from app.service.file.quota import use_of
from app.service.file.result import delete_result, get_result, keep_result
from app.service.file.store import GRACE_SECONDS, get_file_store
from app.service.file.tend import tend
from app.service.file.upload import MOST_FILES
from app.service.scope.current import within
from app.service.scope.scope import Scope
from app.service.setting import set_setting
from app.service.site import create_site
from tests.cast import make_organization, make_user
from tests.service.file.kept import picture, take, take_one

LATER = timedelta(seconds=GRACE_SECONDS + 60)


@pytest.fixture
def site(owner: Actor) -> Site:
    return create_site(owner, {"name": "Shop", "base_url": "http://127.0.0.1:9/"})


def open_incident(site: Site) -> Incident:
    with write() as session:
        incident = Incident(
            organization_id=site.organization_id,
            site_id=site.id,
            cause="connect_refused",
            started_at=now(),
            opened_at=now(),
        )
        session.add(incident)
    return incident


def actions() -> list[str]:
    statement = select(AuditEntry.action).where(AuditEntry.object_type == "file")
    return list(db.session.scalars(statement.order_by(AuditEntry.id)))


def test_each_file_has_a_result_of_its_own(owner: Actor) -> None:
    good, bad = take(owner, ("shot.png", picture()), ("empty.log", b""))
    assert good.file is not None
    assert (good.file.width, good.file.media) == (60, "image/png")
    assert (bad.file, bad.error) == (None, "the file is empty")


def test_more_than_the_most_are_refused_one_by_one(owner: Actor) -> None:
    results = take(owner, *[(f"{number}.txt", b"%d" % number) for number in range(MOST_FILES + 1)])
    assert [each.error for each in results if each.error] == [f"at most {MOST_FILES} files are taken at once"]


def test_the_same_file_again_is_the_same_file(owner: Actor, site: Site) -> None:
    first = take_one(owner)
    (again,) = take(owner, ("notes.txt", b"seen at noon"), site_id=site.id)
    assert again.file is not None
    assert (again.file.id, again.is_known, len(again.file.attachments)) == (first.id, True, 1)
    assert actions() == ["file.upload", "file.attach"]


def test_the_same_bytes_are_counted_once(owner: Actor) -> None:
    take(owner, ("a.txt", b"12345"), ("b.txt", b"12345"))
    assert (use_of(owner.organization_id).used_bytes, use_of(owner.organization_id).files) == (5, 2)


def test_what_is_over_the_quota_is_not_kept(owner: Actor) -> None:
    set_setting("file_quota_mb", 1)
    fits, over = take(owner, ("a.bin", b"\x00" * 600_000), ("b.bin", b"\x01" * 600_000))
    assert fits.file is not None
    assert over.error == "the organization's room for files is used up"
    assert get_file_store().usage() == (1, 600_000)


def test_another_organizations_files_do_not_count(owner: Actor, stranger: Actor) -> None:
    set_setting("file_quota_mb", 1)
    take_one(stranger, "a.bin", b"\x00" * 900_000)
    take_one(owner, "b.bin", b"\x00" * 900_000)
    assert use_of(owner.organization_id).left_bytes < 200_000


def test_deleting_gives_the_room_back_when_nobody_else_has_the_bytes(owner: Actor) -> None:
    first, second = take_one(owner, "a.txt"), take_one(owner, "b.txt")
    delete_file(owner, first.id)
    assert use_of(owner.organization_id).used_bytes == 12
    delete_file(owner, second.id)
    assert use_of(owner.organization_id).used_bytes == 0


def test_bytes_go_with_the_last_file_that_has_them(
    owner: Actor, stranger: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = take_one(owner), take_one(stranger)
    monkeypatch.setattr("app.service.file.manage.now", lambda: now() + LATER)
    delete_file(owner, ours.id)
    assert get_file_store().exists(theirs.sha256)
    delete_file(stranger, theirs.id)
    assert not get_file_store().exists(theirs.sha256)


def test_a_sites_files_are_also_its_incidents(owner: Actor, site: Site) -> None:
    incident = open_incident(site)
    at_site, at_incident = (
        take_one(owner, "a.txt", site_id=site.id),
        take_one(owner, "b.txt", b"other", incident_id=incident.id),
    )
    assert [each.id for each in list_files(owner, site_id=site.id).items] == [at_incident.id, at_site.id]
    assert [each.id for each in list_files(owner, incident_id=incident.id).items] == [at_incident.id]


def test_a_file_hangs_on_a_thing_once(owner: Actor, site: Site) -> None:
    file = take_one(owner, site_id=site.id)
    with pytest.raises(ConflictError):
        attach_file(owner, file.id, "site", site.id)


def test_it_is_attached_to_all_that_is_named(owner: Actor, site: Site) -> None:
    incident = open_incident(site)
    file = take_one(owner, site_id=site.id, incident_id=incident.id)
    assert [each.target for each in file.attachments] == [f"site:{site.id}", f"incident:{incident.id}"]


def test_what_is_taken_off_stays_a_file(owner: Actor, site: Site) -> None:
    file = take_one(owner, site_id=site.id)
    assert detach_file(owner, file.id, file.attachments[0].id).attachments == []
    assert get_file(owner, file.id).attachments == []


def test_every_change_is_in_the_audit_log(owner: Actor, site: Site) -> None:
    file = take_one(owner, site_id=site.id)
    detach_file(owner, file.id, file.attachments[0].id)
    attach_file(owner, file.id, "site", site.id)
    delete_file(owner, file.id)
    assert actions() == ["file.upload", "file.detach", "file.attach", "file.delete"]


def test_a_thing_that_goes_leaves_the_file(owner: Actor, site: Site) -> None:
    incident = open_incident(site)
    file = take_one(owner, incident_id=incident.id)
    with write() as session:
        session.execute(delete(Incident).where(Incident.id == incident.id))
    assert get_file(owner, file.id).attachments == []


def test_names_are_searched_as_they_are_written(owner: Actor) -> None:
    take(owner, ("100%.txt", b"a"), ("Report.txt", b"b"))
    assert [each.name for each in list_files(owner, q="100%").items] == ["100%.txt"]
    assert [each.name for each in list_files(owner, q="report").items] == ["Report.txt"]


def test_strangers_have_nothing_of_it(owner: Actor, stranger: Actor, site: Site) -> None:
    file = take_one(owner, site_id=site.id)
    assert list_files(stranger).items == []
    with pytest.raises(NotFoundError):
        get_file(stranger, file.id)
    with pytest.raises(NotFoundError):
        take_one(stranger, "b.txt", site_id=site.id)


@pytest.fixture
def narrowed(owner: Actor, site: Site) -> Actor:
    """An operator of one site alone."""
    scope = Scope(owner.organization_id, frozenset({site.id}))
    return dataclasses.replace(make_user(owner.organization, "narrow", "operator"), scope=scope)


def test_who_is_narrowed_sees_their_sites_files_and_their_own(
    owner: Actor, narrowed: Actor, site: Site
) -> None:
    other = create_site(owner, {"name": "Other", "base_url": "http://127.0.0.1:9/"})
    both, theirs = (
        take_one(owner, "both.txt", site_id=site.id),
        take_one(owner, "o.txt", b"o", site_id=other.id),
    )
    attach_file(owner, both.id, "site", other.id)
    with within(narrowed.scope):
        own = take_one(narrowed, "own.txt", b"own")
        seen = list_files(narrowed).items
        assert [each.id for each in seen] == [own.id, both.id]
        assert [each.site_id for each in seen[1].attachments] == [site.id]
        with pytest.raises(NotFoundError):
            get_file(narrowed, theirs.id)
        with pytest.raises(ConflictError):
            delete_file(narrowed, both.id)
        with pytest.raises(NotFoundError):
            attach_file(narrowed, own.id, "site", other.id)


def result_of(actor: Actor, data: bytes = b"a,b\n") -> File:
    with get_file_store().draft() as draft:
        draft.write(data)
        ends = now() + timedelta(days=1)
        return keep_result(actor.organization_id, "sites.csv", draft, "text/csv", expires_at=ends)


def test_a_jobs_result_is_no_file_of_the_list(owner: Actor, stranger: Actor) -> None:
    result = result_of(owner)
    assert list_files(owner).items == []
    assert use_of(owner.organization_id).used_bytes == 0
    assert get_result(owner.organization_id, result.id) is not None
    assert get_result(stranger.organization_id, result.id) is None
    with pytest.raises(NotFoundError):
        get_file(owner, result.id)


def test_a_result_that_is_deleted_is_gone(owner: Actor) -> None:
    result = result_of(owner)
    delete_result(result.id)
    assert get_result(owner.organization_id, result.id) is None


def test_the_daily_work_deletes_what_expired_and_what_is_nobodys(owner: Actor) -> None:
    result, file = result_of(owner), take_one(owner)
    tended = tend(now() + timedelta(days=2))
    assert (tended.expired, get_result(owner.organization_id, result.id)) == (1, None)
    assert list(get_file_store().names()) == [file.sha256]


def test_the_daily_work_counts_anew(owner: Actor) -> None:
    take(owner, ("a.txt", b"12345"), ("b.txt", b"12345"), ("c.txt", b"123"))
    with write() as session:
        session.get_one(FileAccount, owner.organization_id).used_bytes = 10**6
    tend(now())
    assert use_of(owner.organization_id).used_bytes == 8


def test_mariadb_counts_alike(mariadb_app: Flask) -> None:
    actor = make_user(make_organization("ours"), "owner", "owner")
    first, second = take_one(actor, "a.txt", b"12345"), take_one(actor, "b.txt", b"12345")
    assert use_of(actor.organization_id).used_bytes == 5
    delete_file(actor, first.id)
    tend(now() + timedelta(days=2))
    assert use_of(actor.organization_id).used_bytes == 5
    delete_file(actor, second.id)
    assert use_of(actor.organization_id).used_bytes == 0
