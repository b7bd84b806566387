"""The migrations, up and down, on both databases, and that they make what the models describe."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from app.models import db
from app.models.result import PREFIX
from app.service.schema import pending_migrations
from tests.cast import make_test_app
from tests.servers import RedisServer


@pytest.fixture(params=["sqlite", "mariadb"])
def empty_app(request: pytest.FixtureRequest, tmp_path: Path, redis_server: RedisServer) -> Flask:
    (tmp_path / "data").mkdir()
    url = request.getfixturevalue("mariadb_url") if request.param == "mariadb" else ""
    return make_test_app(tmp_path, redis_server.url, url)


def test_they_go_up_and_down_again(empty_app: Flask) -> None:
    with empty_app.app_context():
        upgrade()
        assert pending_migrations() == []
        downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
        db.engine.dispose()


def test_they_make_what_the_models_describe(empty_app: Flask) -> None:
    with empty_app.app_context():
        upgrade()
        with db.engine.connect() as connection:
            context = MigrationContext.configure(
                connection,
                opts={"include_name": lambda name, kind, parents: not str(name).startswith(PREFIX)},
            )
            assert compare_metadata(context, db.metadata) == []
        db.engine.dispose()


def test_they_are_told_when_pending(empty_app: Flask) -> None:
    with empty_app.app_context():
        assert pending_migrations() == ["0001", "0002", "0003"]
        db.engine.dispose()
