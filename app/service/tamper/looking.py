"""Fetching the views of watched pages: all at once by the plain fetcher, or one by one in a browser."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import lru_cache

from app.core.settings import get_settings
from app.engine.tamper.fetch import Fetcher, Want, find_chromium
from app.service.scheduling.schedule import allowed_networks
from app.service.tamper.case import Case, Look

TIMEOUT_MS = 20_000


@lru_cache(maxsize=1)
def fetcher() -> Fetcher:
    """The fetcher of this process, with its one loop."""
    settings = get_settings()
    return Fetcher(ca_file=settings.CA_FILE, dns_servers=settings.DNS_SERVERS, now=time.time)


def look_at(cases: Sequence[Case]) -> None:
    """Fetch every view of these cases; whatever goes wrong is in their looks."""
    plain = [case for case in cases if case.watch.mode == "plain"]
    _look_plainly(plain)
    for case in cases:
        if case.watch.mode == "browser":
            _look_in_browser(case)


def _look_plainly(cases: Sequence[Case]) -> None:
    wants = [
        Want(case.watch.url, view, TIMEOUT_MS, allow=allowed_networks(case.organization))
        for case in cases
        for view in case.watch.views
    ]
    found = iter(fetcher().fetch(wants))
    for case in cases:
        case.looks = [Look(view, next(found)) for view in case.watch.views]


def _look_in_browser(case: Case) -> None:
    # Only the processes that show pages in a browser carry its code.
    from app.engine.tamper.fetch.browser import BrowseWant, browse

    settings = get_settings()
    chromium = find_chromium(vars(settings)["CHROMIUM"])
    case.looks = []
    for view in case.watch.views:
        want = BrowseWant(
            case.watch.url,
            allow=allowed_networks(case.organization),
            view=view,
            dns_servers=settings.DNS_SERVERS,
        )
        seen = browse(want, chromium=chromium, now=time.time)
        case.looks.append(Look(view, seen.observation, seen.screenshot_png))
