"""The commands, as an operator types them."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from app.core.settings import get_settings
from app.service.auth import log_in
from tests.engine.notify.receiver import running_hook


@pytest.fixture
def prompt(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


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
