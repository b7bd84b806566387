"""The tests of the MDN HTTP Observatory, version 1.6: twelve results, a score and a grade.

Each test is a file with `NAME` and `judge(seen) -> result`, pure; `score` says what results are worth.
See https://developer.mozilla.org/en-US/observatory/docs/tests_and_scoring.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.engine.bug.observatory import (
    coep,
    cookies,
    coop,
    corp,
    cors,
    csp,
    hsts,
    redirection,
    referrer_policy,
    sri,
    x_content_type_options,
    x_frame_options,
)
from app.engine.bug.observatory.score import MODIFIERS, grade_of, is_passed, score_of
from app.engine.bug.observatory.seen import Answer, Preload, Seen

__all__ = ["Answer", "Graded", "Preload", "Seen", "TestResult", "UngradableError", "grade"]

TESTS = (
    csp,
    cookies,
    cors,
    redirection,
    referrer_policy,
    hsts,
    sri,
    x_content_type_options,
    x_frame_options,
    corp,
    coop,
    coep,
)


class UngradableError(ValueError):
    """There is no answer to judge, or its status says that it is not the site's page."""


@dataclass(frozen=True, slots=True)
class TestResult:
    """`result` is the Observatory's own name for what was found, `modifier` its points."""

    # Not a class of tests for the test runner.
    __test__ = False

    result: str
    passed: bool
    modifier: int


@dataclass(frozen=True, slots=True)
class Graded:
    """`score` is 0 or more (over 100 with bonuses), `tests` are by their names."""

    score: int
    grade: str
    tests: Mapping[str, TestResult]


def grade(seen: Seen) -> Graded:
    """Raises UngradableError."""
    answer = {"http": seen.http, "https": seen.https}.get(seen.scheme)
    if answer is None:
        raise UngradableError("The site gave no answer that could be graded.")
    if not 200 <= answer.status < 400 and answer.status not in (401, 403):
        raise UngradableError(f"An answer with status {answer.status} cannot be graded.")
    results = {test.NAME: test.judge(seen) for test in TESTS}
    score = score_of(results.values())
    tests = {name: TestResult(each, is_passed(each), MODIFIERS[each]) for name, each in results.items()}
    return Graded(score, grade_of(score), tests)
