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

from typing import Any

from playwright.sync_api import Browser

from app.engine.browser.child import serve
from app.engine.browser.guard_proxy import GuardProxy
from app.engine.browser.start import Send
from app.engine.tamper.fetch.browser_shot import Shot


def show(job: dict[str, Any], send: Send, proxy: GuardProxy, browser: Browser) -> None:
    Shot(job, send, proxy).take(browser)


if __name__ == "__main__":
    serve(show, type="end")
