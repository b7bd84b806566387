"""The tests' databases are copies of a migrated one: as good as one that the migrations made."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import inspect, text

from app.models import db
from app.service.health.schema import pending_migrations
from tests.cast import MIGRATED
from tests.servers import MariaDbServer


def test_a_copied_mariadb_has_all_that_the_migrations_made(
    mariadb_app: Flask, mariadb_server: MariaDbServer
) -> None:
    made, copied = (mariadb_server.description(name) for name in (MIGRATED, "cloudeye_test"))
    assert [each.replace("`cloudeye_test`", f"`{MIGRATED}`") for each in copied] == made
    assert pending_migrations() == []
    assert db.session.scalar(text("SELECT COUNT(*) FROM information_schema.triggers")) >= 4
    assert not inspect(db.engine).get_view_names()
