"""What every child process that shows a page begins with: bounds, a way to tell, and the browser itself."""

from __future__ import annotations

import json
import os
import resource
import signal
from collections.abc import Callable
from typing import IO, Any

from playwright.sync_api import Browser, Error, Playwright

from app.engine.browser.chromium import arguments, can_sandbox
from app.engine.browser.processes import adopt_orphans

Send = Callable[[dict[str, Any]], None]
_FILE_BYTES = 1_000_000_000


def launched(playwright: Playwright, chromium: str, proxy: str) -> Browser:
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
    """A way to tell the parent a line. Half of a surrogate pair, which a page may say, becomes a ?."""

    def send(message: dict[str, Any]) -> None:
        line = json.dumps(message, ensure_ascii=False)
        output.write(json.dumps(json.loads(line.encode("utf-8", "replace"))) + "\n")
        output.flush()

    return send
