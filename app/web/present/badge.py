"""A badge: a small picture of two words, for a README or a foot of a page."""

from __future__ import annotations

from html import escape

from app.web.xml_text import xml_text

_COLOURS = {
    "up": "#2a8a4a",
    "slow": "#b7791f",
    "down": "#c53030",
    "maintenance": "#6b46c1",
    "unknown": "#6b7280",
}
# Rough widths of characters in 11 px Verdana and its kin; a badge has room to spare.
_NARROW, _USUAL, _CAPITAL, _BROAD = 4.0, 7.0, 8.0, 11.5
_BROAD_LETTERS = frozenset("mwMW@%&ЖМФШЩЫЮжмфшщыюΩΨ")
_MOST = 60


def badge(label: str, value: str, state: str) -> str:
    """The picture as SVG. Both words are escaped; long ones are cut."""
    left, right = _cut(label), _cut(value)
    widths = [round(_width(each)) + 12 for each in (left, right)]
    total, colour = sum(widths), _COLOURS.get(state, _COLOURS["unknown"])
    middle = widths[0] + widths[1] / 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="20" role="img" '
        f'aria-label="{escape(left)}: {escape(right)}"><title>{escape(left)}: {escape(right)}</title>'
        f'<rect width="{total}" height="20" rx="3" fill="#3b4252"/>'
        f'<path d="M{widths[0]} 0h{widths[1] - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{widths[1] - 3}z" '
        f'fill="{colour}"/><g fill="#fff" text-anchor="middle" '
        'font-family="Verdana,Geneva,DejaVu Sans,Noto Sans CJK SC,sans-serif" font-size="11">'
        f'<text x="{widths[0] / 2}" y="14">{escape(left)}</text>'
        f'<text x="{middle}" y="14">{escape(right)}</text></g></svg>'
    )


def _cut(text: str) -> str:
    text = " ".join(xml_text(text).split())
    return text if len(text) <= _MOST else text[: _MOST - 1] + "…"


def _width(text: str) -> float:
    return sum(map(_width_of, text))


def _width_of(char: str) -> float:
    if char in "iljtfI.,:;|!' ":
        return _NARROW
    if char in _BROAD_LETTERS or ord(char) > 0x2E80:
        return _BROAD
    return _CAPITAL if char.isupper() else _USUAL
