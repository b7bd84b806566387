"""How a page hides things: declarations that take an element out of sight, inline or by a rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

MAX_CSS = 400_000
_OUT_OF_SIGHT = 500
"""Pixels (or em × 16) beyond which something is off every screen."""
_TINY = 2
_SHORT = 2_000
"""Characters of a style worth remembering its reading for."""
_MAX_DECLARATIONS = 40_000
_TINY_FONT = 3

_DECLARATION = re.compile(r"(?<![\w-])([\w-]++)\s*+:([^;]+)")
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.S)
_LENGTH = re.compile(r"(-?[\d.]+)\s*(px|em|rem|ex|ch|vw|vh|%|pt|cm|mm|in)?")
_RULE = re.compile(r"(?<![^{}])([^{}]++)\{([^{}]*+)\}")
_MEDIA = re.compile(r"@media", re.I)
_FOR_PRINT = re.compile(r"\bprint\b", re.I)
_BLOCK = re.compile(r"\{(?:[^{}]*+\{[^{}]*+\})*+[^{}]*+\}")
_MAX_BROKEN = 20
_LAST = re.compile(r"[\s>+~]+")
_NAME = re.compile(r"([.#])((?:[\w-]|[^\x00-\x7f]|\\.)++)")
_NOT = re.compile(r":not\([^)]{0,200}+\)")
_STATE = re.compile(r"::?(?!not\b|is\b|where\b)[\w-]+")
_URL = re.compile(r"url\(\s*[\"']?([^\"')]{1,2000})|@import\s+[\"']([^\"']{1,2000})", re.I)
_HINT = re.compile(
    r"none|hidden|opacity|indent|clip|scale|translate|z-index|:\s*-|font-size|height|width|collapse|filter|color|cursor|decoration",
    re.I,
)
_PIXELS = {"px": 1, "em": 16, "rem": 16, "ex": 8, "ch": 8, "vw": 12, "vh": 8, "%": 5.5, "pt": 1.3}
_WHITE = {"#fff", "#ffffff", "white", "rgb(255,255,255)", "#fefefe", "#fdfdfd", "#fcfcfc", "transparent"}


class Hiding(NamedTuple):
    """Classes and ids that rules hide, each with how."""

    classes: dict[str, str]
    ids: dict[str, str]


def hides(style: str) -> str | None:
    """How the declarations put their element out of sight, in a word, or None when they don't."""
    return _hides(style) if len(style) <= _SHORT else _hides.__wrapped__(style[:_MAX_DECLARATIONS])


@lru_cache(maxsize=8_192)
def _hides(style: str) -> str | None:
    if not _HINT.search(style):
        return None
    said = {
        name.lower(): value.strip().lower().removesuffix("!important").strip()
        for name, value in _DECLARATION.findall(_COMMENT.sub("", style))
    }
    return next((how for how, is_so in _TRICKS if is_so(said)), None)


def _number(text: str | None) -> float | None:
    """A length in pixels, roughly; None when it is none."""
    match = _LENGTH.fullmatch(text.strip()) if text else None
    if match is None:
        return None
    try:
        return float(match[1]) * _PIXELS.get(match[2] or "px", 10)
    except ValueError:
        return None


def _is_small(text: str | None, limit: float) -> bool:
    number = _number(text)
    return number is not None and abs(number) <= limit


def _is_far(said: dict[str, str]) -> bool:
    moved = [said.get(name) for name in ("left", "top", "right", "bottom")]
    if said.get("position") not in ("absolute", "fixed", "relative"):
        moved = []
    moved += [said.get(name) for name in ("margin-left", "margin-top", "margin-right", "text-indent")]
    moved += said.get("margin", "").split()
    moved += said.get("inset", "").split()
    moved += re.findall(r"translate\w{0,2}\(([^)]{0,200}+)\)", said.get("transform", ""))
    numbers = [_number(part) for each in moved if each for part in each.split(",")]
    return any(number is not None and (number <= -_OUT_OF_SIGHT or number >= 5_000) for number in numbers)


def _is_flat(said: dict[str, str]) -> bool:
    """No height or width, and what would stick out is cut off."""
    sizes = [said.get(name) for name in ("height", "width", "max-height", "max-width")]
    is_cut = any("hidden" in said.get(name, "") or "clip" in said.get(name, "") for name in _OVERFLOW)
    return is_cut and any(_is_small(size, _TINY) for size in sizes)


def _is_clear(said: dict[str, str]) -> bool:
    value = said.get("opacity", "").removesuffix("%")
    try:
        return bool(value) and float(value) <= (5 if said["opacity"].endswith("%") else 0.05)
    except ValueError:
        return False


def _is_clipped(said: dict[str, str]) -> bool:
    clip = said.get("clip", "").replace(" ", "")
    path = said.get("clip-path", "").replace(" ", "")
    return bool(re.match(r"rect\((?:[01](?:px)?,?){4}\)", clip)) or bool(
        re.match(r"inset\((?:50|100)%|circle\(0|polygon\(0(?:px|%)?0(?:px|%)?(?:,00)*\)", path)
    )


