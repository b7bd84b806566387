"""Prepared statements give what the session gives, on each database, and end in the errors it ends in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import bindparam, select, text
from sqlalchemy.exc import DBAPIError

from app.models import Site, SiteTag, db
from app.models.prepared import Prepared
from app.service.site import create_site, list_sites
from tests.cast import make_organization, make_user


@pytest.fixture(params=["sqlite", "mariadb"], autouse=True)
def on_each_database(request: pytest.FixtureRequest) -> Iterator[Flask]:
    yield request.getfixturevalue("app" if request.param == "sqlite" else "mariadb_app")


COLUMNS: list[Any] = [Site.id, Site.name, Site.archived_at, Site.created_at]
STATEMENT = (
    select(*COLUMNS)
    .where(Site.name.like(bindparam("like"), escape="\\"))
    .order_by(Site.id)
    .limit(bindparam("rows"))
)


def some_sites() -> None:
    us = make_user(make_organization("ours"), "owner", "owner")
    for name in ("100% 云眼", "b:c ?", "d"):
        create_site(us, {"name": name, "base_url": "https://example.org", "tags": ["x", "a:b %s"]})


def test_rows_are_those_of_the_session() -> None:
    some_sites()
    values = {"like": "%", "rows": 2}
    theirs = [list(row) for row in db.session.execute(STATEMENT, values)]
    assert Prepared(STATEMENT, db.engine).rows(values) == theirs
    assert [row[1] for row in theirs] == ["100% 云眼", "b:c ?"]


def test_a_list_has_all_tags_of_a_site_however_long_they_are() -> None:
    us = make_user(make_organization("ours"), "owner", "owner")
    tags = sorted(f"{number:02}{'云' * 48}" for number in range(20))
    create_site(us, {"name": "tagged", "base_url": "https://example.org", "tags": tags})
    db.session.remove()
    assert list_sites(us).items[0].tags == tags


def test_an_error_is_the_one_that_the_session_raises() -> None:
    with pytest.raises(DBAPIError):
        Prepared(select(text("nothing")).select_from(text("nowhere")), db.engine).rows({})


class Ended(BaseException):
    """What ends a greenlet from outside."""


def test_a_connection_that_was_left_in_the_middle_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    db.session.remove()
    statement = Prepared(select(SiteTag.tag), db.engine)
    used = db.engine.raw_connection()

    def end() -> None:
        raise Ended

    with monkeypatch.context() as patch, pytest.raises(Ended):
        patch.setattr(used, "cursor", end)
        patch.setattr(db.engine, "raw_connection", lambda: used)
        statement.rows({})
    assert used.dbapi_connection is None and not used.is_valid
    assert statement.rows({}) == []


def test_a_connection_that_is_gone_is_replaced() -> None:
    some_sites()
    statement = Prepared(select(SiteTag.tag).order_by(SiteTag.tag).limit(1), db.engine)
    db.session.remove()
    connection = db.engine.raw_connection()
    connection.driver_connection.close()  # type: ignore[union-attr]
    connection.close()
    assert statement.rows({}) == [["a:b %s"]]
