"""The dashboard of 1,000 monitors in a real browser that has never been here: when it is usable, and bytes.

Everything runs as `make run` starts it, the monitors are being checked meanwhile, and the browser's cache is
empty each time. Bytes are what came over the wire until the page was loaded, headers included; usable is when
the page's scripts have run and the states are painted.
"""

from __future__ import annotations

import os
import statistics
import time
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests import servers
from tests.bench._figures import Figures
from tests.bench._fleet import Database, reconcile_now, target
from tests.conftest import CHROMIUM_ARGUMENTS
from tests.stack import ACCOUNT, PASSWORD, running_stack

MONITORS = int(os.environ.get("BENCH_MONITORS", "1000"))
INTERVAL_SECONDS = 20
TIMES = 7
PAGES = {"overview": "/overview", "wall screen": "/overview?wall=1", "list of sites": "/sites"}
USABLE = """() => {
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  const page = performance.getEntriesByType("navigation")[0];
  return Math.max(paint ? paint.startTime : 0, page.domContentLoadedEventEnd);
}"""


def _look(browser: Browser, base_url: str, path: str, cookies: Any) -> tuple[float, int]:
    """Milliseconds until the page is usable and bytes over the wire, with an empty cache."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.add_cookies(cookies)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    lengths: list[int] = []
    wire.on("Network.loadingFinished", lambda event: lengths.append(int(event["encodedDataLength"])))
    wire.send("Network.enable")
    page.goto(f"{base_url}{path}", wait_until="load")
    page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length")
    usable_ms = float(page.evaluate(USABLE))
    context.close()
    return usable_ms, sum(lengths)


def main() -> bool:
    figures = Figures("first_load")
    chromium = servers.need("chromium", package="chromium")
    with target() as (url, _), running_stack() as stack, sync_playwright() as playwright:
        database = Database.of(stack)
        database.add_monitors(url, MONITORS, INTERVAL_SECONDS)
        stack.api().patch("/settings", is_set_up=True)
        reconcile_now(stack)
        time.sleep(2 * INTERVAL_SECONDS)
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        context = browser.new_context(locale="en-GB")
        page = context.new_page()
        page.goto(f"{stack.base_url}/login")
        page.fill("#account", ACCOUNT)
        page.fill("#password", PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url("**/sites")
        cookies = context.cookies()
        for name, path in PAGES.items():
            looks = [_look(browser, stack.base_url, path, cookies) for _ in range(TIMES)]
            figures.tell(f"{name}, usable, median", statistics.median(ms for ms, _ in looks), "ms", most=1000)
            figures.tell(f"{name}, usable, worst of {TIMES}", max(ms for ms, _ in looks), "ms", most=1000)
            figures.tell(f"{name}, over the wire", max(size for _, size in looks) / 1000, "kB", most=300)
        browser.close()
    return figures.is_met
