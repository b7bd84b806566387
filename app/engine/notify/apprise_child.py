"""Apprise in a process of its own: `python -m app.engine.notify.apprise_child`, one job on stdin, on stdout
who has got the message and at last an answer, a line each, all JSON.

Apprise opens its own connections, by many libraries, follows redirects, and some services read files that
the URL names. None of that passes our door, so this process is fenced instead, by an audit hook (PEP 578):

1. Every connect and every datagram is judged by the guard on the address it really goes to, so neither a
   redirect nor a name that changes its address gets anywhere the organization may not go.
2. Files may be read only where Python and its libraries live, and written nowhere; no program is started.
3. Memory and CPU are bounded here, time by the parent, which kills; the environment holds nothing secret.

What it does not cover: a library that opens sockets in C. The services that do so act on this machine's own
desktop and are refused by name. The hook is a fence around code we trust, not a sandbox for hostile code.
"""

from __future__ import annotations

import ast
import io
import json
import logging
import os
import re
import resource
import sys
import sysconfig
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TextIO

from app.engine.net.guard import AddressRefusedError, AllowList, check_address

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 20
EXCEPTION = "Socket Exception: "
SMTP_ANSWER = re.compile(r"""\((\d{3}), (b'(?:[^'\\]|\\.)*'|b"(?:[^"\\]|\\.)*")""")
BETWEEN = 10
"""Characters that stand between a title and a body where both are one text."""
KEPT_ANSWERS, KEPT_BYTES = 20, 4096
SENDS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
STARTS = {
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.fork",
    "os.forkpty",
    "pty.spawn",
}
CHANGES = {
    "os.remove",
    "os.rename",
    "os.mkdir",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "os.chmod",
}
READABLE_FILES = ("/dev/null", "/dev/urandom", "/etc/mime.types")
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

Hook = Callable[[str, tuple[Any, ...]], None]
Slot = tuple[int | None, tuple[type, str]]


class FencedError(PermissionError):
    """Something the fence does not permit. An OSError, so that Apprise takes it as a failed connection."""


class Fence:
    """The audit hook. `refused` keeps what was refused, since Apprise says only that it failed."""

    def __init__(self, allow: AllowList, readable: Sequence[str]) -> None:
        self._allow = allow
        self._readable = tuple(path.rstrip("/") + "/" for path in readable)
        self.refused: list[str] = []

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if event in SENDS:
            self._judge_address(args[1])
        elif event == "open":
            self._judge_file(args[0], args[2])
        elif event in STARTS:
            self._refuse("a program must not be started")
        elif event in CHANGES:
            self._refuse("files must not be changed")

    def _judge_address(self, address: Any) -> None:
        if address is None:  # A datagram on a connected socket: judged when it was connected.
            return
        if not isinstance(address, tuple):
            self._refuse("a socket of this machine must not be used")
        try:
            check_address(str(address[0]), self._allow)
        except AddressRefusedError as error:
            self._refuse(str(error))

    def _judge_file(self, path: Any, flags: int) -> None:
        if isinstance(path, int):  # A descriptor that is open already.
            return
        whole = os.path.realpath(os.fsdecode(path))
        if flags & WRITES and whole != "/dev/null":
            self._refuse("files must not be written")
        if not whole.startswith(self._readable) and whole not in READABLE_FILES:
            self._refuse("files of this machine must not be read")

    def _refuse(self, why: str) -> None:
        self.refused.append(why)
        raise FencedError(why)


