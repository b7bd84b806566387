"""Noise that rewrites the source: order of attributes, spaces, entities."""

from __future__ import annotations

import re
from random import Random

from tests.tamper.corpus.noise.registry import Transform, whole_page
from tests.tamper.corpus.site import Moment, Site

_PARTS = re.compile(
    r"(<(?:script|style|textarea|pre)\b.*?</(?:script|style|textarea|pre)\s*>|<!--.*?-->)", re.S | re.I
)
_TAG = re.compile(r"<([a-zA-Z][\w-]*)((?:\s+[\w:-]+=(?:\"[^\"]*\"|'[^']*'))+)(\s*/?)>")
_PAIR = re.compile(r"\s+[\w:-]+=(?:\"[^\"]*\"|'[^']*')")


def _outside(source: str, change: Transform, m: Moment) -> str:
    """Change what lies outside scripts, styles and comments."""
    parts = _PARTS.split(source)
    return "".join(part if number % 2 else change(part, m) for number, part in enumerate(parts))


@whole_page("attribute_order", odds=0.5)
def attribute_order(site: Site) -> Transform:
    def change(source: str, m: Moment) -> str:
        r = m.rng("attribute_order")

        def shuffled(match: re.Match[str]) -> str:
            pairs = _PAIR.findall(match[2])
            if r.random() < 0.5:
                r.shuffle(pairs)
            return f"<{match[1]}{''.join(pairs)}{match[3]}>"

        return _outside(source, lambda part, _: _TAG.sub(shuffled, part), m)

    return change


@whole_page("whitespace", odds=0.7)
def whitespace(site: Site) -> Transform:
    def change(source: str, m: Moment) -> str:
        style = m.rng("whitespace").randrange(3)
        if style == 0:
            return source
        if style == 1:
            return _outside(source, lambda part, _: re.sub(r">\s+<", "> <", part), m)
        return _outside(source, lambda part, _: re.sub(r">\s*\n\s*<", ">\n\t<", part), m)

    return change


@whole_page("minified", kind="event", odds=0.5)
def minified(site: Site) -> Transform:
    """The owner's new server squeezes spaces and drops comments from now on."""

    def change(source: str, m: Moment) -> str:
        source = (
            re.sub(r"<!--(?!\[if|<!).*?-->", "", source, flags=re.S) if "<![endif" not in source else source
        )
        return _outside(source, lambda part, _: re.sub(r"\s{2,}", " ", part), m)

    return change


@whole_page("entities", kind="event", odds=0.5)
def entities(site: Site) -> Transform:
    """Letters beyond ASCII are written as references from now on."""
    rng = site.rng("entities")
    form = rng.choice(["&#{};", "&#x{:x};"])

    def change(source: str, m: Moment) -> str:
        def written(part: str, _: Moment) -> str:
            return re.sub(r"[^\x00-\x7f]", lambda match: form.format(ord(match[0])), part)

        return _outside(source, written, m)

    return change


def choice(rng: Random, names: list[str], odds: list[float], count: int) -> list[str]:
    """`count` different names, likelier ones oftener."""
    chosen: list[str] = []
    while len(chosen) < min(count, len(names)):
        name = rng.choices(names, odds)[0]
        if name not in chosen:
            chosen.append(name)
    return chosen
