"""`flask usability types` and `flask usability check`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from app.engine.usability.registry import all_types
from tests.engine.usability.zones import ZoneServer

ZONE = {("site.test", "TXT"): ["hello"]}


@pytest.fixture
def prompt(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def test_types_lists_every_type(prompt: FlaskCliRunner) -> None:
    said = prompt.invoke(args=["usability", "types"])
    assert said.exit_code == 0
    assert [line.split()[0] for line in said.output.splitlines()] == [each.name for each in all_types()]


@pytest.mark.parametrize(("locale", "title"), [("en", "Record type"), ("zh", "记录类型")])
def test_types_tells_all_about_one(prompt: FlaskCliRunner, locale: str, title: str) -> None:
    said = prompt.invoke(args=["usability", "types", "dns", "--locale", locale])
    assert said.exit_code == 0
    assert "record_type (A | AAAA | CNAME" in said.output
    assert title in said.output


def test_types_speaks_json(prompt: FlaskCliRunner) -> None:
    said = prompt.invoke(args=["usability", "types", "snmp", "--json"])
    (document,) = json.loads(said.output)
    fields = {each["name"]: each for each in document["fields"]}
    assert (document["type"], fields["host"]["required"], fields["port"]["default"]) == ("snmp", True, 161)
    assert fields["port"]["value"] == "number 1–65535"
    assert fields["auth_password"]["secret"] is True


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_types_writes_a_page_about_all(prompt: FlaskCliRunner, locale: str) -> None:
    said = prompt.invoke(args=["usability", "types", "--markdown", "--locale", locale])
    assert said.output.count("\n## ") + said.output.startswith("## ") == len(all_types())
    rows = [line for line in said.output.splitlines() if line.startswith("| `")]
    assert len(rows) == sum(len(each.schema()["properties"]) for each in all_types())
    assert all(line.replace("\\|", "").count("|") == 5 for line in rows)


def test_an_unknown_type_is_a_wrong_use(prompt: FlaskCliRunner) -> None:
    assert prompt.invoke(args=["usability", "types", "telepathy"]).exit_code == 2
    said = prompt.invoke(args=["usability", "check", "telepathy"])
    assert (said.exit_code, "telepathy" in said.output) == (2, True)


def test_check_makes_a_check_of_any_type(prompt: FlaskCliRunner) -> None:
    with ZoneServer(ZONE) as server:
        config = {"name": "site.test", "record_type": "TXT", "resolvers": [server.address]}
        words = ["usability", "check", "dns", "--config", json.dumps(config), "--allow-private"]
        said = prompt.invoke(args=words)
        document = json.loads(prompt.invoke(args=[*words, "--json"]).output)
    assert said.exit_code == 0
    assert said.output.startswith("up\n") and "Answer: hello" in said.output
    assert (document["type"], document["up"], document["facts"]["answers"]) == ("dns", True, ["hello"])
    assert document["told"]["Answer"] == "hello"


def test_check_says_why_it_is_not_up(prompt: FlaskCliRunner) -> None:
    with ZoneServer(ZONE) as server:
        config = json.dumps({"name": "other.test", "resolvers": [server.address]})
        said = prompt.invoke(args=["usability", "check", "dns", "--config", config, "--allow-private"])
        refused = prompt.invoke(args=["usability", "check", "dns", "--config", config])
    assert (said.exit_code, "The name other.test does not exist." in said.output) == (1, True)
    assert (refused.exit_code, "127.0.0.1" in refused.output) == (1, True)


def test_check_reads_the_configuration_from_where_it_is_told(prompt: FlaskCliRunner, tmp_path: Path) -> None:
    with ZoneServer(ZONE) as server:
        text = json.dumps({"name": "site.test", "record_type": "TXT", "resolvers": [server.address]})
        (tmp_path / "dns.json").write_text(text)
        words = ["usability", "check", "dns", "--allow-private", "--config"]
        from_file = prompt.invoke(args=[*words, f"@{tmp_path / 'dns.json'}"])
        from_input = prompt.invoke(args=[*words, "-"], input=text)
    assert (from_file.exit_code, from_input.exit_code) == (0, 0)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["dns", "--config", "{"], "--config"),
        (["dns", "--config", "[]"], "object"),
        (["dns", "--config", "@/nonexistent"], "nonexistent"),
        (["dns"], "name"),
        (["dns", "--config", '{"name": "a.test", "record_type": "ANY"}'], "record_type"),
        (["group"], "nothing to check"),
    ],
)
def test_check_says_what_is_wrong(prompt: FlaskCliRunner, words: list[str], said: str) -> None:
    found = prompt.invoke(args=["usability", "check", *words])
    assert (found.exit_code, said in found.output) == (2, True)
