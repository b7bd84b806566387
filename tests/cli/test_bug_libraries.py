"""`flask bug libraries --jsonl` and `flask bug update-data`, as they are typed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner

from app.core import library_data
from tests.engine.bug.libraries.data import advisory, data
from tests.service.tamper.site import WebSite, web_site


@pytest.fixture
def prompt(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the data is kept; nothing is there, and the set-up has brought nothing."""
    path = tmp_path / "bug" / library_data.NAME
    monkeypatch.setattr(library_data, "data_path", lambda: path)
    monkeypatch.setattr(library_data, "SET_UP", tmp_path / "set-up.json")
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.json"
    path.write_bytes(data())
    return path


@pytest.fixture
def upstream() -> Iterator[WebSite]:
    with web_site() as site:
        yield site


def ask(prompt: FlaskCliRunner, file: Path, *lines: str) -> tuple[Result, list[dict[str, Any]]]:
    said = prompt.invoke(
        args=["bug", "libraries", "--jsonl", "--data", str(file)], input="\n".join(lines) + "\n"
    )
    return said, [json.loads(line) for line in said.stdout.splitlines()]


def test_it_answers_in_order_with_ids(prompt: FlaskCliRunner, file: Path) -> None:
    said, answers = ask(
        prompt,
        file,
        '{"id":"b","url":"https://cdn.example/1.4.0/tree.min.js"}',
        '{"id":"a","filename":"rose-1.js"}',
        '{"id":"c","content":"var bush={major:3,minor:14};"}',
    )
    assert [each["id"] for each in answers] == ["b", "a", "c"]
    assert answers[0]["components"][0]["vulnerabilities"][0] == {
        "severity": "medium",
        "cwe": ["CWE-79"],
        "CVE": ["CVE-2024-1"],
        "githubID": "GHSA-1",
        "below": "2.0.0",
        "atOrAbove": "1.2.0",
        "summary": "weakness 1",
        "info": ["https://advisories.example/1"],
    }
    assert answers[1] == {"id": "a", "components": []}
    assert answers[2]["components"] == [
        {"component": "bush", "version": "3.14.0", "detection": "filecontent", "vulnerabilities": []}
    ]
    assert said.exit_code == 0


def test_it_reads_content_of_a_path(prompt: FlaskCliRunner, file: Path, tmp_path: Path) -> None:
    (tmp_path / "x.js").write_bytes(b"\xff/* Bush 2.0 */")
    _, (answer,) = ask(prompt, file, json.dumps({"id": 1, "path": str(tmp_path / "x.js")}))
    assert [each["version"] for each in answer["components"]] == ["2.0"]


def test_it_goes_on_after_a_bad_line(prompt: FlaskCliRunner, file: Path) -> None:
    bad = [
        "nonsense",
        "[]",
        '{"id":3}',
        '{"id":4,"url":5}',
        '{"id":5,"path":"nowhere.js"}',
        '{"id":6,"path":""}',
    ]
    said, answers = ask(prompt, file, *bad, '{"id":7,"filename":"tree-1.js"}')
    assert ["error" in each for each in answers] == [True] * 6 + [False]
    assert [each["id"] for each in answers] == [None, None, 3, 4, 5, 6, 7]
    assert said.exit_code == 1


def test_it_says_when_there_is_no_data(prompt: FlaskCliRunner, kept: Path) -> None:
    said = prompt.invoke(args=["bug", "libraries", "--jsonl"], input="{}\n")
    assert said.exit_code == 1 and "flask bug update-data" in said.output


def test_it_uses_what_was_taken_from_a_file(prompt: FlaskCliRunner, kept: Path, file: Path) -> None:
    assert prompt.invoke(args=["bug", "update-data", "--from", str(file)]).exit_code == 0
    said = prompt.invoke(args=["bug", "libraries", "--jsonl"], input='{"id":1,"filename":"tree-1.4.0.js"}\n')
    assert json.loads(said.stdout)["components"][0]["component"] == "tree"


def test_it_prefers_what_the_operator_took(kept: Path) -> None:
    library_data.SET_UP.write_bytes(b"of the set-up")
    assert library_data.library_data() == b"of the set-up"
    library_data.keep_library_data(b"of the operator")
    assert library_data.library_data() == b"of the operator"


def test_it_takes_data_from_an_address(prompt: FlaskCliRunner, kept: Path, upstream: WebSite) -> None:
    upstream.pages["/data.json"] = data().decode()
    said = prompt.invoke(
        args=["bug", "update-data", "--allow-private", "--from", f"{upstream.base_url}/data.json"]
    )
    assert said.exit_code == 0, said.output
    assert kept.read_bytes() == data()


def test_it_asks_no_private_address_by_itself(prompt: FlaskCliRunner, kept: Path, upstream: WebSite) -> None:
    said = prompt.invoke(args=["bug", "update-data", "--from", f"{upstream.base_url}/data.json"])
    assert said.exit_code == 1 and upstream.asked == [] and not kept.exists()


@pytest.mark.parametrize("bad", [b"", b"<html>404</html>", b"{}", b'{"tree": 1}'])
def test_it_keeps_what_was_there_when_the_new_is_bad(
    prompt: FlaskCliRunner, kept: Path, file: Path, bad: bytes
) -> None:
    library_data.keep_library_data(data())
    file.write_bytes(bad)
    assert prompt.invoke(args=["bug", "update-data", "--from", str(file)]).exit_code == 1
    assert kept.read_bytes() == data()
    assert [each.name for each in kept.parent.iterdir()] == [kept.name]


def test_it_keeps_what_was_there_when_the_address_is_gone(
    prompt: FlaskCliRunner, kept: Path, upstream: WebSite
) -> None:
    library_data.keep_library_data(data())
    said = prompt.invoke(args=["bug", "update-data", "--allow-private", "--from", f"{upstream.base_url}/no"])
    assert said.exit_code == 1 and "404" in said.output
    assert kept.read_bytes() == data()


def test_it_takes_far_less_than_before_only_by_force(prompt: FlaskCliRunner, kept: Path, file: Path) -> None:
    entry = {"extractors": {}, "vulnerabilities": [advisory("1", 9)]}
    rich = data(**{f"moss{number}": entry for number in range(9)})
    library_data.keep_library_data(rich)
    assert prompt.invoke(args=["bug", "update-data", "--from", str(file)]).exit_code == 1
    assert kept.read_bytes() == rich
    assert prompt.invoke(args=["bug", "update-data", "--force", "--from", str(file)]).exit_code == 0
    assert kept.read_bytes() == data()
