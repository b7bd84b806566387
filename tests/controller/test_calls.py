"""The address that targets call: what it takes, what it says, and what it passes on."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.models import Monitor
from app.service.actor import Actor
from app.service.monitor.manage import create_monitor
from app.service.passive import taking
from app.service.passive.heartbeat import Call
from app.service.site import create_site
from tests.cast import API, make_organization, make_user


@pytest.fixture
def owner(app: Flask) -> Actor:
    return make_user(make_organization("ours"), "owner", "owner")


@pytest.fixture
def backup(owner: Actor) -> Monitor:
    site = create_site(owner, {"name": "Shop", "base_url": "http://127.0.0.1:9/"})
    return create_monitor(owner, {"site_id": site.id, "type": "heartbeat", "name": "backup", "config": {}})


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Call]:
    """What is handed to the recorder."""
    found: list[Call] = []

    def keep(task: str, queue: str, args: list[Any]) -> None:
        assert (task, queue) == ("record.call", "record")
        found.append(Call(*args))

    monkeypatch.setattr(taking, "send", keep)
    return found


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_a_bare_call_is_a_success(client: FlaskClient, backup: Monitor, calls: list[Call]) -> None:
    answer = client.get(f"{API}/call/{backup.push_token}")
    assert (answer.status_code, answer.json["data"]) == (200, {"taken": "success"})  # type: ignore[index]
    assert (calls[0].token, calls[0].kind) == (backup.push_token, "success")


@pytest.mark.parametrize(
    ("act", "kind", "code"),
    [("start", "start", None), ("fail", "fail", None), ("0", "success", 0), ("3", "fail", 3)],
)
def test_an_act_says_what_happened(
    client: FlaskClient, backup: Monitor, calls: list[Call], act: str, kind: str, code: int | None
) -> None:
    client.post(f"{API}/call/{backup.push_token}/{act}")
    assert (calls[0].kind, calls[0].exit_code) == (kind, code)


def test_the_end_of_the_log_is_kept(client: FlaskClient, backup: Monitor, calls: list[Call]) -> None:
    client.post(f"{API}/call/{backup.push_token}/1", data=b"x" * 20_000 + b"\xff disk full")
    assert calls[0].log.endswith("disk full")
    assert len(calls[0].log) == 10_000


@pytest.mark.parametrize("act", ["256", "-1", "done", "1.5"])
def test_an_act_that_is_none_is_refused(
    client: FlaskClient, backup: Monitor, calls: list[Call], act: str
) -> None:
    assert client.post(f"{API}/call/{backup.push_token}/{act}").status_code == 400
    assert calls == []


def test_an_unknown_token_is_not_found(client: FlaskClient, calls: list[Call]) -> None:
    assert client.get(f"{API}/call/{'x' * 32}").status_code == 404
    assert client.get(f"{API}/call/{'x' * 300}").status_code == 404
    assert calls == []


def test_calls_without_end_are_slowed(client: FlaskClient, backup: Monitor, calls: list[Call]) -> None:
    codes = [client.get(f"{API}/call/{backup.push_token}").status_code for _ in range(125)]
    assert codes.count(429) == 5
