"""The cast of the tests, and the application they act in: owner, teammate (operator), viewer and stranger."""

from __future__ import annotations

import contextvars
import gc
import shutil
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any, ClassVar

import pytest
import redis
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.engine import Dialect, Engine
from werkzeug.routing import Map, RuleFactory

from app import create_app
from app.core import settings as process_settings
from app.core.log import start_context
from app.core.redis import use_redis
from app.core.snowflake import use_worker_number
from app.factory import _App
from app.models import Membership, Organization, User, db, write
from app.models.result import forget_known_days
from app.service import queue, setting
from app.service.account import password as passwords
from app.service.actor import Actor
from app.service.auth import load_actor
from app.service.location import known
from app.service.recording import record
from app.service.results import result
from config import load_settings
from tests.servers import MariaDbServer, RedisServer

PASSWORD = "correct-horse-battery"
API = "/api/cloudeye/v1"
MIGRATED = "cloudeye_migrated"
WITHOUT_FACES = ("models", "service", "tasks")
"""Folders of tests whose application has no HTTP, but where a test is marked as asking over it."""


class OutsideClient(FlaskClient):
    """Each request in a context of its own, as at a server, though the test is inside the application's."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return contextvars.Context().run(super().open, *args, **kwargs)


class CompiledTemplates(BytecodeCache):
    """Templates are compiled once a process, though each test's application has them for itself."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._codes[bucket.key, bucket.checksum] = bucket.code


_templates = CompiledTemplates()


class SameRoutes(Map):
    """Routes are read and sorted once a process: every application with faces has the same."""

    _first: ClassVar[dict[str, Any] | None] = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self._first is not None:
            self.__dict__ = self._first

    def add(self, rulefactory: RuleFactory) -> None:
        if self._first is None:
            super().add(rulefactory)

    @classmethod
    def keep(cls, routes: Map) -> None:
        """Those of a whole application."""
        cls._first = cls._first or routes.__dict__


def make_test_app(folder: Path, redis_url: str, database_url: str = "", *, faces: bool = True) -> Flask:
    """The application on a folder of its own, its database at the newest migration.

    Without `faces` it has no routes, pages and commands, as in the processes that only need the database.
    """
    settings = load_settings(
        {
            "CLOUDEYE_ENV": "testing",
            "CLOUDEYE_DATA_DIR": str(folder / "data"),
            "CLOUDEYE_LOG_DIR": str(folder / "log"),
            "REDIS_URL": redis_url,
            "DATABASE_URL": database_url,
        }
    )
    # Something of the test before that ends only now may have asked for a Redis when no settings were set.
    process_settings.use_settings(settings)
    use_redis(None)
    _App.url_map_class = SameRoutes if faces else Map
    app = create_app(settings, faces=faces)
    if faces:
        SameRoutes.keep(app.url_map)
    app.test_client_class = OutsideClient
    app.jinja_env.bytecode_cache = _templates
    return app


_compiled: list[tuple[Dialect, MutableMapping[Any, Any] | None]] = []


def _share_compiled(engine: Engine) -> None:
    """Statements for SQLite are compiled once a process, as in the product, for every test's engine.

    A dialect for MariaDB knows which database it is in, and is each engine's own.
    """
    if engine.dialect.name != "sqlite":
        return
    if not _compiled:
        _compiled.append((engine.dialect, engine._compiled_cache))
    engine.dialect, engine._compiled_cache = _compiled[0]
    engine.pool._dialect = engine.dialect


@pytest.fixture(scope="session", autouse=True)
def real_hasher() -> Iterator[PasswordHasher]:
    """What hashes passwords in the product; the tests' own costs a thousandth of its time and memory."""
    real, passwords._hasher = passwords._hasher, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield real
    passwords._hasher = real


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory, redis_server: RedisServer) -> Path:
    """A SQLite file with every migration run, to be copied: running them for each test would take long."""
    folder = tmp_path_factory.mktemp("empty")
    use_worker_number(1)
    app = make_test_app(folder, redis_server.url)
    with app.app_context():
        upgrade()
        _share_compiled(db.engine)
        db.engine.dispose()
    _forget()
    gc.collect()
    gc.freeze()  # The whole application has been imported by now.
    return folder / "data" / "cloudeye.db"


def _forget() -> None:
    """Nothing of one test's process state may reach the next."""
    process_settings.use_settings(None)
    use_redis(None)
    start_context()
    queue.celery_app.cache_clear()
    forget_known_days()
    record.forget_types()
    known.forget()
    result.forget_days()
    setting._near.clear()


@pytest.fixture
def has_faces(request: pytest.FixtureRequest) -> bool:
    """Whether a test asks over HTTP or by commands. One that does not begins 0.15 s sooner."""
    folder = request.path.relative_to(Path(__file__).parent).parts[0]
    return folder not in WITHOUT_FACES or request.node.get_closest_marker("faces") is not None


