"""A reason's code and detail as a sentence a person reads, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from app.engine.tamper.registry import all_detectors

_JUDGE = {
    "learning": {
        "en": "Still learning: {have} of {need} baselines.",
        "zh": "仍在学习：已有 {have} 个基线，共需 {need} 个。",
    },
}


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    table: dict[str, Mapping[str, str]] = dict(_JUDGE)
    for each in all_detectors():
        table.update(each.sentences)
    return table


class _Gaps(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def sentence(code: str, detail: Mapping[str, Any], locale: str = "en") -> str:
    """The sentence of a code; the code itself when nobody knows it (a reason of another release)."""
    texts = _table().get(code)
    if texts is None:
        return code
    values = {
        name: ", ".join(map(str, value)) if isinstance(value, list) else value
        for name, value in detail.items()
    }
    return (texts.get(locale) or texts["en"]).format_map(_Gaps(values))