def readable_folders() -> list[str]:
    """Where Python, its libraries and this package live."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    own = Path(__file__).resolve().parents[2]
    return sorted(
        {os.path.realpath(sysconfig.get_path(name)) for name in names} | {str(own), "/usr/share/zoneinfo"}
    )


class Said(logging.Handler):
    """The last warning that Apprise logged: its only word on what went wrong.

    What a mail server answered stands in its debugging alone: to its warning every no is a lost connection.
    """

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.last = self.answered = ""

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.levelno >= logging.WARNING:
            self.last = text
        elif text.startswith(EXCEPTION) and (found := SMTP_ANSWER.search(text)):
            words = ast.literal_eval(found[2]).decode("utf-8", "replace")
            self.answered = f"{' '.join(words.split())} ({found[1]})"

    def listen(self) -> None:
        log = logging.getLogger("apprise")
        log.setLevel(logging.DEBUG)
        log.addHandler(self)


class Answers:
    """The status and the beginning of the body of everything that HTTP servers answered.

    Some services answer 200 to what they refuse; what they say is judged by the parent.
    """

    def __init__(self) -> None:
        self.kept: list[tuple[int, str]] = []

    def listen(self) -> None:
        import requests

        send = requests.Session.send

        def sending(session: Any, request: Any, **how: Any) -> Any:
            answer = send(session, request, **how)
            if not how.get("stream") and len(self.kept) < KEPT_ANSWERS:
                self.kept.append((answer.status_code, answer.content[:KEPT_BYTES].decode("utf-8", "replace")))
            return answer

        requests.Session.send = sending  # type: ignore[method-assign,assignment]


def shortened(text: str, most: int, link: str) -> str:
    """The beginning of a text, with … where something is missing; the link at its end stays."""
    if len(text) <= most:
        return text
    end = f"…\n{link}" if link and text.endswith(f"\n{link}") else "…"
    return text[: max(0, most - len(end))] + end


class Reached:
    """Who has the message: Apprise leaves out whom this contains, and adds everybody who has taken it.

    Each is said at once, so that it is known even of a process that is killed before its end.
    """

    def __init__(self, names: Iterable[str], out: TextIO) -> None:
        self._names, self._out = set(names), out

    def __contains__(self, slot: Slot) -> bool:
        return _name_of(slot) in self._names

    def add(self, slot: Slot) -> None:
        name = _name_of(slot)
        self._names.add(name)
        self._out.write(json.dumps({"reached": name}) + "\n")
        self._out.flush()

    def listen(self) -> None:
        from apprise.plugins import base

        base._delivery_tracker.set(self)  # type: ignore[arg-type]


def _name_of(slot: Slot) -> str:
    """A recipient of a piece of the message; Apprise's mark for all of them has no name that lasts."""
    piece, (kind, key) = slot
    return f"{piece}:{'' if kind is object else key}"


def work(job: dict[str, Any], fence: Fence, out: TextIO) -> dict[str, Any]:
    """Do a job: with a `title` send it, without one only say whether the URL is known."""
    import apprise

    said = Said()
    said.listen()
    asset = apprise.AppriseAsset(async_mode=False, storage_mode=apprise.PersistentStoreMode.MEMORY)
    service = apprise.Apprise.instantiate(job["url"], asset=asset, suppress_exceptions=True)
    if service is None:
        return {"ok": False, "known": False, "error": said.last}
    if "title" not in job:
        return {"ok": True, "known": True, "error": ""}
    body, body_format = job["body"], job.get("format", "text")
    if "overflow_mode" not in vars(service):  # Its URL leaves it open: what is too long would be refused.
        most = max(100, service.body_maxlen - len(job["title"]) - BETWEEN)
        if body_format == "text":
            body = shortened(body, most, job.get("link", ""))
        elif len(body) > most:
            service.overflow_mode = apprise.OverflowMode.TRUNCATE
    sender = apprise.Apprise(asset=asset)
    sender.add(service)
    answers = Answers()
    answers.listen()
    Reached(job.get("reached", ()), out).listen()
    ok = bool(sender.notify(title=job["title"], body=body, notify_type=job["type"], body_format=body_format))
    refused = fence.refused[-1] if fence.refused and not ok else None
    return {
        "ok": ok,
        "known": True,
        "error": said.last,
        "answered": said.answered,
        "refused": refused,
        "answers": answers.kept,
    }


def bound() -> None:
    """Bounds that a defect or a bomb runs into, before the machine does."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)


def main() -> None:
    job = json.load(sys.stdin)
    answer, sys.stdout = sys.stdout, io.StringIO()  # Nothing a plugin prints may mix with the answer.
    bound()
    import apprise  # noqa: F401  (before the fence, for what it looks up on this machine while it loads)

    fence = Fence(AllowList.of(job["networks"]), readable_folders())
    sys.addaudithook(fence)
    try:
        said = work(job, fence, answer)
    except Exception as error:
        said = {"ok": False, "known": True, "error": f"Apprise failed ({type(error).__name__})"}
    answer.write(json.dumps(said))


if __name__ == "__main__":
    main()
