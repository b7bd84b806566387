"""Audit entries follow one another, and nobody takes one out or changes one unseen; on both databases."""

from __future__ import annotations

import threading
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from app.models import AuditEntry, AuditHead, Organization, db, write
from app.models.audit_chain import facts_of, hash_of
from app.service.actor import Actor
from app.service.audit import record_change
from tests.cast import make_organization, make_user


@pytest.fixture(params=["app", "mariadb_app"])
def either(request: pytest.FixtureRequest) -> Flask:
    """The application on each database."""
    app: Flask = request.getfixturevalue(request.param)
    return app


def say(actor: Actor, *names: str) -> None:
    with write() as session:
        for name in names:
            record_change(session, actor, "site.change", "site", 1, after={"name": name, "share": 0.1})


def entries(actor: Actor) -> list[AuditEntry]:
    db.session.commit()  # What others have written since is seen by a new transaction.
    own = AuditEntry.organization_id == actor.organization_id
    return list(db.session.scalars(select(AuditEntry).where(own).order_by(AuditEntry.number)))


def test_entries_are_numbered_and_each_names_the_one_before(either: Flask) -> None:
    owner = make_user(make_organization("ours"), "owner", "owner")
    say(owner, "one", "two")
    say(owner, "三")
    found = entries(owner)
    assert [each.number for each in found] == [1, 2, 3]
    assert [each.previous_hash for each in found] == ["", found[0].hash, found[1].hash]
    assert [hash_of(each.previous_hash, facts_of(each)) for each in found] == [each.hash for each in found]
    head = db.session.get_one(AuditHead, owner.organization_id)
    assert (head.number, head.hash) == (3, found[2].hash)


def test_the_database_refuses_to_change_or_delete_an_entry(either: Flask) -> None:
    owner = make_user(make_organization("ours"), "owner", "owner")
    say(owner, "one")
    for statement in (update(AuditEntry).values(action="nothing"), delete(AuditEntry)):
        with pytest.raises(DBAPIError, match="never changed"), write() as session:
            session.execute(statement)
    assert [each.action for each in entries(owner)] == ["site.change"]


def test_each_organization_has_a_chain_of_its_own(app: Flask) -> None:
    ours, theirs = (make_user(make_organization(each), each, "owner") for each in ("ours", "theirs"))
    say(ours, "one")
    say(theirs, "other")
    say(ours, "two")
    assert [each.number for each in entries(ours)] == [1, 2]
    assert [each.number for each in entries(theirs)] == [1]


def test_what_is_rolled_back_leaves_no_entry_and_no_gap(app: Flask, owner: Actor) -> None:
    with pytest.raises(ZeroDivisionError), write() as session:
        record_change(session, owner, "site.change", "site", 1)
        session.flush()
        raise ZeroDivisionError
    say(owner, "one")
    assert [each.number for each in entries(owner)] == [1]


def test_a_savepoint_that_is_given_up_takes_its_entries_with_it(app: Flask, owner: Actor) -> None:
    with write() as session:
        record_change(session, owner, "site.kept", "site", 1)
        nested = session.begin_nested()
        record_change(session, owner, "site.dropped", "site", 1)
        session.flush()
        nested.rollback()
        with session.begin_nested():
            record_change(session, owner, "site.released", "site", 1)
    assert [each.action for each in entries(owner)] == ["site.kept", "site.released"]


def test_a_failed_log_in_of_nobody_is_in_the_installations_chain(app: Flask) -> None:
    with write() as session:
        for _ in range(2):
            session.add(AuditEntry(way="session", action="login.failed", object_type="user"))
    assert db.session.get_one(AuditHead, 0).number == 2


def test_writers_at_once_leave_one_chain(either: Flask) -> None:
    owner = make_user(make_organization("ours"), "owner", "owner")
    wrong: list[BaseException] = []

    def work(name: str) -> None:
        with either.app_context():
            try:
                for number in range(5):
                    say(owner, f"{name}{number}")
            except BaseException as error:
                wrong.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = entries(owner)
    assert wrong == []
    assert [each.number for each in found] == list(range(1, 21))
    assert all(b.previous_hash == a.hash for a, b in pairwise(found))


def test_a_change_that_locks_its_organization_does_not_block_the_others_for_ever(mariadb_app: Flask) -> None:
    """Whoever holds the organization's row waits for the chain's end, never the other way round."""
    owner = make_user(make_organization("ours"), "owner", "owner")
    holds, wrong = threading.Event(), []

    def other(*_arguments: Any) -> None:
        with mariadb_app.app_context():
            holds.wait(10)
            try:
                say(owner, "other")
            except BaseException as error:
                wrong.append(error)

    thread = threading.Thread(target=other)
    thread.start()
    with write() as session:
        session.scalar(select(Organization.id).with_for_update())
        holds.set()
        record_change(session, owner, "site.change", "site", 1)
        session.execute(text("SELECT SLEEP(0.2)"))
    thread.join()
    assert wrong == []
    assert [each.number for each in entries(owner)] == [1, 2]
