"""`flask bug headers`: the MDN HTTP Observatory's tests over what others retrieved. Needs no database."""

from __future__ import annotations

import sys
from typing import Any

import click
import orjson

from app.engine.bug.observatory import UngradableError, grade
from app.engine.bug.observatory.exchange import CaseError, document_of, seen_of


@click.command("headers")
@click.option(
    "--jsonl", "as_lines", is_flag=True, required=True, help="One case a line in, one grade a line out."
)
def headers(as_lines: bool) -> None:
    """Grade response headers from standard input. A bad line gives an error and the next is read; exit
    status 1 then."""
    is_clean = True
    for line in sys.stdin.buffer:
        if not line.strip():
            continue
        answer = _graded(line)
        is_clean = is_clean and "error" not in answer
        sys.stdout.buffer.write(orjson.dumps(answer) + b"\n")
        sys.stdout.buffer.flush()
    raise SystemExit(0 if is_clean else 1)


def _graded(line: bytes) -> dict[str, Any]:
    identifier = None
    try:
        case = orjson.loads(line)
        if not isinstance(case, dict):
            raise CaseError("the line: an object is needed")
        identifier = case.get("id")
        return {"id": identifier, **document_of(grade(seen_of(case)))}
    except orjson.JSONDecodeError as error:
        return {"id": identifier, "error": f"the line is no JSON: {error}"}
    except (CaseError, UngradableError) as error:
        return {"id": identifier, "error": str(error)}