@pytest.fixture
def app(
    tmp_path: Path,
    empty_database: Path,
    redis_server: RedisServer,
    redis_client: redis.Redis,
    has_faces: bool,
) -> Iterator[Flask]:
    """The application on SQLite and a real Redis, inside an application context."""
    (tmp_path / "data").mkdir()
    shutil.copy(empty_database, tmp_path / "data" / "cloudeye.db")
    yield from _running(make_test_app(tmp_path, redis_server.url, faces=has_faces))


@pytest.fixture(scope="session")
def empty_mariadb(
    tmp_path_factory: pytest.TempPathFactory, redis_server: RedisServer, mariadb_server: MariaDbServer
) -> Iterator[list[str]]:
    """What makes a MariaDB database as every migration left one: statements, for the same reason."""
    use_worker_number(1)
    with mariadb_server.database(MIGRATED) as url:
        app = make_test_app(tmp_path_factory.mktemp("mariadb"), redis_server.url, url)
        with app.app_context():
            upgrade()
            db.engine.dispose()
        _forget()
        yield mariadb_server.description(MIGRATED)


@pytest.fixture
def mariadb_app(
    tmp_path: Path,
    empty_mariadb: list[str],
    mariadb_server: MariaDbServer,
    mariadb_url: str,
    redis_server: RedisServer,
    redis_client: redis.Redis,
    has_faces: bool,
) -> Iterator[Flask]:
    """The application on a real MariaDB."""
    mariadb_server.make("cloudeye_test", empty_mariadb)
    yield from _running(make_test_app(tmp_path, redis_server.url, mariadb_url, faces=has_faces))


def _running(app: Flask) -> Iterator[Flask]:
    use_worker_number(1)
    with app.app_context():
        _share_compiled(db.engine)
        yield app
        db.session.remove()
        db.engine.dispose()
    _forget()


def make_organization(code: str) -> Organization:
    with write() as session:
        organization = Organization(code=code, name=f"{code} Ltd")
        session.add(organization)
    return organization


_hash: list[str] = []


def make_user(organization: Organization, name: str, role: str) -> Actor:
    if not _hash:
        _hash.append(passwords.hash_password(PASSWORD))
    with write() as session:
        user = User(email=f"{name}@example.org", name=name, password_hash=_hash[0])
        session.add(user)
        session.flush()
        session.add(Membership(organization_id=organization.id, user_id=user.id, role=role))
    actor = load_actor(user.id, organization.id, 1, way="session", ip="127.0.0.1")
    assert actor is not None
    return actor


@pytest.fixture
def ours(app: Flask) -> Organization:
    return make_organization("ours")


@pytest.fixture
def owner(ours: Organization) -> Actor:
    return make_user(ours, "owner", "owner")


@pytest.fixture
def teammate(ours: Organization) -> Actor:
    return make_user(ours, "teammate", "operator")


@pytest.fixture
def viewer(ours: Organization) -> Actor:
    return make_user(ours, "viewer", "viewer")


@pytest.fixture
def stranger(app: Flask) -> Actor:
    """The owner of another organization."""
    return make_user(make_organization("theirs"), "stranger", "owner")


@dataclass
class Caller:
    """Speaks to the API as somebody who has logged in with a session."""

    client: FlaskClient
    csrf: str = ""

    def log_in(self, actor: Actor) -> Caller:
        said = self.post("/user/login", {"account": actor.user.email, "password": PASSWORD})
        self.csrf = said["data"]["csrf_token"]
        return self

    def get(self, path: str, status: int = 200) -> dict[str, Any]:
        return self.send("GET", path, None, status)

    def post(self, path: str, body: object = None, status: int | None = None) -> dict[str, Any]:
        return self.send("POST", path, body, status)

    def patch(self, path: str, body: object, status: int | None = None) -> dict[str, Any]:
        return self.send("PATCH", path, body, status)

    def delete(self, path: str, status: int | None = None) -> dict[str, Any]:
        return self.send("DELETE", path, None, status)

    def send(self, method: str, path: str, body: object = None, status: int | None = None) -> dict[str, Any]:
        """The answer's document; without an expected status any success will do."""
        headers = {"X-CSRF-Token": self.csrf} if self.csrf else {}
        answer = self.client.open(API + path, method=method, json=body, headers=headers)
        document: dict[str, Any] = answer.get_json()
        assert answer.status_code == status if status else answer.status_code < 300, document
        return document


@pytest.fixture
def as_owner(app: Flask, owner: Actor) -> Caller:
    return Caller(app.test_client()).log_in(owner)


@pytest.fixture
def as_viewer(app: Flask, viewer: Actor) -> Caller:
    return Caller(app.test_client()).log_in(viewer)


@pytest.fixture
def as_stranger(app: Flask, stranger: Actor) -> Caller:
    return Caller(app.test_client()).log_in(stranger)
