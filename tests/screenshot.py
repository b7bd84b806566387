"""`make screenshot`: the README's picture, of a real CloudEye watching real (local) sites for a minute.

Three sites on loopback answer in their own time, one of them not at all; the page of the first is
photographed by a headless Chromium.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from playwright.sync_api import sync_playwright

from config.env import ROOT
from tests import servers
from tests.conftest import CHROMIUM_ARGUMENTS
from tests.stack import ACCOUNT, PASSWORD, Stack, running_stack

SECONDS = 150
INTERVAL_SECONDS = 2
TARGET = ROOT / "docs" / "screenshot.png"


class _Shop(BaseHTTPRequestHandler):
    """Answers after 15 to 60 ms; out of order for ten seconds after the first minute."""

    began = time.monotonic()

    def do_GET(self) -> None:
        time.sleep(random.uniform(0.015, 0.06))
        broken = 60 < time.monotonic() - self.began < 70
        self.send_response(503 if broken else 200)
        self.end_headers()
        for _ in range(4):
            time.sleep(random.uniform(0, 0.006))
            self.wfile.write(b"x" * 4096)

    def log_message(self, format: str, *args: object) -> None:
        return


@contextmanager
def _shop() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Shop) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def _fill(stack: Stack, url: str) -> str:
    """Three sites; the id of the one to look at."""
    api = stack.api()
    ids = []
    for name, address, tags in (
        ("Online shop", url, ["eu", "shop"]),
        ("Customer portal", f"{url}portal", ["eu"]),
        ("Old forum", "http://127.0.0.1:9/", []),
    ):
        site = api.post("/sites", name=name, base_url=address, tags=tags)
        config = {"url": address}
        body = {"type": "http", "name": "Home page", "interval_seconds": INTERVAL_SECONDS, "config": config}
        api.post("/usability/monitors", site_id=site["id"], **body)
        ids.append(site["id"])
    api.patch("/settings", is_set_up=True)
    return str(ids[0])


def _photograph(stack: Stack, site_id: str) -> None:
    chromium = servers.need("chromium", package="chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 860}, color_scheme="light", locale="en-GB")
        page.goto(f"{stack.base_url}/login")
        page.fill("#account", ACCOUNT)
        page.fill("#password", PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.goto(f"{stack.base_url}/sites/{site_id}?range=1h")
        page.wait_for_selector(".chart canvas")
        page.screenshot(path=TARGET)
        browser.close()


def main() -> int:
    with _shop() as url, running_stack() as stack:
        site_id = _fill(stack, url)
        time.sleep(SECONDS)
        _photograph(stack, site_id)
    print(TARGET.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
