"""What may be said of a watch: values checked, all wrong ones named at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lxml.cssselect import CSSSelector, SelectorError

from app.engine.net.guard import TargetError, parse_target
from app.engine.tamper.fetch import VIEWS
from app.engine.tamper.types import PLAIN
from app.models import Watch
from app.models.tamper import WATCH_MODES
from app.service.values import clean_values, plain_name

SHOWN = (
    "name",
    "url",
    "mode",
    "interval_seconds",
    "views",
    "watch_selectors",
    "ignore_selectors",
    "words",
    "allowed_words",
    "allowed_keys",
    "snapshot_days",
)
INTERVALS = (60, 86_400)
SNAPSHOT_DAYS = (1, 3650)
MAX_SELECTORS = 50
MAX_WORDS = 1000
MAX_KEYS = 1000
MAX_NAME = 200
MAX_URL = 2000

# A change of these makes the learned profile another one, and of those the verdict.
RELEARNED = ("watch_selectors", "ignore_selectors")
REJUDGED = ("words", "allowed_words", "allowed_keys")


def cleaned(values: dict[str, Any]) -> dict[str, Any]:
    """The given values, trimmed; an `InvalidError` names each that will not do."""
    return clean_values(values, _KINDS)


def _name(value: str) -> str:
    # A control that turns the reading direction would turn round every line the name stands in.
    name = plain_name(value)
    if not name:
        raise ValueError("must not be empty")
    if len(name) > MAX_NAME:
        raise ValueError(f"must have at most {MAX_NAME} characters")
    return name


def _url(value: str) -> str:
    url, problem = clean_url(value)
    if problem:
        raise ValueError(problem)
    return url


def _mode(value: str) -> str:
    if value not in WATCH_MODES:
        raise ValueError(f"must be one of: {', '.join(WATCH_MODES)}")
    return value


def _from_to(least: int, most: int) -> Callable[[int], int]:
    def take(value: int) -> int:
        if not least <= value <= most:
            raise ValueError(f"must be from {least} to {most}")
        return value

    return take


def _views(value: list[str]) -> list[str]:
    """What visitors see leads, whatever the order given."""
    views = list(dict.fromkeys(value))
    if not views or not VIEWS.keys() >= set(views):
        raise ValueError(f"must be some of: {', '.join(VIEWS)}")
    return sorted(views, key=lambda view: view != PLAIN)


def _at_most(most: int) -> Callable[[list[str]], list[str]]:
    def take(values: list[str]) -> list[str]:
        kept = _trimmed(values)
        if len(kept) > most:
            raise ValueError(f"at most {most}")
        return kept

    return take


def _selectors(values: list[str]) -> list[str]:
    kept = _at_most(MAX_SELECTORS)(values)
    for selector in kept:
        try:
            CSSSelector(selector)
        except SelectorError as error:
            raise ValueError(f"{selector!r} is not a CSS selector") from error
    return kept


_KINDS: dict[str, Callable[[Any], Any]] = {
    "name": _name,
    "url": _url,
    "mode": _mode,
    "interval_seconds": _from_to(*INTERVALS),
    "views": _views,
    "watch_selectors": _selectors,
    "ignore_selectors": _selectors,
    "words": _at_most(MAX_WORDS),
    "allowed_words": _at_most(MAX_WORDS),
    "allowed_keys": _at_most(MAX_KEYS),
    "snapshot_days": _from_to(*SNAPSHOT_DAYS),
}


def clean_url(url: str) -> tuple[str, str | None]:
    """A page's address without its fragment, and what is wrong with it."""
    url = url.strip().partition("#")[0]
    try:
        clean = parse_target(url).url
        return clean, None if len(clean) <= MAX_URL else f"must have at most {MAX_URL} characters"
    except TargetError as error:
        return url, str(error)


def _trimmed(values: list[str]) -> list[str]:
    return list(dict.fromkeys(value.strip() for value in values if value.strip()))


def facts(watch: Watch) -> dict[str, Any]:
    return {name: getattr(watch, name) for name in SHOWN}
