"""`flask backup` and `flask doctor --json`, as an operator types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import redis
from flask import Flask
from flask.testing import FlaskCliRunner

from app.core.settings import get_settings
from app.service.actor import Actor
from app.service.health.beat import beat
from app.service.site import create_site, list_sites
from tests.cast import make_organization

PASSPHRASE = "horse battery staple"


@pytest.fixture
def prompt(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture
def word(tmp_path: Path) -> str:
    path = tmp_path / "passphrase"
    path.write_text(f"{PASSPHRASE}\n")
    return str(path)


def test_it_is_made_checked_and_brought_back(
    prompt: FlaskCliRunner, owner: Actor, tmp_path: Path, word: str
) -> None:
    create_site(owner, {"name": "Shop", "base_url": "http://127.0.0.1:9/"})
    path = str(tmp_path / "b.ce")
    made = prompt.invoke(args=["backup", "create", path, "--passphrase-file", word, "--json"])
    assert made.exit_code == 0, made.output
    assert json.loads(made.output)["has_keys"] is True
    checked = prompt.invoke(args=["backup", "verify", path, "--passphrase-file", word])
    assert checked.exit_code == 0 and "is whole" in checked.output
    make_organization("later")
    restored = prompt.invoke(args=["backup", "restore", path, "--replace", "--passphrase-file", word])
    assert restored.exit_code == 0, restored.output
    assert [site.name for site in list_sites(owner).items] == ["Shop"]


def test_it_asks_for_a_passphrase_where_one_is_needed(
    prompt: FlaskCliRunner, owner: Actor, tmp_path: Path
) -> None:
    path = str(tmp_path / "b.ce")
    twice = f"{PASSPHRASE}\n{PASSPHRASE}\n"
    assert prompt.invoke(args=["backup", "create", path, "--seal"], input=twice).exit_code == 0
    said = prompt.invoke(args=["backup", "verify", path], input=f"{PASSPHRASE}\n")
    assert said.exit_code == 0 and "Passphrase" in said.output and PASSPHRASE not in said.output


def test_it_says_where_the_keys_are(prompt: FlaskCliRunner, owner: Actor, tmp_path: Path) -> None:
    said = prompt.invoke(args=["backup", "create", str(tmp_path / "a.tgz")])
    assert "The keys are not in it" in said.output
    said = prompt.invoke(args=["backup", "create", str(tmp_path / "b.tgz"), "--keys"])
    assert "whoever has the file has every secret" in said.output


def test_it_shows_what_it_says_of_itself(prompt: FlaskCliRunner, owner: Actor, tmp_path: Path) -> None:
    path = str(tmp_path / "b.tgz")
    prompt.invoke(args=["backup", "create", path, "--keys"])
    shown = json.loads(prompt.invoke(args=["backup", "show", path]).output)
    assert shown["database"] == "sqlite" and "site" in shown["tables"] and "keys" not in shown
    keys = json.loads(prompt.invoke(args=["backup", "show", path, "--keys"]).output)["keys"]
    assert keys["CLOUDEYE_ENCRYPTION_KEY"] == get_settings().ENCRYPTION_KEY


def test_it_is_not_brought_back_while_cloudeye_runs(
    prompt: FlaskCliRunner, owner: Actor, tmp_path: Path, redis_client: redis.Redis
) -> None:
    path = str(tmp_path / "b.tgz")
    prompt.invoke(args=["backup", "create", path, "--keys"])
    beat("recorder")
    said = prompt.invoke(args=["backup", "restore", path, "--replace"])
    assert said.exit_code == 1 and "CloudEye runs (recorder)" in said.output


@pytest.mark.parametrize("command", ["verify", "show", "restore"])
def test_what_is_no_backup_is_told_in_a_sentence(
    prompt: FlaskCliRunner, tmp_path: Path, command: str
) -> None:
    path = tmp_path / "b.tgz"
    path.write_bytes(b"nonsense")
    said = prompt.invoke(args=["backup", command, str(path)])
    assert said.exit_code == 1 and "is no back-up" in said.output
    missing = prompt.invoke(args=["backup", command, str(tmp_path / "missing")])
    assert missing.exit_code == 1 and "cannot be read" in missing.output


def test_the_doctor_speaks_json(prompt: FlaskCliRunner) -> None:
    said = prompt.invoke(args=["doctor", "--json"])
    document = json.loads(said.output)
    looks = {each["name"]: each for each in document["looks"]}
    assert said.exit_code == 1 and document["ok"] is False
    assert looks["database"]["ok"] and not looks["recorder"]["ok"] and looks["recorder"]["advice"]


def test_a_place_or_passphrase_that_cannot_be_is_told_in_a_sentence(
    prompt: FlaskCliRunner, owner: Actor, tmp_path: Path
) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    for words, told in (
        ([str(binary / "b.tgz")], "cannot be written"),
        ([str(tmp_path / "b.ce"), "--passphrase-file", str(binary)], "holds no passphrase"),
    ):
        said = prompt.invoke(args=["backup", "create", *words])
        assert said.exit_code == 1 and told in said.output
