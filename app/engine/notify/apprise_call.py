"""Sending by an Apprise URL, in the fenced process of `apprise_child`, and judging what came of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.engine.notify.answers import Refusal, refusal_in
from app.engine.notify.message import Message
from app.engine.notify.registry import Door, SendResult, is_permanent

SECONDS = 30.0
CHILD = "app.engine.notify.apprise_child"
ROOT = Path(__file__).resolve().parents[3]
TYPES = {
    "critical": "failure",
    "high": "failure",
    "medium": "warning",
    "warning": "warning",
    "info": "success",
}
_STATUS = re.compile(r"\berror=(\d{3})\b")


def is_known(url: str) -> bool:
    """Whether Apprise can make anything of a URL; true also when it cannot be asked."""
    return bool(ask_child({"url": url, "networks": []}, ca_file=None).get("known", True))


def send_by_apprise(
    url: str, message: Message, door: Door, *, locale: str, secrets: Iterable[str] = ()
) -> SendResult:
    """Send a message's text. `secrets` are values that must not be quoted, besides the URL's own parts."""
    title, body = message.text(locale)
    job = {
        "url": url,
        "title": title,
        "body": body,
        "format": message.format,
        "link": message.url or "",
        "type": TYPES.get(message.severity, "info"),
        "networks": list(door.networks),
        "reached": list(message.reached),
    }
    started = time.monotonic()
    answer = ask_child(job, ca_file=door.ca_file)
    ms = (time.monotonic() - started) * 1000
    reached = dict.fromkeys([*message.reached, *answer["reached"]])
    return replace(judged(answer, url, ms, secrets), reached=tuple(reached))


def judged(answer: dict[str, Any], url: str, ms: float, secrets: Iterable[str] = ()) -> SendResult:
    if refusal := _refused_by_service(answer, url):
        said = without_secrets(refusal.sentence, url, secrets)
        return SendResult(False, not refusal.is_passing, 200, said[:500], ms)
    if answer["ok"]:
        return SendResult(True, ms=ms)
    if not answer.get("known", True):
        return SendResult(False, permanent=True, error="Apprise does not know this URL any more", ms=ms)
    error = f"the service refused it: {words}" if (words := answer.get("answered")) else answer["error"]
    said = without_secrets(error, url, secrets)[:500] or "the service did not take the message"
    if status := _STATUS.search(answer["error"]):
        number = int(status[1])
        numbers = [each for each, _ in answer.get("answers", ()) if each >= 400] or [number]
        # Apprise speaks of the last of several recipients: another of them may have it later.
        return SendResult(False, all(is_permanent(each) for each in numbers), number, said, ms)
    if refused := answer.get("refused"):
        return SendResult(False, permanent=True, error=refused, ms=ms)
    return SendResult(False, error=said, ms=ms)


def _refused_by_service(answer: dict[str, Any], url: str) -> Refusal | None:
    scheme = url.partition("://")[0].lower()
    found = [refusal_in(scheme, body) for status, body in answer.get("answers", ()) if status == 200]
    refusals = [refusal for refusal in found if refusal]
    return next((each for each in refusals if each.is_passing), refusals[0] if refusals else None)


def without_secrets(said: str, url: str, secrets: Iterable[str] = ()) -> str:
    """What Apprise said, less everything in it that stands in the URL: its parts are credentials."""
    parts = {part for part in re.split(r"[/:@?&=#,\s]+", url.partition("://")[2]) if len(part) > 3}
    parts |= {secret for secret in secrets if len(secret) > 3}
    for part in sorted(parts, key=len, reverse=True):
        said = said.replace(part, "…")
    return said


def ask_child(job: dict[str, Any], *, ca_file: str | None) -> dict[str, Any]:
    """Have a job done by `apprise_child`. Its answer, or one that says why there is none.

    In either case `reached` are those who have got the message.
    """
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    if ca_file:
        environment |= {"REQUESTS_CA_BUNDLE": ca_file, "SSL_CERT_FILE": ca_file}
    try:
        done = subprocess.run(
            [sys.executable, "-m", CHILD],
            input=json.dumps(job).encode(),
            capture_output=True,
            timeout=SECONDS,
            cwd=ROOT,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        why = f"the service did not answer within {SECONDS:g} s"
        return {**_read(late.output), "ok": False, "error": why}
    except OSError as error:
        return {"ok": False, "error": f"Apprise could not be started ({error.strerror})", "reached": []}
    why = f"Apprise ended without an answer (status {done.returncode})"
    return {"ok": False, "error": why, **_read(done.stdout)}


def _read(output: bytes | None) -> dict[str, Any]:
    """The lines of a child, as far as it came."""
    reached: list[str] = []
    answer: dict[str, Any] = {}
    for line in (output or b"").splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            break
        if "reached" in said:
            reached.append(said["reached"])
        else:
            answer = said
    return {**answer, "reached": reached}
