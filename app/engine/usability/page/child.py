"""Loads one page in Chromium and tells what it has come to, in a process that ends with the page.

It reads a job (JSON) from standard input and writes one line of JSON to standard output at the end; see
`visit.Seen`. Nobody else may run it: `visit` starts it, watches its memory and ends it.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser

from app.engine.browser.child import serve
from app.engine.browser.guard_proxy import GuardProxy
from app.engine.browser.start import Send
from app.engine.usability.page.look import Visit


def show(job: dict[str, Any], send: Send, proxy: GuardProxy, browser: Browser) -> None:
    send(Visit(job, proxy).told(browser))


if __name__ == "__main__":
    serve(show)
