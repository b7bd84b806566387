"""Score, grade, and the command that gives them."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from app.cli.bug_headers import headers
from app.engine.bug.observatory import TESTS, Answer, UngradableError, grade
from app.engine.bug.observatory.score import grade_of, score_of
from tests.engine.bug.observatory.sights import GOOD, HTML, seen

CASE = {
    "id": "h1",
    "site": "www.site.example",
    "auto": "https",
    "http": {"status": 301, "verified": True, "headers": [["Location", "https://www.site.example/"]]},
    "https": {"status": 200, "verified": True, "headers": [["Content-Type", "text/html"]]},
    "cors": {"origin": "https://elsewhere.example", "status": 200, "headers": []},
    "http_redirects": [["http://www.site.example/", 301], ["https://www.site.example/", 200]],
    "https_redirects": [["https://www.site.example/", 200]],
    "set_cookie": ["sid=1; Secure"],
    "body": "<html></html>",
    "hsts_preload": {"preloaded.example": {"includeSubDomains": True, "mode": "force-https"}},
}


def test_a_bare_site_loses_what_its_headers_are_worth() -> None:
    graded = grade(seen())
    assert (graded.score, graded.grade) == (30, "D")
    assert len(graded.tests) == len(TESTS) == 12


def test_bonuses_come_on_top_from_ninety_on() -> None:
    graded = grade(seen(kind=GOOD))
    assert (graded.score, graded.grade) == (120, "A+")
    assert all(test.passed for test in graded.tests.values())


def test_bonuses_do_not_count_below_ninety() -> None:
    assert score_of(["hsts-not-implemented", "corp-implemented-with-same-origin"]) == 80
    assert score_of(["x-content-type-options-not-implemented", "corp-implemented-with-same-origin"]) == 105


def test_a_score_is_never_below_nothing() -> None:
    assert score_of(["cookies-session-without-secure-flag"] * 4) == 0


@pytest.mark.parametrize(
    ("score", "letter"),
    [
        (130, "A+"),
        (100, "A+"),
        (99, "A"),
        (89, "A-"),
        (79, "B"),
        (64, "C+"),
        (46, "C-"),
        (25, "D-"),
        (24, "F"),
        (0, "F"),
    ],
)
def test_the_grade_goes_by_steps_of_five(score: int, letter: str) -> None:
    assert grade_of(score) == letter


@pytest.mark.parametrize("status", [199, 400, 404, 500])
def test_other_answers_than_pages_are_not_graded(status: int) -> None:
    with pytest.raises(UngradableError):
        grade(seen(https=Answer(status, HTML)))


@pytest.mark.parametrize("status", [204, 302, 401, 403])
def test_refusals_and_redirects_are_graded(status: int) -> None:
    assert grade(seen(https=Answer(status, HTML))).grade


def test_the_command_answers_a_line_with_a_line() -> None:
    answers, exit_code = _run(CASE)
    assert exit_code == 0
    (answer,) = answers
    assert (answer["id"], answer["score"], answer["grade"]) == ("h1", 30, "D")
    assert answer["tests"]["content-security-policy"] == {
        "result": "csp-not-implemented",
        "pass": False,
        "modifier": -25,
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"auto": None},
        {"auto": "http", "http": None},
        {"https": {"status": 503, "headers": []}},
        {"site": 7},
        {"site": None},
        {"https": {"headers": []}},
        {"http_redirects": [7]},
        {"set_cookie": "a=1"},
        {"cors": []},
        {"hsts_preload": {"a.example": None}},
    ],
)
def test_a_bad_line_is_told_and_the_next_one_read(changes: dict[str, Any]) -> None:
    answers, exit_code = _run({**CASE, **changes}, CASE)
    assert exit_code == 1
    assert answers[0]["id"] == "h1"
    assert answers[0]["error"]
    assert answers[1]["score"] == 30


def test_a_line_that_is_no_json_is_told() -> None:
    run = CliRunner().invoke(headers, ["--jsonl"], input=b"{nonsense\n[]\n")
    assert run.exit_code == 1
    assert [list(orjson.loads(line)) for line in run.output.splitlines()] == [["id", "error"]] * 2


def _run(*cases: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
    run = CliRunner().invoke(headers, ["--jsonl"], input=b"\n".join(map(orjson.dumps, cases)))
    return [orjson.loads(line) for line in run.output.splitlines()], run.exit_code
