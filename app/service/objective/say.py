"""What is said of an objective that burns, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_SPANS = {
    "en": {"1h": "hour", "6h": "6 hours", "3d": "3 days"},
    "zh": {"1h": "1 小时", "6h": "6 小时", "3d": "3 天"},
}
SENTENCES = {
    "objective.burning": {
        "en": "Over the last {long} the error budget was used up {rate} times as fast as the target of "
        "{target} % allows; {left} % of it is left.",
        "zh": "最近 {long}内，错误预算的消耗速度是目标 {target}% 所允许的 {rate} 倍；剩余 {left}%。",
    },
    "objective.calm": {
        "en": "The error budget is no longer used up too fast; {left} % of it is left.",
        "zh": "错误预算的消耗速度已恢复正常；剩余 {left}%。",
    },
}


def sentence_of(kind: str, facts: Mapping[str, Any], locale: str) -> str:
    """The sentence of an event or message; `facts` are those of its rule and of the objective."""
    language = locale[:2] if locale[:2] in _SPANS else "en"
    values = {
        "long": _SPANS[language].get(str(facts.get("long")), "?"),
        "rate": _number(facts.get("rate"), 1),
        "left": _number(facts.get("left"), 1),
        "target": _number(facts.get("target"), 3),
    }
    return SENTENCES[kind][language].format_map(values)


def _number(value: Any, places: int) -> str:
    if not isinstance(value, int | float):
        return "?"
    return f"{value:.{places}f}".rstrip("0").rstrip(".")
