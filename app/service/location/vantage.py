"""From where a monitor is probed: those of its locations that are switched on, else our own."""

from __future__ import annotations

from functools import lru_cache

import orjson

from app.service.location.known import enabled_codes, home


def vantage_points(locations: str) -> tuple[str, ...]:
    """The codes, of a monitor's `locations` as the database holds them: a JSON list."""
    return (home(),) if locations in ("[]", "") else _chosen(locations, enabled_codes(), home())


def locations_among(wanted: list[str]) -> tuple[str, ...]:
    """The same, of the list itself."""
    return vantage_points(orjson.dumps(wanted).decode())


@lru_cache(maxsize=1024)
def _chosen(locations: str, enabled: tuple[str, ...], own: str) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(code for code in orjson.loads(locations) if code in enabled))
    return chosen or (own,)
