"""`flask bug headers`: the MDN HTTP Observatory's tests over what others retrieved. Needs no database."""

from __future__ import annotations

from typing import Any

import click

from app.cli.lines import answer_lines
from app.engine.bug.observatory import grade
from app.engine.bug.observatory.exchange import document_of, seen_of


@click.command("headers")
@click.option(
    "--jsonl", "as_lines", is_flag=True, required=True, help="One case a line in, one grade a line out."
)
def headers(as_lines: bool) -> None:
    """Grade response headers from standard input. A bad line gives an error and the next is read; exit
    status 1 then."""
    answer_lines(_graded)


def _graded(case: dict[str, Any]) -> dict[str, Any]:
    return {"id": case.get("id"), **document_of(grade(seen_of(case)))}
