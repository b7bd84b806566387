"""The face of plain fetching: pages in, observations out."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from functools import partial

from app.engine.net.guard import AllowList
from app.engine.tamper.fetch.assets import WantsAsset, fetch_assets
from app.engine.tamper.fetch.loop import FetchLoop
from app.engine.tamper.fetch.views import VIEWS
from app.engine.tamper.fetch.want import Want
from app.engine.tamper.types import Asset, Observation

_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+: [^\x00-\x08\x0a-\x1f\x7f]*")


class Fetcher:
    """Fetches pages, many at once, in a thread of its own; `fetch` may be called from several threads.

    `ca_file` is the bundle of trusted authorities (PEM), `dns_servers` overrules `/etc/resolv.conf`, `now` is
    the wall clock in unix seconds. Make it after a fork, never before: threads do not survive one.
    """

    def __init__(self, *, ca_file: str, dns_servers: Sequence[str] = (), now: Callable[[], float]) -> None:
        self._loop = FetchLoop(ca_file, dns_servers, now)

    def fetch(self, wanted: Sequence[Want]) -> list[Observation]:
        """Fetch them together; the observations in the order of `wanted`.

        Whatever a server does wrong becomes an `error` of `errors.ERRORS`. Raises ValueError for an unknown
        view, an unreadable network or header, and RuntimeError after `close()`.
        """
        for want in wanted:
            _validate(want)
        found: list[Observation | None] = [None] * len(wanted)
        is_done = threading.Event()
        left = len(wanted)

        def take(place: int, observation: Observation) -> None:
            nonlocal left
            found[place] = observation
            left -= 1
            if not left:
                is_done.set()

        for place, want in enumerate(wanted):
            self._loop.submit(want, partial(take, place))
        if wanted:
            is_done.wait()
        return [each for each in found if each is not None]

    def fetch_assets(
        self,
        observation: Observation,
        wanted: Sequence[WantsAsset],
        *,
        allow: tuple[str, ...] = (),
        total_bytes: int = 8_000_000,
        max_each: int = 2_000_000,
    ) -> tuple[Asset, ...]:
        """The files beside a page, asked for as the page was; see `assets.fetch_assets` for the bounds."""
        return fetch_assets(
            self.fetch, observation, wanted, allow=allow, total_bytes=total_bytes, max_each=max_each
        )

    def close(self) -> None:
        self._loop.close()

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def _validate(want: Want) -> None:
    if want.view not in VIEWS:
        raise ValueError(f"{want.view!r} is no view; there are {', '.join(VIEWS)}")
    AllowList.of(want.allow)
    for name, value in want.headers.items():
        if not _HEADER.fullmatch(f"{name}: {value}"):
            raise ValueError(f"{name!r} cannot be sent as a header")
