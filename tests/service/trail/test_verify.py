"""What shows when somebody has been at the audit log, and how what is old is let go."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from app.core.clock import now
from app.core.errors import InvalidError
from app.models import AuditCut, AuditEntry, AuditHead, db, write
from app.models.audit_chain import facts_of, hash_of
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.trail.cut import cut_chain, cut_old
from app.service.trail.search import Wanted, as_csv, as_lines, list_entries
from app.service.trail.verify import TRIGGERS, is_guarded, verify_chain, verify_lines
from tests.cast import make_organization, make_user

OLD = timedelta(days=400)


def say(actor: Actor, count: int, **said: Any) -> None:
    for number in range(count):
        with write() as session:
            record_change(session, actor, "site.change", "site", number + 1, after={"number": number, **said})


def tamper(statement: str) -> None:
    """What somebody does who can write to the database: take the triggers away, then what they want."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    with db.engine.begin() as connection:
        for name in TRIGGERS:
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text(statement if is_sqlite else statement.replace('"', "`")))
    db.session.rollback()


def make_owner() -> Actor:
    return make_user(make_organization("ours"), "owner", "owner")


@pytest.fixture(params=["app", "mariadb_app"])
def either(request: pytest.FixtureRequest) -> Flask:
    """The application on each database."""
    app: Flask = request.getfixturevalue(request.param)
    return app


def test_a_chain_that_nobody_touched_holds(either: Flask) -> None:
    owner = make_owner()
    say(owner, 5, name="商城", share=0.1)
    verdict = verify_chain(owner.organization_id)
    assert verdict.is_whole
    assert (verdict.entries, verdict.first, verdict.last) == (5, 1, 5)
    assert is_guarded()


@pytest.mark.parametrize(
    ("statement", "problem", "number"),
    [
        ("DELETE FROM audit_entry WHERE number = 3", "missing", 3),
        ("DELETE FROM audit_entry WHERE number = 1", "missing", 1),
        ("DELETE FROM audit_entry WHERE number = 5", "missing", 5),
        ("UPDATE audit_entry SET user_email = 'somebody@else' WHERE number = 2", "changed", 2),
        ('UPDATE audit_entry SET "after" = NULL WHERE number = 4', "changed", 4),
        ("UPDATE audit_entry SET hash = 'x' WHERE number = 2", "changed", 2),
        ("UPDATE audit_entry SET previous_hash = 'x' WHERE number = 2", "broken", 2),
        ("UPDATE audit_head SET hash = 'x'", "end", 5),
    ],
)
def test_what_was_done_to_the_log_shows(app: Flask, statement: str, problem: str, number: int) -> None:
    owner = make_owner()
    say(owner, 5)
    tamper(statement)
    verdict = verify_chain(owner.organization_id)
    assert (verdict.problem, verdict.at_number) == (problem, number)


def test_it_shows_that_the_triggers_are_gone(app: Flask) -> None:
    tamper("DELETE FROM audit_entry")
    assert not is_guarded()


def test_the_newest_entries_can_be_looked_at_alone(app: Flask) -> None:
    owner = make_owner()
    say(owner, 5)
    verdict = verify_chain(owner.organization_id, newest=2)
    assert (verdict.is_whole, verdict.entries, verdict.first) == (True, 2, 4)


def older(organization_id: int, count: int, by: timedelta) -> None:
    """Entries that were written some time ago."""
    with write() as session:
        for number in range(count):
            session.add(
                AuditEntry(
                    organization_id=organization_id,
                    way="session",
                    action="site.change",
                    object_type="site",
                    object_id=number + 1,
                    at=now() - by,
                )
            )


def test_what_is_old_is_cut_off_and_the_chain_still_holds(either: Flask) -> None:
    owner = make_owner()
    older(owner.organization_id, 4, OLD)
    say(owner, 2)
    assert cut_old(days=365) == 4
    verdict = verify_chain(owner.organization_id)
    assert (verdict.is_whole, verdict.first, verdict.last) == (True, 5, 7)
    newest = list_entries(owner).items[0]
    assert newest.after is not None
    assert (newest.action, newest.way, newest.after["number"]) == ("audit.cut", "system", 4)
    assert cut_old(days=365) == 0


