"""Real pages of about 25 kB on a local nginx: as they are, and with news that are others at every request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import servers
from tests.tamper.corpus.sources import Page, all_pages

SMALLEST, LARGEST = 20_000, 30_000
_LOADED = re.compile(r"<(?:link|script|img|source|iframe|embed|object|input|video|audio)\b[^>]*>", re.I)
_HOST = re.compile(r"(?:https?:)?//[\w.-]+\.[a-z]{2,}(?::\d+)?", re.I)
_HEADLINES = (
    "The town council has agreed on the budget",
    "New opening hours from Monday on",
    "Seventh summer concert in the old harbour",
    "Bridge closed until further notice",
    "Students win a prize for their solar boat",
    "Library lends tools and bicycles now",
    "Rain brings relief to the farmers",
    "Swimming pool opens after long repairs",
    "Railway line to the coast runs again",
    "Volunteers wanted for the tree census",
    "Museum shows letters never seen before",
    "Market moves to the station square",
    "Rare owl seen in the northern forest",
    "Bakery of the month chosen by readers",
    "School kitchen cooks with local vegetables",
    "Lighthouse celebrates a hundred years",
)
_CONFIGURATION = """
master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    types {{ }}
    default_type text/html;
{maps}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        root {folder}/pages;
        location ~ ^/(?:same|news)/ {{ ssi on; access_log {folder}/asked.log; }}
    }}
}}
"""


@dataclass(frozen=True, slots=True)
class BenchSite:
    """`same` are the URLs of pages that never change, `news` of those that always do."""

    folder: Path
    base_url: str
    same: list[str]
    news: list[str]

    def asked(self) -> int:
        """How many pages have been fetched; files beside them are not counted."""
        with (self.folder / "asked.log").open("rb") as log:
            return sum(1 for _ in log)


@contextmanager
def bench_site(same: int, news: int) -> Iterator[BenchSite]:
    """So many pages of each kind. Raises ServerError when no page can be had from the registries."""
    found = [page for page in all_pages() if SMALLEST <= len(page.source.encode()) <= LARGEST]
    if not found:
        raise servers.ServerError("there are no pages: the registries cannot be reached")
    port = servers.free_port()
    base = f"http://127.0.0.1:{port}"
    with servers.short_folder() as folder:
        for kind, count, addition in (("same", same, ""), ("news", news, _news())):
            home = folder / "pages" / kind
            home.mkdir(parents=True)
            for number in range(count):
                (home / f"{number}.html").write_bytes(_body(found[number % len(found)], base, addition))
        configuration = _CONFIGURATION.format(folder=folder, port=port, maps=_maps())
        with servers.nginx_server(folder, configuration, port):
            yield BenchSite(
                folder,
                base,
                [f"{base}/same/{number}.html" for number in range(same)],
                [f"{base}/news/{number}.html" for number in range(news)],
            )


def _body(page: Page, base: str, addition: str) -> bytes:
    """The page with the files it loads on our own server: nothing may leave this machine."""
    source = _LOADED.sub(lambda match: _HOST.sub(base, match.group()), page.source)
    source = re.sub(r"<base\b[^>]*>", "", source, flags=re.I)
    at = source.lower().rfind("</body")
    at = at if at >= 0 else len(source)
    return (source[:at] + addition + source[at:]).encode(page.encoding, "xmlcharrefreplace")


def _news() -> str:
    items = "".join(
        f'<li><a href="/article/<!--#echo var="request_id" -->-{n}"><!--#echo var="news{n}" --></a></li>'
        for n in range(5)
    )
    return (
        f'<div class="latest"><h3>Latest</h3><ul>{items}</ul>'
        '<p>Updated <!--#echo var="msec" --></p></div>'
        '<form action="/search"><input type="hidden" name="token" value="<!--#echo var="request_id" -->">'
        '<input name="q"></form><script>var stamp = "<!--#echo var="msec" -->";</script>'
    )


def _maps() -> str:
    """Five headlines, each by another digit of the request's random id."""
    lines = []
    for number in range(5):
        entries = " ".join(f'"~^.{{{number}}}{digit:x}" "{text}";' for digit, text in enumerate(_HEADLINES))
        lines.append(f"    map $request_id $news{number} {{ {entries} }}")
    return "\n".join(lines)
