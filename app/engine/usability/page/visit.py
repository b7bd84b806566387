"""A page loaded by a browser in a process of its own: what is asked of it, and what came of it."""

from __future__ import annotations

import json
from typing import Any

from app.engine.browser.attended import attend
from app.engine.usability.page.config import BrowserConfig
from app.engine.usability.types import Check

CHILD = "app.engine.usability.page.child"
MEMORY_MB = 1500
_DESKTOP, _PHONE = (1280, 800), (412, 915)


class Seen:
    """What the child told; `error` is a key of reasons, None when there is a page."""

    def __init__(self) -> None:
        self.said: dict[str, Any] = {}
        self.error: str | None = "browser_failed"

    def take(self, line: bytes) -> bool:
        said = json.loads(line)
        if not isinstance(said, dict):
            raise ValueError("a line that is no object")
        self.said, self.error = said, said["error"]
        return True


def visit(
    check: Check, config: BrowserConfig, *, chromium: str, dns_servers: tuple[str, ...], seconds: float
) -> Seen:
    """Load the page; waits at most `seconds` and two more for the end of the browser."""
    seen = Seen()
    job = _job(check, config, chromium, dns_servers, seconds - 0.5)
    error = attend(CHILD, job, seen.take, seconds=seconds, memory_mb=MEMORY_MB)
    if error is not None:
        seen.error = error
    return seen


def _job(
    check: Check, config: BrowserConfig, chromium: str, dns_servers: tuple[str, ...], seconds: float
) -> dict[str, Any]:
    width, height = _PHONE if config.is_phone else _DESKTOP
    lines = config.expectations
    return {
        "url": config.url,
        "chromium": chromium,
        "allow": list(check.allow),
        "dns_servers": list(dns_servers),
        "seconds": seconds,
        "width": width,
        "height": height,
        "is_phone": config.is_phone,
        "trusts_any": not config.verify_tls,
        "username": config.username,
        "password": config.password,
        "wait_seconds": config.wait_seconds if lines else 0,
        "selectors": [each.target for each in lines if each.kind == "selector"],
        "waits": {
            "visible": [each.target for each in lines if each.comparison == "visible"],
            "texts": [each.value for each in lines if each.kind == "text" and each.comparison == "contains"],
        },
    }
