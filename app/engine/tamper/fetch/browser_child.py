"""Shows one page in Chromium and tells about it, in a process that ends with the page.

It reads a job (JSON) from standard input and writes one JSON object a line to standard output while things
happen, so that what is known stays known when its parent has to kill it:

    {"type": "request", "url": …}                          something was asked for
    {"type": "hop", "url": …, "status": …, "headers": …}   the page, or a redirect to it, was answered
    {"type": "page", "url": …, "dom": …, "is_cut": …}      what the page has become
    {"type": "picture", "png": base64}
    {"type": "end", "error": key or null, "addresses": …, "certificate": …}

Nobody else may run it: `app.engine.tamper.fetch.browser` starts it, watches its memory and ends it.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from typing import IO, Any

from playwright.sync_api import Browser, Error, Playwright, sync_playwright

from app.engine.net.guard import AllowList
from app.engine.tamper.fetch.browser_shot import Send, Shot
from app.engine.tamper.fetch.chromium import arguments, can_sandbox
from app.engine.tamper.fetch.guard_proxy import GuardProxy
from app.engine.tamper.fetch.processes import adopt_orphans

_FILE_BYTES = 1_000_000_000


def _launched(playwright: Playwright, chromium: str, proxy: str) -> Browser:
    """Start the browser, in its own sandbox wherever the machine permits one."""

    def launch(is_sandboxed: bool) -> Browser:
        return playwright.chromium.launch(
            executable_path=chromium,
            args=arguments(proxy),
            chromium_sandbox=is_sandboxed,
            # Playwright permits pop-ups, which no page here has any business with.
            ignore_default_args=["--disable-popup-blocking"],
            timeout=15_000,
        )

    if can_sandbox():
        try:
            return launch(is_sandboxed=True)
        except Error:
            # Containers often forbid the name spaces that it is made of.
            return launch(is_sandboxed=False)
    return launch(is_sandboxed=False)


def bound(seconds: float) -> None:
    """Bounds that hold even if the parent is gone."""
    adopt_orphans()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE_BYTES, _FILE_BYTES))
    signal.alarm(int(seconds) + 5)
    os.nice(5)


def sender(output: IO[str]) -> Send:
    def send(message: dict[str, Any]) -> None:
        output.write(json.dumps(message) + "\n")
        output.flush()

    return send


def main() -> None:
    job = json.load(sys.stdin)
    output, sys.stdout = sys.stdout, sys.stderr  # Nothing that is printed may mix with the answer.
    bound(job["seconds"])
    send = sender(output)
    proxy = GuardProxy(AllowList.of(job["allow"]), dns_servers=job["dns_servers"])
    try:
        # Left to its end: the parent ends everything below, and knows it by this process as long as it lives.
        playwright = sync_playwright().start()
        Shot(job, send, proxy).take(_launched(playwright, job["chromium"], proxy.url))
    except Error as error:
        is_crash = "crash" in str(error).lower()
        send({"type": "end", "error": "browser_crashed" if is_crash else "browser_failed"})
    signal.pause()


if __name__ == "__main__":
    main()
