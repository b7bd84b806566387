"""`flask bug headers --jsonl`, as it is typed."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner


@pytest.fixture
def prompt(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def test_it_grades_line_by_line(prompt: FlaskCliRunner) -> None:
    answer = {"status": 200, "headers": [["Strict-Transport-Security", "max-age=63072000"]]}
    case = {"id": "a", "site": "shop.example", "auto": "https", "https": answer}
    result = prompt.invoke(args=["bug", "headers", "--jsonl"], input=json.dumps(case) + "\n")
    graded = json.loads(result.output)
    assert (result.exit_code, graded["id"]) == (0, "a")
    assert graded["tests"]["strict-transport-security"]["pass"] is True


def test_a_bad_line_is_an_error_and_the_next_is_read(prompt: FlaskCliRunner) -> None:
    result = prompt.invoke(args=["bug", "headers", "--jsonl"], input='no json\n[]\n{"id": "b"}\n')
    answers = [json.loads(line) for line in result.output.splitlines()]
    assert result.exit_code == 1
    assert [(each["id"], "error" in each) for each in answers] == [(None, True), (None, True), ("b", True)]