def _is_behind(said: dict[str, str]) -> bool:
    value = said.get("z-index", "")
    return bool(re.fullmatch(r"-\d+", value)) and said.get("position", "") in (
        "absolute",
        "fixed",
        "relative",
    )


def _is_camouflaged(said: dict[str, str]) -> bool:
    color = said.get("color", "").replace(" ", "")
    ground = (said.get("background-color") or said.get("background") or "").replace(" ", "")
    if color == "transparent" or re.fullmatch(r"rgba\(.*,0(?:\.0\d*)?\)|#\w{6}00|#\w{3}0", color):
        return True
    return bool(color) and (color == ground or (color in _WHITE and ground in _WHITE))


_OVERFLOW = ("overflow", "overflow-x", "overflow-y")
_TRICKS = (
    ("display", lambda said: said.get("display") == "none"),
    ("visibility", lambda said: said.get("visibility") in ("hidden", "collapse")),
    ("off-screen", _is_far),
    ("zero-size", _is_flat),
    ("opacity", _is_clear),
    ("clip", _is_clipped),
    ("tiny-font", lambda said: _is_small(said.get("font-size"), _TINY_FONT)),
    (
        "scale",
        lambda said: bool(
            re.search(r"scale\w{0,2}\(\s{0,9}0?\.?0{0,9}\s{0,9}[,)]", said.get("transform", ""))
        ),
    ),
    ("behind", _is_behind),
    (
        "filter",
        lambda said: bool(re.search(r"opacity\(\s*0%?\s*\)|alpha\(opacity=0\)", said.get("filter", ""))),
    ),
    ("same-colour", _is_camouflaged),
    ("content-visibility", lambda said: said.get("content-visibility") == "hidden"),
    ("line-height", lambda said: _is_small(said.get("line-height"), 0)),
)


@lru_cache(maxsize=2_048)
def looks_like_text(style: str) -> bool:
    """Whether a link's own style makes it look like the text around: no line, no colour, no hand."""
    said = {name.lower(): value.strip().lower() for name, value in _DECLARATION.findall(style[:2_000])}
    has_no_line = said.get("text-decoration", said.get("text-decoration-line", "")) == "none"
    has_no_hand = said.get("cursor") in ("text", "default", "auto")
    has_no_colour = said.get("color") == "inherit"
    return [has_no_line, has_no_hand, has_no_colour].count(True) >= 2


def read_rules(sheets: Iterable[str]) -> Hiding:
    """What the rules of style sheets hide by class or id.

    The last part of a selector decides, whatever stands before it: a hidden thing more is no harm, since
    hiding alone alarms nobody. Rules for print are left out, and those for a state (`:hover`).
    """
    classes: dict[str, str] = {}
    ids: dict[str, str] = {}
    for sheet in sheets:
        for sign, name, how in _hidden_names(sheet[:MAX_CSS]):
            (classes if sign == "." else ids).setdefault(name, how)
    return Hiding(classes, ids)


@lru_cache(maxsize=128)
def _hidden_names(sheet: str) -> tuple[tuple[str, str, str], ...]:
    return tuple(_names_of(_without_print(_COMMENT.sub("", sheet))))


def _without_print(sheet: str) -> str:
    """The sheet less its blocks for print. One look from left to right; blocks that never end are left in."""
    kept: list[str] = []
    at = done = broken = 0
    while broken < _MAX_BROKEN and (media := _MEDIA.search(sheet, at)) is not None:
        opening = sheet.find("{", media.end())
        if opening < 0:
            break
        at = opening + 1
        if not _FOR_PRINT.search(sheet, media.end(), opening):
            continue
        block = _BLOCK.match(sheet, opening)
        if block is None:
            broken += 1
            continue
        kept.append(sheet[done : media.start()])
        at = done = block.end()
    return "".join((*kept, sheet[done:]))


def _names_of(sheet: str) -> Iterator[tuple[str, str, str]]:
    for selectors, body in _RULE.findall(sheet):
        how = hides(body)
        if how is None or how == "same-colour":
            continue
        for selector in selectors.split(","):
            compounds = _LAST.split(_NOT.sub("", selector.strip()))
            if _STATE.search(compounds[-1]):
                continue
            # `.a.b` hides what has both, `.a b` only what is in it: taking the nearest name is near enough.
            names = next((found for each in reversed(compounds) if (found := _NAME.findall(each))), None)
            if names:
                yield names[-1][0], names[-1][1].replace("\\", ""), how


def urls_in(css: str) -> tuple[str, ...]:
    """The addresses a style sheet or a style attribute loads from, of its first 400,000 characters."""
    return _urls_in(css) if len(css) <= _SHORT * 10 else _urls_in.__wrapped__(css[:MAX_CSS])


@lru_cache(maxsize=1_024)
def _urls_in(css: str) -> tuple[str, ...]:
    if "url(" not in css and "@import" not in css and "URL(" not in css:
        return ()
    return tuple(
        dict.fromkeys(first or second for first, second in _URL.findall(_COMMENT.sub("", css)[:MAX_CSS]))
    )
