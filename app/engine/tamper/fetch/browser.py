"""A page as a real Chromium shows it: its tree after the scripts have run, its picture, what it asked for.

Each shot is one process tree of its own (see `browser_child`), which is ended with everything below it when
it is done, or when its time, its memory or its output is over. For a queue of its own: a shot takes seconds
and hundreds of megabytes.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import IO, Any

from app.engine.net.guard import AllowList
from app.engine.net.target import TargetError, parse_target
from app.engine.tamper.fetch.processes import descendants, kill_tree, memory_of
from app.engine.tamper.fetch.views import VIEWS
from app.engine.tamper.fetch.want import MAX_BODY
from app.engine.tamper.types import PLAIN, Observation, Redirect

ROOT = Path(__file__).resolve().parents[4]
_MAX_OUTPUT = 40_000_000
_LOOK_SECONDS = 0.15
_CHUNK = 1 << 20
_PHONE = (412, 915)
_MAX_WIDTH, _MAX_HEIGHT = 1280, 2000


@dataclass(frozen=True, slots=True)
class BrowseWant:
    """`width` × `height` is the window (0: as fits the view), `memory_mb` is for the whole browser.

    `trusts_any` looks at a page whatever its certificate; Chromium knows public authorities only.
    """

    url: str
    allow: tuple[str, ...] = ()
    view: str = PLAIN
    width: int = 0
    height: int = 0
    timeout_seconds: float = 45
    memory_mb: int = 1500
    dns_servers: tuple[str, ...] = ()
    trusts_any: bool = False


@dataclass(frozen=True, slots=True)
class Browsed:
    """`error` is what went wrong with the browser or the page, a key of `errors.ERRORS`.

    The observation has an error too when there is no body. Without one, an error here says that the page
    was looked at before it had come to rest. The observation's body is the page's tree, always in UTF-8.
    """

    observation: Observation
    screenshot_png: bytes | None = None
    error: str | None = None


@dataclass
class _Told:
    """What the child has told so far."""

    hops: list[dict[str, Any]] = field(default_factory=list)
    headers: list[list[str]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    page: dict[str, Any] | None = None
    png: bytes | None = None
    end: dict[str, Any] | None = None

    def take(self, line: bytes) -> None:
        """Raises ValueError, KeyError or TypeError for a line that the child cannot have meant."""
        message = json.loads(line)
        match message["type"]:
            case "hop":
                self.hops.append(message)
                self.headers = message["headers"]
            case "headers":
                self.headers = message["headers"]
            case "request":
                self.requests.append(message["url"])
            case "page":
                self.page = message
            case "picture":
                self.png = base64.b64decode(message["png"], validate=True)
            case "end":
                self.end = message


def browse(want: BrowseWant, *, chromium: str | None, now: Callable[[], float]) -> Browsed:
    """Show one page. `chromium` is the browser's path (`find_chromium`), `now` the wall clock.

    Waits at most `timeout_seconds` and a few more for the end. Raises ValueError for an unknown view or an
    unreadable network; whatever a page does ends as a result with an `error`.
    """
    if want.view not in VIEWS:
        raise ValueError(f"{want.view!r} is no view; there are {', '.join(VIEWS)}")
    AllowList.of(want.allow)
    told = _Told()
    error = "browser_missing" if chromium is None else None
    try:
        url = parse_target(want.url).url
    except TargetError:
        error = "url_invalid"
    if error is None and chromium is not None:
        with tempfile.TemporaryDirectory(prefix="ce-shot-", ignore_cleanup_errors=True) as folder:
            error = _run(want, _job(want, url, chromium), told, folder)
    return _browsed(want, told, error, int(now()))


def _job(want: BrowseWant, url: str, chromium: str) -> dict[str, Any]:
    view = VIEWS[want.view]
    is_mobile = "Mobile" in view.user_agent
    width, height = _PHONE if is_mobile else (1280, 800)
    return {
        "url": url,
        "chromium": chromium,
        "allow": list(want.allow),
        "dns_servers": list(want.dns_servers),
        "user_agent": view.user_agent,
        "referer": view.headers.get("Referer", ""),
        "is_mobile": is_mobile,
        "width": min(want.width or width, _MAX_WIDTH),
        "height": min(want.height or height, _MAX_HEIGHT),
        "seconds": want.timeout_seconds,
        "trusts_any": want.trusts_any,
    }


def _run(want: BrowseWant, job: dict[str, Any], told: _Told, folder: str) -> str | None:
    """Have the child do the job; the error's key."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": folder,
        "TMPDIR": folder,
    }
    try:
        child = subprocess.Popen(
            [sys.executable, "-m", "app.engine.tamper.fetch.browser_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env=environment,
            start_new_session=True,
        )
    except OSError:
        return "browser_failed"
    try:
        return _attended(child, want, job, told)
    finally:
        kill_tree(child.pid)
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()


def _attended(
    child: subprocess.Popen[bytes], want: BrowseWant, job: dict[str, Any], told: _Told
) -> str | None:
    """Read what the child tells until its end, watching time, memory and output."""
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(json.dumps(job).encode())
        child.stdin.close()
    except BrokenPipeError:
        return "browser_failed"
    stop_at = monotonic() + want.timeout_seconds
    look_at = 0.0
    lines = _Lines(child.stdout)
    while told.end is None:
        if monotonic() >= stop_at:
            return "browser_timeout"
        if monotonic() >= look_at:
            if memory_of(descendants(child.pid)) > want.memory_mb << 20:
                return "browser_memory"
            look_at = monotonic() + _LOOK_SECONDS
        try:
            for line in lines.read(_LOOK_SECONDS):
                told.take(line)
        except (ValueError, KeyError, TypeError, binascii.Error):
            return "browser_failed"
        if lines.is_over and told.end is None:
            return "browser_failed"
    error: str | None = told.end["error"]
    return error


class _Lines:
    """Lines of a pipe as they come, bounded altogether."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._fd = pipe.fileno()
        self._poll = select.poll()
        self._poll.register(self._fd, select.POLLIN)
        self._pieces: list[bytes] = []
        self._total = 0
        self.is_over = False

    def read(self, seconds: float) -> list[bytes]:
        """Whole lines that came within this time. Raises ValueError when there were too many bytes."""
        if not self._poll.poll(seconds * 1000):
            return []
        data = os.read(self._fd, _CHUNK)
        self.is_over = not data
        self._total += len(data)
        if self._total > _MAX_OUTPUT:
            raise ValueError("the child says too much")
        if b"\n" not in data:
            self._pieces.append(data)
            return []
        *whole, rest = (b"".join(self._pieces) + data).split(b"\n")
        self._pieces = [rest]
        return whole


def _browsed(want: BrowseWant, told: _Told, error: str | None, at: int) -> Browsed:
    page, last = told.page, told.hops[-1] if told.hops else None
    end = told.end or {}
    final_url = str(page["url"]) if page else str(last["url"]) if last else want.url
    # Each connection through the guarding proxy carries one request, which is not the server's doing.
    headers = tuple(
        (str(name), str(value)) for name, value in told.headers if str(name).lower() != "connection"
    )
    body = page["dom"].encode("utf-8", "replace") if page else b""
    observation = Observation(
        url=want.url,
        status=int(last["status"]) if last else 0,
        body=body[:MAX_BODY],
        at=at,
        content_type="text/html; charset=utf-8" if page else "",
        final_url=final_url,
        headers=headers,
        redirects=_redirects(told.hops),
        addresses=_addresses(end.get("addresses") or {}, final_url),
        certificate=end.get("certificate"),
        requests=tuple(told.requests),
        view=want.view,
        error=None if page else error or "browser_failed",
        is_cut=bool(page and page["is_cut"]) or len(body) > MAX_BODY,
    )
    return Browsed(observation, told.png, error)


def _redirects(hops: list[dict[str, Any]]) -> tuple[Redirect, ...]:
    """From each answer of the page to the next: by status 3xx, or with status 200 by script or refresh."""
    return tuple(Redirect(here["url"], int(here["status"]), there["url"]) for here, there in pairwise(hops))


def _addresses(known: dict[str, list[str]], url: str) -> tuple[str, ...]:
    try:
        return tuple(known.get(parse_target(url).host, ()))
    except TargetError:
        return ()
