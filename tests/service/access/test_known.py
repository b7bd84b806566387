"""Whom a session stands for is kept at hand, and never for longer than it is true."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import event, text, update

from app.core.redis import TtlCache, get_redis
from app.models import Membership, Organization, User, db, write
from app.models.people_mark import MARK
from app.service.access import known
from app.service.access.known import known_actor
from app.service.actor import Actor
from tests.cast import Caller

pytestmark = pytest.mark.faces

IP = "127.0.0.1"


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    said: list[str] = []

    def note(*given: object) -> None:
        said.append(str(given[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    yield said
    event.remove(db.engine, "before_cursor_execute", note)


def test_looking_twice_asks_the_database_once_who_looks(as_owner: Caller, statements: list[str]) -> None:
    for _ in range(2):
        as_owner.get("/sites")
    assert len([each for each in statements if "membership" in each]) == 1


def test_a_change_asks_the_database_anew(as_owner: Caller, statements: list[str]) -> None:
    as_owner.get("/sites")
    as_owner.post("/sites", {"name": "Shop", "base_url": "https://shop.example/"})
    assert len([each for each in statements if "FROM user" in each.replace('"', "")]) == 2


def test_another_role_counts_at_the_next_request(as_viewer: Caller, viewer: Actor) -> None:
    as_viewer.get("/user/audit", 403)
    with write() as session:
        session.execute(update(Membership).where(Membership.user_id == viewer.user.id).values(role="owner"))
    as_viewer.get("/user/audit", 200)


def test_a_closed_account_is_out_at_the_next_request(as_viewer: Caller, viewer: Actor) -> None:
    as_viewer.get("/sites")
    with write() as session:
        session.get_one(User, viewer.user.id).is_active = False
    as_viewer.get("/sites", 401)


def test_a_second_factor_counts_as_asked_for_at_the_next_request(as_viewer: Caller, viewer: Actor) -> None:
    as_viewer.get("/sites")
    with write() as session:
        session.get_one(Organization, viewer.organization_id).requires_factor = True
    as_viewer.get("/sites", 403)


def test_an_ended_session_is_out_at_the_next_request(as_viewer: Caller) -> None:
    as_viewer.get("/sites")
    for key in get_redis().scan_iter("session:*"):
        get_redis().delete(key)
    as_viewer.get("/sites", 401)


def test_what_nobody_told_counts_once_a_second_is_over(
    app: Flask, viewer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = [0.0]
    monkeypatch.setattr(known, "_kept", TtlCache(known.SECONDS, clock=lambda: at[0]))
    who = (viewer.user.id, viewer.organization_id, 1, b"")
    assert known_actor(*who, ip=IP) is not None
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE membership SET is_active = 0"))
    db.session.remove()
    at[0] = known.SECONDS
    assert known_actor(*who, ip=IP) is None


def test_a_change_of_something_else_leaves_the_mark(app: Flask, as_owner: Caller) -> None:
    before = get_redis().get(MARK)
    as_owner.post("/sites", {"name": "Shop", "base_url": "https://shop.example/"})
    assert get_redis().get(MARK) == before


def test_a_change_that_is_rolled_back_leaves_the_mark(app: Flask, viewer: Actor) -> None:
    before = get_redis().get(MARK)
    with pytest.raises(ZeroDivisionError), write() as session:
        session.get_one(User, viewer.user.id).name = "Other"
        session.flush()
        raise ZeroDivisionError
    with write():
        pass
    assert get_redis().get(MARK) == before
