"""Templates in a process of their own: `python -m app.engine.notify.template_child`, a job on stdin, an
answer on stdout, both JSON.

What an organization writes is a program, if a small one. So it runs

1. in Jinja's sandbox, without anything but the message's facts;
2. in a process that may connect nowhere, write nothing and start nothing (see `apprise_child.Fence`);
3. within bounds of CPU and memory here and of time in the parent, and with bounds on what it makes.
"""

from __future__ import annotations

import io
import json
import re
import resource
import sys
import traceback
from collections.abc import Mapping
from datetime import datetime
from typing import Any

CPU_SECONDS = 2
MEMORY_BYTES = 384 << 20
MOST_TITLE, MOST_BODY = 300, 20_000
MOST_LOOPS = 10_000
_MARKDOWN = re.compile(r"([\\`*_\[\]<>~|])")
_ADDRESS = re.compile(r"https?://[^\s()<>\[\]\\`]+")


class TooLongError(Exception):
    """A template makes more text than a message may have."""


def in_markdown(value: Any) -> Any:
    """A value as Markdown shows it literally; an address stays one."""
    from markupsafe import Markup

    text = "" if value is None else str(value)
    if isinstance(value, Markup) or _ADDRESS.fullmatch(text):
        return text
    return _MARKDOWN.sub(r"\\\1", text)


def local_time(zone: str) -> Any:
    """The filter `time`: an ISO moment by the clock of the organization, `2026-11-21 16:30`."""
    from zoneinfo import ZoneInfo

    place = ZoneInfo(zone)

    def shown(value: Any, pattern: str = "%Y-%m-%d %H:%M") -> str:
        try:
            return datetime.fromisoformat(str(value)).astimezone(place).strftime(str(pattern)[:100])
        except ValueError:
            return str(value or "")

    return shown


def environment(form: str, zone: str) -> Any:
    """Jinja's sandbox for a format: HTML and Markdown escape what is put in, text does not."""
    from jinja2 import ChainableUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    made = ImmutableSandboxedEnvironment(
        autoescape=form == "html",
        undefined=ChainableUndefined,
        finalize=in_markdown if form == "markdown" else None,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals = {"range": lambda *numbers: range(*numbers)[:MOST_LOOPS]}
    made.filters["time"] = local_time(zone)
    return made


def unknown_name(made: Any, source: str, known: set[str]) -> tuple[str, int] | None:
    """The first name that no message has, with its line."""
    from jinja2 import meta, nodes

    tree = made.parse(source)
    unknown = meta.find_undeclared_variables(tree) - known - made.globals.keys()
    found = [(each.lineno, each.name) for each in tree.find_all(nodes.Name) if each.name in unknown]
    return (min(found)[1], min(found)[0]) if found else None


def render(made: Any, source: str, facts: Mapping[str, Any], most: int) -> str:
    pieces: list[str] = []
    total = 0
    for piece in made.from_string(source).generate(facts):
        total += len(piece)
        if total > most:
            raise TooLongError(f"makes more than {most} characters")
        pieces.append(piece)
    return "".join(pieces).replace("\0", "")


def work(job: Mapping[str, Any]) -> dict[str, Any]:
    """{"title", "body"}, or {"error", "field", "line"} for what cannot be made."""
    facts, made = job["facts"], {}
    for field, most in (("title", MOST_TITLE), ("body", MOST_BODY)):
        # A title is one line of plain text, whatever the body is.
        form = job["format"] if field == "body" else "text"
        try:
            env = environment(form, job["zone"])
            if job.get("is_strict") and (found := unknown_name(env, job[field], set(facts))):
                return {"error": f"{found[0]} is not known here", "field": field, "line": found[1]}
            made[field] = render(env, job[field], facts, most)
        except Exception as error:
            return {**explained(error), "field": field}
    return {"title": " ".join(made["title"].split()), "body": made["body"].strip()}


def explained(error: Exception) -> dict[str, Any]:
    """What is wrong in one sentence, and the template's line."""
    from jinja2.exceptions import SecurityError, TemplateSyntaxError

    if isinstance(error, TemplateSyntaxError):
        return {"error": error.message or "cannot be read", "line": error.lineno}
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == "<template>"]
    line = lines[-1] if lines else None
    if isinstance(error, TooLongError):
        return {"error": str(error), "line": None}
    if isinstance(error, MemoryError):
        return {"error": "takes too much memory", "line": line}
    if isinstance(error, SecurityError):
        return {"error": "does what the sandbox does not permit", "line": line}
    return {"error": str(error)[:300] or type(error).__name__, "line": line}


def bound() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    job = json.load(sys.stdin)
    answer, sys.stdout = sys.stdout, io.StringIO()
    bound()
    import jinja2.sandbox  # noqa: F401  (before the fence, which keeps the rest of this machine shut)

    from app.engine.net.guard import AllowList
    from app.engine.notify.apprise_child import Fence, readable_folders

    sys.addaudithook(Fence(AllowList.nothing(), readable_folders()))
    answer.write(json.dumps(work(job)))


if __name__ == "__main__":
    main()
