"""Where in the page, by names that survive a rebuild: tag and stable class, four levels up."""

from __future__ import annotations

import re
from functools import lru_cache

LEVELS = 4
_MAX_TAG = 40
_MAX_CLASSES = 500
_DIGITS = re.compile(r"\d+")
# CSS modules and CSS-in-JS: `css-1x2y3z`, `sc-bdVaJa`, `Button_root__a1B2c`, `_3fK9x`, `jsx-123`,
# `svelte-abc12`.
_GENERATED = re.compile(
    r"^(?:css|jsx|svelte|sc|emotion|styled|ng|_ngcontent|_nghost|data-v|makestyles|jss|tss)-?[\w-]*\d?"
    r"|^_[\w-]{4,}$|^[a-z]{1,3}[A-Z]\w{2,6}$|^(?=[\w-]*+$)[^0-9]*+[0-9][^a-z]*+[a-z][^0-9]*+[0-9]",
)
_HASHED_END = re.compile(r"(?:__|--|_|-)[A-Za-z0-9+]{5,8}$")
_STATES = """
    active current selected open show in is-active is-open visible first last odd even hover focus
    loaded lazyloaded lazyload lazy new hot sticky fixed collapsed expanded
"""
_STATEFUL = frozenset(_STATES.split())


def stable_class(value: str) -> str:
    """The first class of the attribute that looks written by hand, without its digits, or an empty string."""
    return _stable_class(value[:_MAX_CLASSES])


@lru_cache(maxsize=20_000)
def _stable_class(value: str) -> str:
    for name in value.split()[:6]:
        if name in _STATEFUL or _GENERATED.match(name):
            continue
        end = _HASHED_END.search(name)
        if end and re.search(r"\d", end.group()) and re.search(r"[A-Za-z]", end.group()):
            name = name[: end.start()]
        name = _DIGITS.sub("", name).strip("-_")
        if name:
            return name[:40]
    return ""


def part(tag: str, classes: str) -> str:
    """`div`, `ul.news`: one level of a region."""
    return _part(tag[:_MAX_TAG], classes[:_MAX_CLASSES])


@lru_cache(maxsize=20_000)
def _part(tag: str, classes: str) -> str:
    name = stable_class(classes) if classes else ""
    return f"{tag}.{name}" if name else tag
