"""Cases as lines of JSON on standard input, answers as lines on standard output."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import orjson

Answering = Callable[[dict[str, Any]], dict[str, Any]]


def answer_lines(answer: Answering) -> None:
    """Answer each line as it comes. A bad line, for which `answer` raises ValueError, TypeError or OSError,
    gives an error with its id and the next is read; exit status 1 then."""
    is_clean = True
    for line in sys.stdin.buffer:
        if not line.strip():
            continue
        answered = _answered(line, answer)
        is_clean = is_clean and "error" not in answered
        sys.stdout.buffer.write(orjson.dumps(answered) + b"\n")
        sys.stdout.buffer.flush()
    raise SystemExit(0 if is_clean else 1)


def _answered(line: bytes, answer: Answering) -> dict[str, Any]:
    identifier = None
    try:
        case = orjson.loads(line)
        if not isinstance(case, dict):
            raise ValueError("the line: an object is needed")
        identifier = case.get("id")
        return answer(case)
    except orjson.JSONDecodeError as error:
        return {"id": identifier, "error": f"the line is no JSON: {error}"}
    except (OSError, ValueError, TypeError) as error:
        return {"id": identifier, "error": str(error)}
