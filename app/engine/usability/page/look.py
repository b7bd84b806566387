"""One page in one browser: loading it, waiting until it is what is expected, and telling what was seen.

Runs inside `child`. All is asked in a world of its own, where the page's scripts cannot change the words.
"""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from time import monotonic
from typing import Any

from playwright.sync_api import Browser, CDPSession, ConsoleMessage, Error, Page, Request, Response
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from app.engine.browser import own_world
from app.engine.browser.going import go
from app.engine.browser.guard_proxy import GuardProxy
from app.engine.browser.net_errors import error_of
from app.engine.net.target import parse_target

MAX_PICTURE = 110_000
_MAX_TEXT = 200_000
_MAX_LISTED = 20
_MAX_LINE = 300
_QUALITIES = (60, 40, 20, 8)
_LOOK_SECONDS = 0.25
# Kept of the time for the last look and the picture.
_LAST_SECONDS = 2.5
_QUIET_SECONDS = 1.0
_SCRIPT = """(async () => {
  const asked = %s;
  const of = (type, take) => new Promise(done => {
    try {
      const seen = [];
      const add = list => { for (const each of list.getEntries()) seen.push(take(each)); };
      const observer = new PerformanceObserver(add);
      observer.observe({type, buffered: true});
      const end = () => {
        add({getEntries: () => observer.takeRecords()});
        observer.disconnect();
        done(seen);
      };
      setTimeout(end, 50);
    } catch (error) { done([]); }
  });
  const [paints, shifts] = await Promise.all([
    of("largest-contentful-paint", each => each.startTime),
    of("layout-shift", each => each.hadRecentInput ? null : [each.startTime, each.value]),
  ]);
  const first = performance.getEntriesByName("first-contentful-paint")[0];
  const timing = performance.getEntriesByType("navigation")[0];
  const isSeen = element => {
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    return box.width > 0 && box.height > 0 && style.visibility === "visible" && Number(style.opacity) > 0;
  };
  const found = {};
  for (const selector of asked) {
    try {
      const all = [...document.querySelectorAll(selector)];
      found[selector] = {count: all.length, visible: all.filter(isSeen).length,
        text: all.length ? (all[0].innerText ?? all[0].textContent ?? "").trim().slice(0, 2000) : ""};
    } catch (error) { found[selector] = {error: String(error.message).slice(0, 200)}; }
  }
  return JSON.stringify({
    url: location.href, title: document.title.slice(0, 500),
    text: (document.body ? document.body.innerText : "").slice(0, %d),
    timing: timing ? timing.toJSON() : null, fcp: first ? first.startTime : null,
    lcp: paints.length ? paints[paints.length - 1] : null,
    shifts: shifts.filter(Boolean).slice(0, 500), found,
  });
})()"""


