"""One page in one browser: going there, waiting until it rests, looking at it, telling about it.

Runs inside `browser_child`, which says what is told.
"""

from __future__ import annotations

import base64
import ssl
from contextlib import suppress
from time import monotonic
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    CDPSession,
    Error,
    Page,
    Request,
    Response,
    WebSocket,
)
from playwright.sync_api import (
    TimeoutError as PlaywrightTimeoutError,
)

from app.engine.browser import own_world
from app.engine.browser.going import go
from app.engine.browser.guard_proxy import GuardProxy, RefusedError
from app.engine.browser.net_errors import error_of
from app.engine.browser.start import Send
from app.engine.net.target import TargetError, parse_target
from app.engine.tamper.fetch.answer import certificate_of
from app.engine.tamper.fetch.want import MAX_BODY

MAX_REQUESTS = 500
MAX_URL = 2000
MAX_HOPS = 20
MAX_HEIGHT = 6000
MAX_PICTURE = 10_000_000
_SETTLE_SECONDS = 5.0
_HANDSHAKE_SECONDS = 5.0
_LOOK_MILLISECONDS = 1000.0
# What is kept of the time for looking at the page after it has loaded, or has not.
_LAST_SECONDS = 8.0
_TRIES = 4
# In a world of its own, so that the page's scripts cannot change what these words mean.
_DOM_SCRIPT = """(limit => {
  const type = document.doctype ? new XMLSerializer().serializeToString(document.doctype) + "\\n" : "";
  const all = type + (document.documentElement ? document.documentElement.outerHTML : "");
  return JSON.stringify({dom: all.slice(0, limit), is_cut: all.length > limit, url: location.href});
})(%d)"""


class Recorder:
    """Tells what the browser asks for, and which answers the page itself is made of."""

    def __init__(self, send: Send, page: Page) -> None:
        self._send = send
        self._page = page
        self._seen: set[str] = set()
        self.hops = 0
        self.last: Response | None = None
        self.failed_urls: list[str] = []
        self._answered: list[Request] = []
        self.is_download = False

    def on_request(self, request: Request) -> None:
        self._tell(request.url)
        if self._is_page(request):
            self.hops += 1

    def on_response(self, response: Response) -> None:
        if self._is_page(response.request) and self.hops <= MAX_HOPS:
            self.last = response
            self._answered.append(response.request)
            headers = list(response.headers.items())
            self._send({"type": "hop", "url": response.url, "status": response.status, "headers": headers})

    def on_request_failed(self, request: Request) -> None:
        if self._is_page(request) and self.hops <= MAX_HOPS:
            self.failed_urls.append(request.url)
            if request in self._answered:
                return  # A script left the page before the last of it had come: the hop is told.
            self._send({"type": "hop", "url": request.url, "status": 0, "headers": []})

    def on_web_socket(self, socket: WebSocket) -> None:
        self._tell(socket.url)

    def on_download(self, _download: object) -> None:
        self.is_download = True

    def _tell(self, url: str) -> None:
        url = url[:MAX_URL]
        if url.startswith(("http", "ws")) and url not in self._seen and len(self._seen) < MAX_REQUESTS:
            self._seen.add(url)
            self._send({"type": "request", "url": url})

    def _is_page(self, request: Request) -> bool:
        if not request.is_navigation_request():
            return False
        try:
            return request.frame == self._page.main_frame
        except Error:
            return False


