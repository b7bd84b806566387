"""The order of requests."""

from __future__ import annotations

import pytest

from app.engine.bug.templates.flow import read_flow
from app.engine.bug.templates.types import RefusedError


@pytest.mark.parametrize(
    ("text", "true", "holds", "ran"),
    [
        ("http(1) && http(2)", "12", True, "12"),
        ("http(1) && http(2)", "2", False, "1"),
        ("http(1) || http(2)", "1", True, "1"),
        ("http(1) || http(2)", "2", True, "12"),
        ("!http(1) && http(2)", "2", True, "12"),
        ("(http(1) || http(2)) && http(3)", "23", True, "123"),
        ("http(1) && (http(2) || http(3));", "13", True, "123"),
        ('http("1")', "1", True, "1"),
        ("http(1) &&\n  http(2)", "12", True, "12"),
        ("http(1); http(2) && http(3);", "1", False, "12"),
        ("http(1);http(2)", "2", True, "12"),
    ],
)
def test_it_runs_what_is_needed(text: str, true: str, holds: bool, ran: str) -> None:
    seen: list[str] = []

    def run(wanted: tuple[str, ...]) -> bool:
        seen.extend(wanted)
        return wanted[0] in true

    assert read_flow(text).holds(run) is holds
    assert "".join(seen) == ran


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http(1) &&",
        "http(1) http(2)",
        "(http(1)",
        "let a = 1; http(1)",
        "dns(1)",
        "!" * 100 + "http(1)",
        "http(1)\nhttp(2)",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(RefusedError, match="flow"):
        read_flow(text)