class Visit:
    """One page in one context of one browser."""

    def __init__(self, job: dict[str, Any], proxy: GuardProxy) -> None:
        self._job = job
        self._proxy = proxy
        self._stop_at = monotonic() + job["seconds"] - _LAST_SECONDS
        self._page: Page
        self._session: CDPSession
        self._answer: Response | None = None
        self._console: list[str] = []
        self._failed: list[str] = []
        self._gone: list[str] = []
        self._requests = 0

    def told(self, browser: Browser) -> dict[str, Any]:
        """The one line of the answer; `error` is a key of reasons, None when there is a page."""
        self._page = self._context(browser)
        try:
            is_late = not self._load()
        except PlaywrightTimeoutError:
            return {"error": "timeout", **self._rest()}
        except Error as error:
            return {"error": self._proxy_reason() or error_of(error.message), **self._rest()}
        seen = self._awaited()
        if seen is None:
            return {"error": self._proxy_reason() or "browser_timeout", **self._rest()}
        if seen["url"].startswith("chrome-error:"):
            return {"error": self._proxy_reason() or "connect_failed", **self._rest()}
        return {"error": None, "is_late": is_late, **seen, **self._rest()}

    def _context(self, browser: Browser) -> Page:
        job = self._job
        how: dict[str, Any] = {}
        if job["username"]:
            origin = parse_target(job["url"]).origin
            how["http_credentials"] = {
                "username": job["username"],
                "password": job["password"],
                "origin": origin,
            }
        context = browser.new_context(
            viewport={"width": job["width"], "height": job["height"]},
            is_mobile=job["is_phone"],
            has_touch=job["is_phone"],
            accept_downloads=False,
            service_workers="block",
            ignore_https_errors=job["trusts_any"],
            **how,
        )
        context.set_default_timeout(10_000)
        page = context.new_page()
        context.on("request", self._on_request)
        context.on("response", self._on_response)
        context.on("requestfailed", self._on_failure)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self._note(self._console, str(error)))
        page.on("dialog", lambda dialog: dialog.dismiss())
        context.on("page", lambda other: other.close() if other != page else None)
        self._session = context.new_cdp_session(page)
        return page

    def _on_request(self, _request: Request) -> None:
        self._requests += 1

    def _on_response(self, response: Response) -> None:
        request = response.request
        if request.is_navigation_request() and request.frame == self._page.main_frame:
            self._answer = response
        elif response.status >= 400:
            self._note(self._failed, f"{response.status} {_short_url(response.url)}")

    def _on_failure(self, request: Request) -> None:
        reason = request.failure or ""
        if request.is_navigation_request() and request.frame == self._page.main_frame:
            self._gone.append(request.url)
        elif "ERR_ABORTED" not in reason:
            self._note(self._failed, f"{reason.removeprefix('net::')} {_short_url(request.url)}")

    def _on_console(self, message: ConsoleMessage) -> None:
        # A part that fails is told by itself, and would be told twice.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self._note(self._console, message.text)

    def _note(self, lines: list[str], line: str) -> None:
        if len(lines) < _MAX_LISTED:
            lines.append(line[:_MAX_LINE])

    def _load(self) -> bool:
        """Go there and wait until it has loaded; whether it has."""
        go(self._page, self._job["url"], timeout_ms=self._milliseconds())
        try:
            self._page.wait_for_load_state("load", timeout=self._milliseconds())
            quiet = min(_QUIET_SECONDS * 1000, self._milliseconds())
            self._page.wait_for_load_state("networkidle", timeout=quiet)
        except PlaywrightTimeoutError:
            return bool(self._milliseconds() > 1)
        return True

    def _awaited(self) -> dict[str, Any] | None:
        """Look until the page is what is waited for, or its time is over; the last look."""
        until = min(monotonic() + self._job["wait_seconds"], self._stop_at)
        seen: dict[str, Any] | None = None
        while True:
            # Where it goes elsewhere at this moment, another look will find it there.
            with suppress(Error):
                seen = self._look()
            if monotonic() >= until or (seen is not None and self._is_there(seen)):
                return seen
            self._page.wait_for_timeout(_LOOK_SECONDS * 1000)

    def _look(self) -> dict[str, Any]:
        script = _SCRIPT % (json.dumps(self._job["selectors"]), _MAX_TEXT)
        return own_world.ask(self._session, script, timeout_ms=3000, waits=True)

    def _is_there(self, seen: dict[str, Any]) -> bool:
        found = seen["found"]
        waits = self._job["waits"]
        return all(found.get(each, {}).get("visible") for each in waits["visible"]) and all(
            each in seen["text"] for each in waits["texts"]
        )

    def _rest(self) -> dict[str, Any]:
        """What is known whether or not there is a page."""
        answer = self._answer
        hosts = {host: list(each)[:4] for host, each in list(self._proxy.addresses.items())[:50]}
        return {
            "status": answer.status if answer is not None else None,
            "headers": list(answer.headers.items())[:60] if answer is not None else [],
            "console": self._console,
            "failed": self._failed,
            "requests": self._requests,
            "addresses": hosts,
            "picture": self._picture(),
        }

    def _picture(self) -> str:
        """A JPEG of the window, as small as needed; empty when there is none."""
        for quality in _QUALITIES:
            try:
                picture = self._page.screenshot(
                    type="jpeg", quality=quality, scale="css", animations="disabled", timeout=2000
                )
            except Error:
                return ""
            if len(picture) <= MAX_PICTURE:
                return base64.b64encode(picture).decode()
        return ""

    def _proxy_reason(self) -> str | None:
        """Why the guarding proxy knew no way to where the page was going."""
        return self._proxy.why_failed(reversed(self._gone or [self._job["url"]]))

    def _milliseconds(self) -> float:
        return float(max((self._stop_at - monotonic()) * 1000, 1))


def _short_url(url: str) -> str:
    """Without the query, which may hold secrets."""
    return url.partition("?")[0][:200]
