"""`flask bug templates check`, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from app.cli.bug_templates import templates

GOOD = """
id: good
info: {name: Good, severity: low}
http:
  - path: ["{{BaseURL}}/x"]
    matchers: [{type: word, words: [x]}]
"""


@pytest.fixture
def prompt(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "post.yaml").write_text(GOOD.replace("- path", "- method: POST\n    path"))
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "code.yml").write_text(GOOD.replace("http:", "code:"))
    (tmp_path / "notes.txt").write_text("no template")
    return tmp_path


def test_it_says_what_runs_and_what_not(prompt: FlaskCliRunner, folder: Path) -> None:
    result = prompt.invoke(templates, ["check", str(folder)])
    assert result.exit_code == 0
    assert f"runs        {folder}/good.yaml: good, low, 1 requests" in result.output
    assert f"refused     {folder}/post.yaml: a method that may change something (POST)" in result.output
    assert result.output.splitlines()[-1] == "1 run, 2 refused (protocol 1, method 1)"


def test_it_says_so_to_programs(prompt: FlaskCliRunner, folder: Path) -> None:
    lines = prompt.invoke(templates, ["check", str(folder), "--json"]).output.splitlines()
    *files, numbers = map(json.loads, lines)
    assert numbers == {"run": 1, "unreadable": 0, "refused": {"protocol": 1, "method": 1}}
    assert {(each["file"].rpartition("/")[2], each["runs"]) for each in files} == {
        ("good.yaml", True),
        ("post.yaml", False),
        ("code.yml", False),
    }


def test_writing_may_be_permitted(prompt: FlaskCliRunner, folder: Path) -> None:
    result = prompt.invoke(templates, ["check", str(folder / "post.yaml"), "--allow-writes"])
    assert result.output.splitlines()[-1] == "1 run, 0 refused"


def test_payload_files_are_read_from_the_templates_own_folder_only(
    prompt: FlaskCliRunner, folder: Path
) -> None:
    text = GOOD.replace("matchers:", "payloads: {a: FILE}\n    matchers:")
    (folder / "names.txt").write_text("ann\nbob\n")
    (folder / "inside.yaml").write_text(text.replace("FILE", "names.txt"))
    (folder / "deep" / "outside.yaml").write_text(text.replace("FILE", "../names.txt"))
    inside = prompt.invoke(templates, ["check", str(folder / "inside.yaml"), "--allow-writes"])
    outside = prompt.invoke(templates, ["check", str(folder / "deep" / "outside.yaml"), "--allow-writes"])
    assert "1 run" in inside.output
    assert "payload file that is not beside the template (../names.txt)" in outside.output


def test_a_file_that_cannot_be_read_is_told_by_the_exit_status(
    prompt: FlaskCliRunner, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Path, *_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", fail)
    result = prompt.invoke(templates, ["check", str(folder / "good.yaml")])
    assert result.exit_code == 1
    assert "Permission denied" in result.output


def test_variables_may_be_given(prompt: FlaskCliRunner, folder: Path) -> None:
    (folder / "named.yaml").write_text(GOOD.replace("/x", "/{{username}}"))
    named = str(folder / "named.yaml")
    assert "a variable that nobody gives (username)" in prompt.invoke(templates, ["check", named]).output
    assert "1 run" in prompt.invoke(templates, ["check", named, "--var", "username=ann"]).output
