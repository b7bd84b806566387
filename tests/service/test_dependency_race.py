"""Two changes at the same moment never close a circle of dependencies between them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import pytest
from flask import Flask

from app.core.errors import InvalidError
from app.models import base
from app.service.actor import Actor
from app.service.monitor.manage import change_monitor, create_monitor
from app.service.site import create_site
from tests.cast import make_organization, make_user

ROUNDS = 8
URL = "http://127.0.0.1:9/"


@pytest.fixture(params=["sqlite", "mariadb"])
def on_each_database(request: pytest.FixtureRequest) -> Iterator[Flask]:
    yield request.getfixturevalue("app" if request.param == "sqlite" else "mariadb_app")


@pytest.fixture(autouse=True)
def as_if_in_processes_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two web processes share no lock but the database's."""
    monkeypatch.setattr(base, "_write_lock", contextlib.nullcontext())


def _add(us: Actor, site_id: int, name: str) -> int:
    given = {"site_id": site_id, "type": "http", "name": name, "config": {"url": URL}}
    return int(create_monitor(us, given).id)


def test_one_half_of_a_circle_is_refused(on_each_database: Flask) -> None:
    us = make_user(make_organization("ours"), "owner", "owner")
    site = create_site(us, {"name": "Shop", "base_url": URL})
    for number in range(ROUNDS):
        one, other = _add(us, site.id, f"a{number}"), _add(us, site.id, f"b{number}")
        together = threading.Barrier(2)
        said: list[str] = []

        def change(child: int, parent: int, together: threading.Barrier, said: list[str]) -> None:
            with on_each_database.app_context():
                together.wait(10)
                try:
                    change_monitor(us, child, {"dependencies": [parent]})
                    said.append("made")
                except InvalidError:
                    said.append("refused")

        threads = [
            threading.Thread(target=change, args=(child, parent, together, said))
            for child, parent in ((one, other), (other, one))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(said) == ["made", "refused"]
