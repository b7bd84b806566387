"""An owner on SQLite and on MariaDB."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from app.models import Monitor
from app.service.actor import Actor
from tests.cast import make_organization, make_user
from tests.service.series.scene import make_monitor


@pytest.fixture(params=["sqlite", "mariadb"])
def on_each_database(request: pytest.FixtureRequest) -> Iterator[Flask]:
    yield request.getfixturevalue("app" if request.param == "sqlite" else "mariadb_app")


@pytest.fixture
def us(on_each_database: Flask) -> Actor:
    """The owner of an organization, on each database."""
    return make_user(make_organization("us"), "someone", "owner")


@pytest.fixture
def monitor(us: Actor) -> Monitor:
    return make_monitor(us)