def test_nothing_is_cut_off_that_is_younger_than_a_month(app: Flask, owner: Actor) -> None:
    with pytest.raises(InvalidError):
        cut_chain(owner.organization_id, now() - timedelta(days=29))


def test_without_a_setting_nothing_is_ever_cut_off(app: Flask, owner: Actor) -> None:
    older(owner.organization_id, 1, OLD)
    assert cut_old(days=0) == 0
    assert len(list_entries(owner).items) == 1


def test_a_cut_that_we_did_not_sign_shows(app: Flask) -> None:
    owner = make_owner()
    say(owner, 3)
    first = list_entries(owner).items[-1]
    with write() as session:
        forged = {"signer": "0" * 64, "signature": "0" * 128, "until": first.at, "at": now()}
        session.add(AuditCut(chain=owner.organization_id, number=1, hash=first.hash, **forged))
    assert verify_chain(owner.organization_id).problem == "cut"


def test_a_log_that_was_written_anew_without_its_head_shows(app: Flask) -> None:
    owner = make_owner()
    say(owner, 3)
    tamper("DELETE FROM audit_head")
    assert verify_chain(owner.organization_id).problem == "end"
    with write() as session:
        session.add(AuditHead(chain=owner.organization_id, number=3, hash="y"))
    assert verify_chain(owner.organization_id).problem == "end"


def test_an_export_can_be_checked_without_the_database(app: Flask, owner: Actor) -> None:
    say(owner, 4)
    lines = as_lines(owner, Wanted()).decode().splitlines()
    assert verify_lines(lines).is_whole
    assert verify_lines([*lines[:1], *lines[2:]]).problem == "missing"
    changed = json.loads(lines[1]) | {"user_email": "somebody@else"}
    assert verify_lines([lines[0], json.dumps(changed)]).problem == "changed"


def test_a_spreadsheet_holds_no_formula(app: Flask, owner: Actor) -> None:
    with write() as session:
        record_change(session, owner, "=cmd()", "site", 1)
    assert "'=cmd()" in as_csv(owner, Wanted()).decode()


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (lambda at: Wanted(who="OWNER@"), [3, 2, 1]),
        (lambda at: Wanted(who="nobody"), []),
        (lambda at: Wanted(action="site"), [2, 1]),
        (lambda at: Wanted(action="sit"), []),
        (lambda at: Wanted(action="monitor.create"), [3]),
        (lambda at: Wanted(object_type="site", object_id=7), [2]),
        (lambda at: Wanted(way="session"), [3, 2, 1]),
        (lambda at: Wanted(way="cli"), []),
        (lambda at: Wanted(since=at), []),
        (lambda at: Wanted(until=at), [3, 2, 1]),
    ],
)
def test_entries_are_found_by_what_they_say(
    app: Flask, owner: Actor, wanted: Callable[[Any], Wanted], numbers: list[int]
) -> None:
    with write() as session:
        record_change(session, owner, "site.create", "site", 6)
        record_change(session, owner, "site.change", "site", 7)
        record_change(session, owner, "monitor.create", "monitor", 7)
    found = list_entries(owner, wanted(now() + timedelta(seconds=1))).items
    assert [each.number for each in found] == numbers


def test_nothing_of_another_organizations_log_is_found(app: Flask, owner: Actor, stranger: Actor) -> None:
    say(owner, 1)
    assert list_entries(stranger).items == []
    assert as_lines(stranger, Wanted()) == b""


def test_the_hash_is_of_what_the_entry_says_and_of_the_one_before(app: Flask, owner: Actor) -> None:
    say(owner, 1)
    (entry,) = list_entries(owner).items
    assert hash_of("", facts_of(entry)) == entry.hash
    assert hash_of("x", facts_of(entry)) != entry.hash
    assert hash_of("", {**facts_of(entry), "ip": "other"}) != entry.hash