class Shot:
    """One page in one context of one browser."""

    def __init__(self, job: dict[str, Any], send: Send, proxy: GuardProxy) -> None:
        self._job = job
        self._send = send
        self._proxy = proxy
        self._stop_at = monotonic() + job["seconds"]
        self._recorder: Recorder
        self._page: Page
        self._session: CDPSession
        self._is_late = False

    def take(self, browser: Browser) -> None:
        context = self._context(browser)
        self._page = context.new_page()
        self._recorder = Recorder(self._send, self._page)
        self._listen(context)
        self._session = context.new_cdp_session(self._page)
        error = self._load()
        if error is None:
            error = self._look()
        self._end(error)

    def _context(self, browser: Browser) -> BrowserContext:
        job = self._job
        context = browser.new_context(
            user_agent=job["user_agent"],
            viewport={"width": job["width"], "height": job["height"]},
            locale="zh-CN",
            is_mobile=job["is_mobile"],
            has_touch=job["is_mobile"],
            accept_downloads=False,
            service_workers="block",
            reduced_motion="reduce",
            ignore_https_errors=job["trusts_any"],
        )
        context.set_default_timeout(10_000)
        return context

    def _listen(self, context: BrowserContext) -> None:
        page, recorder = self._page, self._recorder
        context.on("request", recorder.on_request)
        context.on("response", recorder.on_response)
        context.on("requestfailed", recorder.on_request_failed)
        page.on("websocket", recorder.on_web_socket)
        page.on("download", recorder.on_download)
        page.on("dialog", lambda dialog: dialog.dismiss())
        # Windows that the page opens are none of the page, and there may be thousands.
        context.on("page", lambda other: other.close() if other != page else None)

    def _load(self) -> str | None:
        """Go there and let it settle. The error's key when there is nothing to look at."""
        try:
            go(
                self._page,
                self._job["url"],
                timeout_ms=self._milliseconds(),
                referer=self._job["referer"],
            )
            if self._is_loaded():
                self._settle()
            else:
                self._is_late = True
                # A script that never ends keeps everyone out; this one command is heard all the same.
                self._session.send("Runtime.terminateExecution")
        except PlaywrightTimeoutError:
            return "timeout"
        except Error as error:
            return self._error_of(error)
        return None

    def _is_loaded(self) -> bool:
        """Wait until the page has loaded, or has turned into a download, after which it never does."""
        while not self._recorder.is_download:
            left = self._milliseconds(least=0)
            if not left:
                return False
            try:
                self._page.wait_for_load_state("load", timeout=min(left, _LOOK_MILLISECONDS))
            except PlaywrightTimeoutError:
                continue
            return True
        return True

    def _settle(self) -> None:
        """Wait until nothing is asked for any more, for a while."""
        seconds = min(_SETTLE_SECONDS, self._milliseconds() / 1000)
        try:
            self._page.wait_for_load_state("networkidle", timeout=seconds * 1000)
        except PlaywrightTimeoutError:
            return

    def _look(self) -> str | None:
        """Tell the page's tree and picture. A page may go elsewhere meanwhile, so it is tried again."""
        for _ in range(_TRIES):
            if self._recorder.hops > MAX_HOPS:
                return "too_many_redirects"
            try:
                page = self._dom()
                if page["url"].startswith("chrome-error:"):
                    return self._why_gone()
                self._send({"type": "page", **page})
                self._send({"type": "picture", "png": base64.b64encode(self._picture()).decode()})
            except Error as error:
                if "crash" in str(error).lower():
                    return "browser_crashed"
                self._settle()
            else:
                return "browser_timeout" if self._is_late else None
        return "browser_failed"

    def _dom(self) -> dict[str, Any]:
        return own_world.ask(self._session, _DOM_SCRIPT % MAX_BODY, timeout_ms=5000)

    def _picture(self) -> bytes:
        width = self._job["width"]
        whole = self._session.send("Page.getLayoutMetrics")["cssContentSize"]["height"]
        height = min(max(int(whole), self._job["height"]), MAX_HEIGHT)
        while True:
            picture = self._page.screenshot(
                full_page=True,
                clip={"x": 0, "y": 0, "width": width, "height": height},
                animations="disabled",
                scale="css",
                timeout=self._milliseconds(0),
            )
            if len(picture) <= MAX_PICTURE or height <= self._job["height"]:
                return picture
            height //= 2

    def _end(self, error: str | None) -> None:
        last = self._recorder.last
        certificate: dict[str, Any] | None = None
        if last is not None and error in (None, "browser_timeout"):
            headers = [[each["name"], each["value"]] for each in last.headers_array()]
            self._send({"type": "headers", "headers": headers})
            certificate = _certificate(self._proxy, last.url)
        addresses = {host: list(each) for host, each in list(self._proxy.addresses.items())}
        self._send({"type": "end", "error": error, "addresses": addresses, "certificate": certificate})

    def _why_gone(self) -> str:
        """Why the page turned into the browser's own error page. Word of that may come after the page."""
        for _ in range(_TRIES):
            reason = self._proxy_reason()
            if reason is not None:
                return reason
            with suppress(Error):
                self._page.wait_for_timeout(_LOOK_MILLISECONDS / _TRIES)
        return "browser_failed"

    def _error_of(self, error: Error) -> str:
        if self._recorder.is_download or "Download is starting" in error.message:
            return "download"
        if self._proxy.is_spent:
            return "too_large"
        return self._proxy_reason() or error_of(error.message)

    def _proxy_reason(self) -> str | None:
        """Why the proxy knew no way to where the page was going. (Of two goals one may have been given up for
        the other, and is told as failed too.)
        """
        return self._proxy.why_failed(reversed(self._recorder.failed_urls or [self._job["url"]]))

    def _milliseconds(self, kept: float = _LAST_SECONDS, least: float = 0.25) -> float:
        """What is left of the time, without what is kept for the end; `least` seconds at least."""
        kept = min(kept, self._job["seconds"] / 3)
        return float(max(self._stop_at - kept - monotonic(), least) * 1000)


def _certificate(proxy: GuardProxy, url: str) -> dict[str, Any] | None:
    """The same facts that a plain fetch tells, by a handshake of our own: Chromium keeps the certificate."""
    if not url.startswith("https:"):
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Nothing is sent to it, and whether it can be trusted was Chromium's to judge.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        target = parse_target(url)
        name = None if target.is_address else target.host
        with proxy.connect(target.host, target.port) as plain:
            plain.settimeout(_HANDSHAKE_SECONDS)
            with context.wrap_socket(plain, server_hostname=name) as connection:
                leaf = ssl.DER_cert_to_PEM_cert(connection.getpeercert(binary_form=True) or b"")
                return certificate_of([[("Cert", leaf)]], connection.version())
    except (OSError, RefusedError, TargetError):
        return None
