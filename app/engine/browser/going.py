"""Going to a page."""

from __future__ import annotations

from playwright.sync_api import Error, Page


def go(page: Page, url: str, *, timeout_ms: float, referer: str = "") -> None:
    """Go there, until the answer has begun. Raises Playwright's Error when there is nothing to wait for.

    A page whose script goes elsewhere at once is no failure: it is looked at where it arrives.
    """
    try:
        page.goto(url, referer=referer or None, timeout=timeout_ms, wait_until="commit")
    except Error as error:
        if "interrupted by another navigation" not in error.message:
            raise
