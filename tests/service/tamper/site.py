"""A site whose pages the tests change: a real HTTP server on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ARTICLE = """<!doctype html><html lang="en"><head><title>{title}</title>
<meta name="description" content="The small library of the old town, with opening hours and news.">
</head><body><header class="top"><nav class="menu"><a href="/">Home</a> <a href="/news">News</a>
<a href="/contact">Contact</a></nav></header>
<main class="content"><h1>{title}</h1>
<p>The library is open from Monday to Friday, nine to six, and on Saturday until noon.</p>
<p>Books may be kept for four weeks. Readers who need them longer ask at the desk or by telephone.</p>
<p>Our reading room has forty seats, six computers and a quiet corner for the newspapers of the week.</p>
<p class="note">{note}</p></main>
<footer class="foot"><p>Call us: +49 30 1234567, or write to desk@library.example.</p></footer>
</body></html>"""

DARK_LINKS = (
    '<div style="position:absolute;left:-9999px"><a href="http://casino-bet365.example/">online casino</a>'
    '<a href="http://slots-777.example/">slot machine jackpot</a></div>'
)


def article(title: str = "The old town library", note: str = "Welcome.") -> str:
    return ARTICLE.format(title=title, note=note)


def tampered(page: str) -> str:
    """With a hidden block of links to gambling sites, and a strange script."""
    return page.replace(
        "</main>", DARK_LINKS + '<script src="http://evil-cdn.example/inject.js"></script></main>'
    )


@dataclass
class WebSite:
    """`pages` by path; `crawler_pages` are shown to Googlebot instead. `status` is every answer's."""

    base_url: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    crawler_pages: dict[str, str] = field(default_factory=dict)
    status: int = 200
    asked: list[str] = field(default_factory=list)

    def body(self, path: str, user_agent: str) -> str | None:
        self.asked.append(path)
        if "Googlebot" in user_agent and path in self.crawler_pages:
            return self.crawler_pages[path]
        return self.pages.get(path)


@contextmanager
def web_site() -> Iterator[WebSite]:
    site = WebSite(pages={"/": article()})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = site.body(self.path, self.headers.get("User-Agent", ""))
            data = (page or "not here").encode()
            self.send_response(site.status if page is not None else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Nothing: the tests look at `asked`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.base_url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
