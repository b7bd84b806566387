"""What a session keeps between a question and its answer: used once, for one purpose, and not for long."""

from __future__ import annotations

from typing import Any, cast

from flask import session

from app.core.clock import now_ms
from app.core.errors import InvalidError

MOST_SECONDS = 600


def put_challenge(purpose: str, value: dict[str, Any]) -> None:
    """Keep it in the session, in the place of one before."""
    session["challenge"] = {"purpose": purpose, "at": now_ms(), "value": value}


def take_challenge(purpose: str, field: str = "credential") -> dict[str, Any]:
    """What was kept for this purpose, gone from now on; `InvalidError` naming `field` when there is none."""
    kept = session.pop("challenge", None)
    if kept is None or kept["purpose"] != purpose or now_ms() - kept["at"] > MOST_SECONDS * 1000:
        raise InvalidError({field: "took too long, or was answered already; try again"})
    return cast("dict[str, Any]", kept["value"])
