"""The migrations, up and down, on both databases, and that they make what the models describe."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Engine, NullPool, create_engine, event, inspect, make_url

from app.models import db
from app.models.day_table import is_day_table
from app.service.health.schema import pending_migrations
from tests.cast import make_test_app
from tests.servers import RedisServer, wait_for


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
                opts={"include_name": lambda name, kind, parents: not is_day_table(str(name))},
            )
            assert compare_metadata(context, db.metadata) == []
        db.engine.dispose()


def test_they_are_told_when_pending(empty_app: Flask) -> None:
    with empty_app.app_context():
        assert pending_migrations() == [f"{number:04}" for number in range(1, 21)]
        db.engine.dispose()


@pytest.mark.parametrize("empty_app", ["mariadb"], indirect=True)
def test_their_tables_take_every_character_whatever_the_server_makes_databases_of(empty_app: Flask) -> None:
    with empty_app.app_context():
        with db.engine.begin() as connection:
            connection.exec_driver_sql("ALTER DATABASE CHARACTER SET latin1")
        upgrade()
        with db.engine.connect() as connection:
            found = connection.exec_driver_sql(
                "SELECT DISTINCT character_set_name FROM information_schema.columns"
                " WHERE table_schema = DATABASE() AND character_set_name IS NOT NULL"
            )
            assert found.scalars().all() == ["utf8mb4"]
        db.engine.dispose()


@pytest.fixture
def short_of_time() -> Iterator[None]:
    """Where the wait for an answer of the database is limited, it is a second."""

    def shorten(_dialect: Any, _record: Any, _args: Any, options: dict[str, Any]) -> None:
        if "read_timeout" in options:
            options["read_timeout"] = 1

    event.listen(Engine, "do_connect", shorten)
    yield
    event.remove(Engine, "do_connect", shorten)


@pytest.mark.parametrize("empty_app", ["mariadb"], indirect=True)
def test_a_table_may_take_its_time(empty_app: Flask, short_of_time: None) -> None:
    with empty_app.app_context():
        upgrade(revision="0019")
        url = make_url(db.engine.url)
    reader, watcher = (create_engine(url, poolclass=NullPool).connect() for _ in range(2))
    reader.exec_driver_sql("SELECT 1 FROM incident").first()

    def let_go_when_it_waited() -> None:
        with reader:
            wait_for(lambda: bool(watcher.exec_driver_sql(WAITING).first()), "a migration that waits")

    thread = threading.Thread(target=let_go_when_it_waited)
    thread.start()
    with empty_app.app_context():
        try:
            upgrade()
        finally:
            thread.join()
            watcher.close()
        assert pending_migrations() == []
        db.engine.dispose()


WAITING = (
    "SELECT 1 FROM information_schema.processlist"
    " WHERE db = DATABASE() AND state = 'Waiting for table metadata lock' AND time_ms > 1500"
)


def test_results_of_before_are_kept_on_the_way_back_too(empty_app: Flask) -> None:
    with empty_app.app_context():
        upgrade(revision="0003")
        with db.engine.begin() as connection:
            connection.exec_driver_sql(
                "CREATE TABLE check_result_20260101 (monitor_id BIGINT, id BIGINT NOT NULL, status SMALLINT)"
            )
            connection.exec_driver_sql("INSERT INTO check_result_20260101 VALUES (1, 2, 1)")
        upgrade()
        downgrade(revision="0004")
        upgrade()
        with db.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT * FROM check_result_20260101").mappings().all()
        assert [dict(row) for row in rows] == [{"monitor_id": 1, "status": 1, "flags": 0}]
        db.engine.dispose()


def test_the_database_is_made_for_its_owner_and_group_alone(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    with make_test_app(tmp_path, redis_server.url).app_context():
        with db.engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE first (id INTEGER)")
        assert [path.name for path in (tmp_path / "data").iterdir() if path.stat().st_mode & 0o007] == []
        db.engine.dispose()
