"""Which of a page's links are worth following: the pages that a site lives from, one of each kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import lxml.etree
import lxml.html

from app.engine.net.charset import decode
from app.engine.net.target import TargetError, parse_target
from app.engine.net.urls import resolve

MAX_LINKS = 2000
_MAX_HTML = 1_500_000
_MAX_TITLE = 200
_MAX_TEXT = 60
_NAVIGATION = {"nav", "header", "menu"}
_NAVIGATION_NAME = re.compile(r"\b(nav|navbar|menu|topbar|header)", re.IGNORECASE)
_LEVELS_UP = 8
# What a page is for, told by its address or by the link's words; the first that fits counts.
_ROLES = (
    ("login", 90, re.compile(r"log[-_]?in\b|sign[-_]?in\b|\bsso\b|passport|登录|登陆|登入", re.IGNORECASE)),
    (
        "payment",
        85,
        re.compile(
            r"\bpay|payment|checkout|\bcart\b|billing|donate|支付|付款|缴费|购物车|充值", re.IGNORECASE
        ),
    ),
    ("contact", 80, re.compile(r"contact|kontakt|联系|聯絡|聯繫", re.IGNORECASE)),
    ("about", 75, re.compile(r"\babout|impressum|关于|關於|简介|概况", re.IGNORECASE)),
)
_RANKS = {"home": 100, "navigation": 60, "link": 40, "sitemap": 30}
# Files that are no pages, and addresses that do something.
_FILES = re.compile(
    r"\.(?!html?$|php\d?$|aspx?$|jspx?$|do$|action$|s?html$|cgi$|xhtml$|cfm$)[a-z0-9]{1,5}$", re.IGNORECASE
)
_ACTS = re.compile(
    r"log[-_]?out|sign[-_]?out|delete|remove|unsubscribe|add[-_]to|/cdn-cgi/|退出|注销", re.IGNORECASE
)
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Link:
    """A page to look at. `why` is home, login, payment, contact, about, navigation, link or sitemap."""

    url: str
    why: str
    depth: int

    @property
    def rank(self) -> int:
        """Higher comes first."""
        role = next((rank for name, rank, _ in _ROLES if name == self.why), None)
        path = urlsplit(self.url).path
        return (role or _RANKS[self.why]) - 5 * self.depth - path.count("/")

    @property
    def pattern(self) -> str:
        """The same for pages of one kind: digits are dropped, queries known by their names."""
        parts = urlsplit(self.url)
        names = ",".join(sorted({name for name, _ in parse_qsl(parts.query)}))
        return f"{parts.netloc}{_DIGITS.sub('#', parts.path).rstrip('/')}?{names}"

    @property
    def folder(self) -> str:
        """Host and directory of a page; empty for pages at a site's top, which are all of their own kind."""
        parts = urlsplit(self.url)
        folder = parts.path.rpartition("/")[0]
        return f"{parts.netloc}{_DIGITS.sub('#', folder)}" if folder else ""


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    links: tuple[Link, ...]


def read_page(body: bytes, content_type: str, url: str, depth: int) -> Page:
    """Title and followable links of a page, in order, wherever they lead. Never raises for what is in it."""
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    text = decode(body[:_MAX_HTML], content_type)
    try:
        tree = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (lxml.etree.LxmlError, ValueError):
        return Page("", ())
    title = " ".join((tree.findtext(".//title") or "").split())[:_MAX_TITLE]
    base = next(
        (resolve(url, each.get("href")) for each in islice(tree.iter("base"), 1) if each.get("href")), url
    )
    anchors = islice(tree.iter("a", "area"), MAX_LINKS)
    found = (link_of(each, base, depth + 1) for each in anchors)
    return Page(title, tuple({link.url: link for link in found if link is not None}.values()))


def link_of(anchor: Any, base: str, depth: int) -> Link | None:
    url = followable(resolve(base, anchor.get("href") or ""))
    if url is None:
        return None
    is_navigation = _is_in_navigation(anchor)
    query = urlsplit(url).query
    # A query may go on for ever (calendars, filters, sessions); the main menu knows which are pages.
    if query and (not is_navigation or len(parse_qsl(query)) > 2):
        return None
    words = " ".join(islice(anchor.itertext(), 10))[:_MAX_TEXT]
    return Link(url, _why(f"{urlsplit(url).path} {words}", is_navigation), depth)


def followable(address: str) -> str | None:
    """The address in its one spelling, without fragment; None when it is no page's."""
    try:
        target = parse_target(address)
    except TargetError:
        return None
    path = target.path.partition("?")[0]
    if _FILES.search(path) or _ACTS.search(target.path):
        return None
    return target.url


def sitemap_links(body: bytes, limit: int = 500) -> Iterator[str]:
    """Addresses of a sitemap (https://www.sitemaps.org). Read as text: XML has ways to grow on its reader."""
    text = body.decode("utf-8", "replace")
    for match in islice(re.finditer(r"<loc>\s{0,20}([^<>\s]{1,2000})\s{0,20}</loc>", text), limit):
        yield match[1].replace("&amp;", "&")


def _why(text: str, is_navigation: bool) -> str:
    role = next((name for name, _, words in _ROLES if words.search(text)), None)
    return role or ("navigation" if is_navigation else "link")


def _is_in_navigation(anchor: Any) -> bool:
    for above in islice(anchor.iterancestors(), _LEVELS_UP):
        if above.tag in _NAVIGATION or above.get("role") == "navigation":
            return True
        if _NAVIGATION_NAME.search(f"{above.get('id', '')} {above.get('class', '')}"[:200]):
            return True
    return False
