"""A scene on SQLite, and one on each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from app.service.actor import Actor
from app.service.maintenance import active
from tests.cast import make_organization, make_user
from tests.service.alerting.scene import Scene


@pytest.fixture(autouse=True)
def _no_planned_work() -> Iterator[None]:
    active.forget()
    yield
    active.forget()


@pytest.fixture
def scene(app: Flask, owner: Actor) -> Scene:
    return Scene(owner)


@pytest.fixture(params=["sqlite", "mariadb"])
def each_scene(request: pytest.FixtureRequest) -> Scene:
    request.getfixturevalue("app" if request.param == "sqlite" else "mariadb_app")
    return Scene(make_user(make_organization("ours"), "owner", "owner"))
