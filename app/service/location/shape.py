"""Whether samples from elsewhere have the shape that ours have: pages show them, sentences are made of them.

A probe elsewhere may be in somebody else's hands, key and all. Its lies about targets are for the votes of
other locations to outweigh; what is looked at here is only that nobody trips over them.
"""

from __future__ import annotations

from math import isfinite
from typing import Any, get_args

import orjson

from app.engine.usability.types import PHASES, Sample, Status
from app.models.result import REASON_LENGTH

MOST_FACTS = 400_000
"""Bytes of JSON: a picture is the most of them."""
MOST_DETAIL = 20_000
_STATUSES = frozenset(get_args(Status))
_MEASURES = ("total_ms", *PHASES, "late_ms", "lag_ms")
_MOST_MS = 1e9
_NAMED = ("evidence", "tls")


def is_well_shaped(sample: Sample) -> bool:
    """Whether each value is of its kind and no larger than a probe of ours would send."""
    return (
        isinstance(sample.status, str)
        and sample.status in _STATUSES
        and _is_text(sample.reason, REASON_LENGTH)
        and _is_text(sample.address, 64)
        and all(_is_measure(getattr(sample, name)) for name in _MEASURES)
        and type(sample.started_ms) is int
        and sample.late_ms is not None
        and sample.lag_ms is not None
        and _is_number(sample.http_status, 0, 999)
        and _is_flat(sample.detail)
        and len(orjson.dumps(sample.detail)) <= MOST_DETAIL
        and _are_facts(sample.facts)
    )


def _is_text(value: Any, most: int) -> bool:
    return value is None or (isinstance(value, str) and len(value) <= most)


def _is_number(value: Any, least: float, most: float) -> bool:
    return value is None or (type(value) in (int, float) and isfinite(value) and least <= value <= most)


def _is_measure(value: Any) -> bool:
    return _is_number(value, -_MOST_MS, _MOST_MS)


def _is_flat(detail: Any, firsts: int = 2) -> bool:
    """Words and numbers by name; lists of such at most.

    `first` may be the detail of the failure that led to this one, as of a proxy on the way to a token.
    """
    return isinstance(detail, dict) and all(
        _is_plain(each)
        or (isinstance(each, list) and all(map(_is_plain, each)))
        or (name == "first" and firsts > 0 and _is_flat(each, firsts - 1))
        for name, each in detail.items()
    )


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, (str, int, float))


def _are_facts(facts: Any) -> bool:
    """Evidence becomes the incident's, where names that begin with _ are the installation's own."""
    return (
        isinstance(facts, dict)
        and all(isinstance(facts.get(name, {}), dict) for name in _NAMED)
        and not any(name.startswith("_") for name in facts.get("evidence", ()))
        and len(orjson.dumps(facts)) <= MOST_FACTS
    )
