"""The commands, as an operator types them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskCliRunner
from redis import ConnectionError as RedisConnectionError
from sqlalchemy.exc import IntegrityError, StatementError

from app.cli.plainly import say_plainly
from app.core.settings import get_settings
from app.core.snowflake import NoWorkerNumberError
from app.models import db
from app.service.auth import log_in
from tests.cast import make_test_app
from tests.engine.notify.receiver import running_hook
from tests.servers import RedisServer


@pytest.fixture
def prompt(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture
def unprepared(tmp_path: Path, redis_server: RedisServer) -> Iterator[Flask]:
    """An installation whose migrations were never run."""
    app = make_test_app(tmp_path, redis_server.url)
    yield app
    with app.app_context():
        db.engine.dispose()


def test_create_admin_makes_an_owner_who_can_log_in(prompt: FlaskCliRunner) -> None:
    said = prompt.invoke(args=["create-admin", "--email", "new@example.org"])
    assert said.exit_code == 0
    assert log_in("new@example.org", said.output.split()[-1], ip="127.0.0.1").role == "owner"


def test_create_admin_says_what_will_not_do(prompt: FlaskCliRunner) -> None:
    said = prompt.invoke(args=["create-admin", "--email", "nonsense"])
    assert said.exit_code == 1 and "email: is not an e-mail address" in said.output


def test_probe_tells_what_it_measured_as_one_document(prompt: FlaskCliRunner) -> None:
    with running_hook() as hook:
        said = prompt.invoke(args=["usability", "probe", hook.url, "--json", "--allow-private"])
    document = json.loads(said.output)
    assert said.exit_code == 0 and document["up"] and document["http"]["status"] == 200
    assert set(document["phases"]) == {"dns_ms", "connect_ms", "tls_ms", "first_byte_ms", "transfer_ms"}


def test_probe_refuses_private_addresses_unless_told(prompt: FlaskCliRunner) -> None:
    said = prompt.invoke(args=["usability", "probe", "http://127.0.0.1:9/", "--json"])
    assert said.exit_code == 1 and json.loads(said.output)["reason"] == "address_refused"


def test_probe_names_what_is_wrong_with_its_argument(prompt: FlaskCliRunner) -> None:
    said = prompt.invoke(args=["usability", "probe", "nonsense"])
    assert said.exit_code == 2 and "url" in said.output


def test_doctor_says_what_to_do(prompt: FlaskCliRunner) -> None:
    get_settings().DATA_DIR.mkdir(exist_ok=True)
    said = prompt.invoke(args=["doctor"])
    assert said.exit_code == 1  # No scheduler, worker or recorder runs in a test.
    assert "✓ database: ok" in said.output and "✓ migrations: all run" in said.output
    assert "✗ recorder: no heartbeat\n    → Start it:" in said.output
    assert "✗ tamper: no heartbeat" in said.output and "✓ browser: not needed" in said.output


def test_a_setting_can_be_changed_at_the_prompt(prompt: FlaskCliRunner) -> None:
    assert prompt.invoke(args=["setting", "set", "result_days", "60"]).exit_code == 0
    assert "result_days = 60" in prompt.invoke(args=["setting", "list"]).output


@pytest.mark.parametrize(
    "words", ["account activate you@example.org", "sites export no.csv", "location list", "audit verify"]
)
def test_a_database_that_was_never_prepared_is_told_in_a_sentence(unprepared: Flask, words: str) -> None:
    said = unprepared.test_cli_runner().invoke(args=words.split())
    assert said.exit_code == 1 and isinstance(said.exception, SystemExit)
    assert "no such table" in said.output and "`flask doctor` says what to do" in said.output


def test_an_empty_database_is_not_backed_up(unprepared: Flask, tmp_path: Path) -> None:
    said = unprepared.test_cli_runner().invoke(args=["backup", "create", str(tmp_path / "b.tgz")])
    assert said.exit_code == 1 and "nothing in this database to back up" in said.output
    assert not (tmp_path / "b.tgz").exists()


GONE, NUMBERLESS = RedisConnectionError("no such file"), NoWorkerNumberError("no such file")


@pytest.mark.parametrize("error", [GONE, NUMBERLESS, StatementError("", "INSERT", {}, NUMBERLESS)])
def test_a_redis_that_is_away_is_told_in_a_sentence(error: Exception) -> None:
    @click.command()
    def command() -> None:
        raise error

    say_plainly(command)
    say_plainly(command)  # For each application that takes it.
    said = CliRunner().invoke(command)
    assert said.exit_code == 1
    assert said.output == "Error: Redis cannot be used (no such file); `flask doctor` says what to do\n"


def test_a_fault_of_ours_is_not_hidden() -> None:
    @click.command()
    def command() -> None:
        raise IntegrityError("INSERT", {}, ValueError("a clash"))

    say_plainly(command)
    assert isinstance(CliRunner().invoke(command).exception, IntegrityError)
