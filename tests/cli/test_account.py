"""`flask account`."""

from __future__ import annotations

from flask import Flask

from app.models import AuditEntry, User, db, write
from app.service.account.reset import account_of
from app.service.actor import Actor
from app.service.auth import load_actor
from tests.service.account.letters import IP, token_in


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=["account", *arguments])
    return done.exit_code, done.output


def test_it_prints_a_link_for_a_new_password(app: Flask, teammate: Actor) -> None:
    code, said = run(app, "reset-link", teammate.user.account)
    assert code == 0 and account_of(token_in(said), ip=IP) == teammate.user.account
    db.session.rollback()
    assert db.session.query(AuditEntry).filter_by(action="user.reset_link", way="cli").count() == 1


def test_it_locks_somebody_out_and_lets_them_in_again(app: Flask, teammate: Actor) -> None:
    version = teammate.user.session_version
    assert run(app, "deactivate", teammate.user.account)[0] == 0
    db.session.rollback()
    db.session.expire_all()
    place = (teammate.user.id, teammate.organization_id)
    assert load_actor(*place, version, way="session", ip=IP) is None
    assert run(app, "activate", teammate.user.account)[0] == 0
    db.session.rollback()
    db.session.expire_all()
    assert load_actor(*place, version + 2, way="session", ip=IP) is not None


def test_it_locks_the_only_owner_out_when_that_is_meant(app: Flask, owner: Actor) -> None:
    code, said = run(app, "deactivate", owner.user.account)
    assert code == 1 and "has no other owner who can log in" in said
    assert run(app, "deactivate", owner.user.account, "--even-last-owner")[0] == 0
    db.session.rollback()
    db.session.expire_all()
    assert not db.session.get_one(User, owner.user.id).is_active


def test_it_says_when_there_is_no_such_account(app: Flask) -> None:
    for act in ("reset-link", "deactivate", "activate", "reset-factors"):
        code, said = run(app, act, "nobody@example.org")
        assert code == 1 and "there is no account" in said


def test_it_takes_second_factors_away(app: Flask, teammate: Actor) -> None:
    with write() as session:
        session.get_one(User, teammate.user.id).has_factor = True
    assert run(app, "reset-factors", teammate.user.account)[0] == 0
    db.session.rollback()
    db.session.expire_all()
    assert not db.session.get_one(User, teammate.user.id).has_factor
    assert db.session.query(AuditEntry).filter_by(action="factor.reset", way="cli").count() == 1
