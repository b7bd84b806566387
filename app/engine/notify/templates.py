"""An organization's own words for a message, made in the process of `template_child`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from app.engine.notify.apprise_call import ROOT
from app.engine.notify.facts import facts_of
from app.engine.notify.message import Message

SECONDS = 5.0
CHILD = "app.engine.notify.template_child"
FORMATS = ("text", "markdown", "html")
MOST_TITLE_SOURCE, MOST_BODY_SOURCE = 1_000, 20_000
_CPU_LIMIT = (-9, -24)
"""How a process ends that used its CPU up: by SIGKILL or SIGXCPU."""


@dataclass(frozen=True, slots=True)
class Words:
    """A template: the title's source, the body's, and how the body is written."""

    title: str
    body: str
    format: str = "text"


class TemplateError(Exception):
    """A template cannot be rendered. `field` is title or body, `line` counts from 1 where it is known."""

    def __init__(self, why: str, field: str = "body", line: int | None = None) -> None:
        super().__init__(f"line {line}: {why}" if line else why)
        self.field, self.line = field, line


def render_words(
    words: Words, message: Message, *, locale: str, zone: str = "UTC", is_strict: bool = False
) -> dict[str, str]:
    """{"title", "body", "format"} for `Message.words`; blocking, a few seconds at most. Raises TemplateError.

    An empty title is CloudEye's own; an empty body is an error, since most services refuse it. `is_strict`
    refuses names that no message has.
    """
    facts = facts_of(message, locale)
    answer = _ask(
        {
            "title": words.title,
            "body": words.body,
            "format": words.format,
            "facts": facts,
            "zone": zone,
            "is_strict": is_strict,
        }
    )
    if "error" in answer:
        raise TemplateError(answer["error"], answer.get("field") or "body", answer.get("line"))
    if not answer["body"]:
        raise TemplateError("makes an empty text")
    return {"title": answer["title"] or facts["title"], "body": answer["body"], "format": words.format}


def _ask(job: dict[str, Any]) -> dict[str, Any]:
    try:
        done = subprocess.run(
            [sys.executable, "-m", CHILD],
            input=json.dumps(job).encode(),
            capture_output=True,
            timeout=SECONDS,
            cwd=ROOT,
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
            check=False,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired as error:
        raise TemplateError("takes too long") from error
    except ValueError as error:
        why = "takes too long" if done.returncode in _CPU_LIMIT else "takes too much memory"
        raise TemplateError(why) from error
    except OSError as error:
        raise TemplateError("cannot be tried now") from error
    return answer
