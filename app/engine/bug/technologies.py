"""What a site is made of, by the signatures of `signatures/technologies.toml`, and what is out of support.

Header values, cookies, addresses and the source are looked at with parts of text first and short expressions
then, so that the cost stays linear whatever a site sends.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ahocorasick_rs import AhoCorasick

from app.engine.bug.page import Page
from app.engine.bug.types import Headers, Response
from app.engine.net.urls import host_of, site_of

MAX_SOURCE = 300_000
"""Characters of a page's source that are looked at."""
MAX_VALUE = 500
"""Characters of a header's value, a cookie's name or an address that are looked at."""
_FOLDER = Path(__file__).parent / "signatures"
_LOADING = frozenset({"link", "img", "source", "video", "audio", "iframe", "embed"})
_ERROR_PAGE = re.compile(
    r"<address>((Apache)(?:/([\d.]{1,20}))[^<]{0,200}) Server at "
    r"|<center>((nginx|openresty|tengine)/([\d.]{1,20})[^<]{0,40})</center>"
    r"|<h3>((Apache Tomcat)/([\d.]{1,20}))</h3>"
    r"|(Powered by (Jetty):// ?([\d.]{1,20}))",
    re.I,
)
_ERROR_NAMES = {
    "apache": "Apache httpd",
    "nginx": "nginx",
    "openresty": "OpenResty",
    "tengine": "Tengine",
    "apache tomcat": "Apache Tomcat",
    "jetty": "Jetty",
}
_ERROR_REACH = 4_000


@dataclass(frozen=True, slots=True)
class Sighting:
    """A technology somewhere. `version` is empty where it isn't told; `proof` is an excerpt for people."""

    name: str
    version: str
    url: str
    proof: str


@dataclass(frozen=True, slots=True)
class Support:
    """Until when which versions were mended; `holes` are versions with a well-known hole.

    Releases before `behind` (empty: not told) are older than `behind_since`, though the line is mended still.
    """

    below: str
    since: str
    source: str
    holes: Mapping[str, str] = field(default_factory=dict)
    behind: str = ""
    behind_since: str = ""


class Signatures:
    """The table of signatures, arranged by where they are looked for."""

    def __init__(self, tables: Mapping[str, Mapping[str, Any]]) -> None:
        self.implied = {name: tuple(table.get("implies", ())) for name, table in tables.items()}
        self._headers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
        self._metas: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
        self._cookies: dict[str, str] = {}
        self._cookie_starts: list[tuple[str, str]] = []
        self._hosts: dict[str, str] = {}
        self._versions: dict[str, re.Pattern[str]] = {}
        for name, table in tables.items():
            self._add(name, table)
        self._paths = _Words(
            (word, name) for name, table in tables.items() for word in table.get("paths", ())
        )
        self._html = _Words((word, name) for name, table in tables.items() for word in table.get("html", ()))

    def _add(self, name: str, table: Mapping[str, Any]) -> None:
        for header, expression in table.get("headers", {}).items():
            self._headers.setdefault(header, []).append((name, re.compile(expression, re.I)))
        metas = dict(table.get("metas", {}))
        if "generator" in table:
            metas["generator"] = table["generator"]
        for meta, expression in metas.items():
            self._metas.setdefault(meta, []).append((name, re.compile(expression, re.I)))
        for cookie in table.get("cookies", ()):
            if cookie.endswith("*"):
                self._cookie_starts.append((cookie[:-1], name))
            else:
                self._cookies[cookie] = name
        self._hosts.update(dict.fromkeys(table.get("hosts", ()), name))
        if "version" in table:
            self._versions[name] = re.compile(table["version"], re.I)

    def in_response(self, response: Response) -> Iterator[Sighting]:
        """By headers and cookies."""
        url = response.url
        for header, value in response.headers:
            for name, expression in self._headers.get(header.lower(), ()):
                found = expression.search(value[:MAX_VALUE])
                if found:
                    yield Sighting(name, _version(found), url, f"{header}: {value[:MAX_VALUE]}")
        for cookie in _cookie_names(response.headers):
            if known := self._cookie(cookie):
                yield Sighting(known, "", url, f"Set-Cookie: {cookie}=…")

    def _cookie(self, cookie: str) -> str:
        if cookie in self._cookies:
            return self._cookies[cookie]
        return next((name for start, name in self._cookie_starts if cookie.startswith(start)), "")

    def in_page(self, page: Page) -> Iterator[Sighting]:
        """By meta elements, addresses of what the page loads, and parts of its source."""
        for meta, expressions in self._metas.items():
            value = page.metas.get(meta, "")[:MAX_VALUE]
            for name, expression in expressions if value else ():
                found = expression.search(value)
                if found:
                    yield Sighting(name, _version(found), page.url, f'<meta name="{meta}" content="{value}">')
        yield from self._by_addresses(page)
        source = page.text[:MAX_SOURCE]
        for name, word in self._html.found_in(source.lower()).items():
            yield Sighting(name, self._version_in(name, source), page.url, word)

    def _by_addresses(self, page: Page) -> Iterator[Sighting]:
        addresses = [each.url for each in page.scripts if each.url]
        addresses += [each.url for each in page.links if each.tag in _LOADING]
        ours = site_of(page.host)
        paths: list[str] = []
        for address in dict.fromkeys(addresses):
            host = host_of(address)
            if name := self._hosts.get(host):
                yield Sighting(name, "", page.url, address[:MAX_VALUE])
            elif site_of(host) == ours:
                paths.append(_path(address))
        for name, word in self._paths.found_in("\n".join(paths)).items():
            yield Sighting(name, "", page.url, word)

    def _version_in(self, name: str, source: str) -> str:
        expression = self._versions.get(name)
        found = expression.search(source) if expression else None
        return _version(found) if found else ""


