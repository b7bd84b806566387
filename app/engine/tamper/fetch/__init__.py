"""Getting a page as a visitor, a phone, a crawler or a browser sees it: guarded, bounded, never trusted."""

from __future__ import annotations

from app.engine.browser.chromium import find_chromium
from app.engine.tamper.fetch.browser import Browsed, BrowseWant, browse
from app.engine.tamper.fetch.errors import ERRORS, error_sentence
from app.engine.tamper.fetch.fetcher import Fetcher
from app.engine.tamper.fetch.views import VIEWS, View
from app.engine.tamper.fetch.want import MAX_BODY, Want

__all__ = [
    "ERRORS",
    "MAX_BODY",
    "VIEWS",
    "BrowseWant",
    "Browsed",
    "Fetcher",
    "View",
    "Want",
    "browse",
    "error_sentence",
    "find_chromium",
]
