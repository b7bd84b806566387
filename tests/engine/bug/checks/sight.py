"""Answers made by hand, and what the passive checks see in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.engine.bug.gathered import Gathered
from app.engine.bug.page import Page
from app.engine.bug.types import Headers, Hit, Plan, Request, Response

HTML: Headers = (("Content-Type", "text/html; charset=utf-8"),)
SITE = "https://shop.site.example"
NOW = 1_790_000_000.0


def answer(
    body: str = "",
    path: str = "/",
    *,
    status: int = 200,
    headers: Headers = (),
    kind: str = "",
    site: str = SITE,
) -> Response:
    first = (("Content-Type", kind),) if kind else HTML
    return Response(Request(site + path), status, first + headers, body.encode(), at=NOW)


def page(
    body: str = "",
    path: str = "/",
    *,
    status: int = 200,
    headers: Headers = (),
    kind: str = "",
    site: str = SITE,
) -> Page:
    return Page(answer(body, path, status=status, headers=headers, kind=kind, site=site))


def html(body: str, head: str = "") -> str:
    return f"<!doctype html><html><head><title>Shop</title>{head}</head><body>{body}</body></html>"


def gathered(*pages: Page, site: str = SITE) -> Gathered:
    files = {each.url: each for each in pages if not each.is_html}
    return Gathered(Plan(site), f"{site}/", [each for each in pages if each.is_html], files)


def by_site(check: Callable[[Gathered], Iterator[Hit]], *pages: Page, site: str = SITE) -> list[Hit]:
    return list(check(gathered(*pages, site=site)))


def by_page(check: Callable[[Page, Gathered], Iterator[Hit]], *pages: Page, site: str = SITE) -> list[Hit]:
    all_of_them = gathered(*pages, site=site)
    return [hit for each in all_of_them.everything for hit in check(each, all_of_them)]


def rules(hits: list[Hit]) -> set[str]:
    return {hit.rule.partition(".")[2] for hit in hits}