class _Words:
    """Which of many words stand in a text, in one pass."""

    def __init__(self, words: Iterable[tuple[str, str]]) -> None:
        self._words = list(words)
        self._automaton = AhoCorasick([word for word, _ in self._words])

    def found_in(self, text: str) -> dict[str, str]:
        """The first word by the name it stands for."""
        found: dict[str, str] = {}
        if not text.isascii():
            text = text.encode("utf-8", "replace").decode("utf-8")
        for number, _, _ in self._automaton.find_matches_as_indexes(text, overlapping=True):
            word, name = self._words[number]
            found.setdefault(name, word)
        return found


def in_error_page(response: Response) -> Sighting | None:
    """The server's own error page that tells which version it is."""
    if response.status < 400 or not response.is_html:
        return None
    found = _ERROR_PAGE.search(response.text[:MAX_SOURCE][-_ERROR_REACH:])
    if found is None:
        return None
    proof, name, version = [each for each in found.groups() if each is not None][:3]
    return Sighting(_ERROR_NAMES[name.lower()], version.strip("."), response.url, proof)


@cache
def signatures() -> Signatures:
    """Those of the table. Raises ValueError when it cannot be read."""
    return Signatures(_table("technologies"))


@cache
def support() -> Mapping[str, Support]:
    """By the technology's name."""
    return {name: Support(**table) for name, table in _table("end_of_life").items()}


def is_below(version: str, limit: str) -> bool:
    """Whether a version comes before another, as far as both are told: 8 is not below 8.2, 7 is."""
    pairs = zip(version.split("."), limit.split("."), strict=False)
    for ours, theirs in pairs:
        if not ours.isdigit() or len(ours) > 9:
            return False
        if int(ours) != int(theirs):
            return int(ours) < int(theirs)
    return False


def _table(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _version(found: re.Match[str]) -> str:
    return ((found[1] or "") if found.re.groups else "").strip(".")


def _cookie_names(headers: Headers) -> Iterator[str]:
    for name, value in headers:
        if name.lower() == "set-cookie":
            yield value[:MAX_VALUE].partition("=")[0].strip()


def _path(address: str) -> str:
    try:
        return urlsplit(address).path[:MAX_VALUE].lower()
    except ValueError:
        return ""
