"""The polite client of a scan: within its budget, its rate, its site, and until it is told to stop."""

from __future__ import annotations

from collections.abc import Sequence

from app.engine.bug.types import Headers, Plan, Request, Response


class ScanOverError(Exception):
    """No more may be asked. `reason` is budget, stopped, errors or time. Checks let it pass."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Asker:
    """Asks within a plan. Not for several threads at once."""

    plan: Plan
    sent: int
    """Requests sent so far, those without an answer too."""

    @property
    def left(self) -> int:
        """Requests the budget still permits (for a check: of its share)."""
        raise NotImplementedError

    def ask(
        self, request: Request | str, *, method: str = "GET", headers: Headers = (), body: bytes = b""
    ) -> Response:
        """Send one request and wait for its answer. A string is an address (absolute).

        Whatever goes wrong at the other end is the response's `error`; an address outside the scan gives
        the error "out_of_scope" and is not sent. Raises ScanOverError.
        """
        raise NotImplementedError

    def ask_all(self, requests: Sequence[Request | str]) -> list[Response]:
        """Send several, as many at once as the plan permits; the answers in order. Raises ScanOverError."""
        raise NotImplementedError

    def follow(self, request: Request | str, *, most: int = 10) -> tuple[Response, ...]:
        """The answers hop by hop; the last is no redirect, leads out of the scan, or has an error."""
        raise NotImplementedError

    def is_in_scope(self, url: str) -> bool:
        """Whether the address may be asked at all: the very host that is scanned."""
        raise NotImplementedError
