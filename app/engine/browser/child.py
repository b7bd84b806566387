"""The life of a child process that shows one page: from the job on its input until its parent ends it."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Error, sync_playwright

from app.engine.browser.guard_proxy import GuardProxy
from app.engine.browser.start import Send, bound, launched, sender
from app.engine.net.guard import AllowList

Show = Callable[[dict[str, Any], Send, GuardProxy, Browser], None]


def serve(show: Show, **ending: str) -> None:
    """Have `show` look at the page of the job; `ending` stands in what is told when the browser fails."""
    job = json.load(sys.stdin)
    output, sys.stdout = sys.stdout, sys.stderr  # Nothing that is printed may mix with the answer.
    bound(job["seconds"])
    send = sender(output)
    proxy = GuardProxy(AllowList.of(job["allow"]), dns_servers=job["dns_servers"])
    try:
        # Left to its end: the parent ends everything below, and knows it by this process as long as it lives.
        playwright = sync_playwright().start()
        show(job, send, proxy, launched(playwright, job["chromium"], proxy.url))
    except Error as error:
        is_crash = "crash" in str(error).lower()
        send({**ending, "error": "browser_crashed" if is_crash else "browser_failed"})
    signal.pause()
