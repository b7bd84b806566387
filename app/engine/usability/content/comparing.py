"""What lines of expectations have in common: kind, comparison, and what the monitor is when a line misses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from app.engine.usability.wording import shown

Otherwise = Literal["down", "degraded"]
TEXT = ("equals", "not_equals", "contains", "not_contains", "matches", "not_matches")
_WORDS = {
    "visible": {"en": "is visible", "zh": "可见"},
    "present": {"en": "is there", "zh": "存在"},
    "absent": {"en": "is not there", "zh": "不存在"},
    "equals": {"en": "is", "zh": "等于"},
    "not_equals": {"en": "is not", "zh": "不等于"},
    "contains": {"en": "contains", "zh": "包含"},
    "not_contains": {"en": "does not contain", "zh": "不包含"},
    "matches": {"en": "matches (regular expression)", "zh": "匹配正则表达式"},
    "not_matches": {"en": "does not match", "zh": "不匹配正则表达式"},
    "less_than": {"en": "is less than", "zh": "小于"},
    "greater_than": {"en": "is greater than", "zh": "大于"},
}

Comparisons = Mapping[str, tuple[str, ...]]
"""Which comparisons suit which kind; the first is the usual one."""


def comparison_field(usual: str, description: str, zh: str, names: Collection[str], by: Comparisons) -> Any:
    """The comparisons `names`, of which a kind has those of `by`."""
    return Field(
        usual,
        title="Comparison",
        description=description,
        validate_default=True,
        json_schema_extra=shown(
            "比较方式",
            zh,
            "select",
            "answer",
            choices={name: _WORDS[name] for name in names},
            choices_by={"kind": {kind: list(each) for kind, each in by.items()}},
        ),
    )


def otherwise_field() -> Any:
    return Field(
        "down",
        title="Otherwise it is",
        description="What the monitor is when this does not hold: down, or degraded.",
        json_schema_extra=shown(
            "不符合时", "不符合时监测项的状态：故障或降级。", "select", "answer",
            choices={"down": {"en": "down", "zh": "故障"}, "degraded": {"en": "degraded", "zh": "降级"}},
        ),
    )  # fmt: skip


class Line(BaseModel):
    """The base of a line: `by` has the comparisons of each kind, and a `mild` kind's miss only degrades."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    by: ClassVar[Comparisons]
    mild: ClassVar[tuple[str, ...]]

    @model_validator(mode="before")
    @classmethod
    def _with_usual(cls, line: Any) -> Any:
        """What is left out is what the kind usually wants."""
        if not isinstance(line, dict) or line.get("kind") not in cls.by:
            return line
        usual = {"comparison": cls.by[line["kind"]][0]}
        if line["kind"] in cls.mild:
            usual["otherwise"] = "degraded"
        return {**usual, **line}

    @field_validator("comparison", check_fields=False)
    @classmethod
    def _is_comparison(cls, comparison: str, info: ValidationInfo) -> str:
        kind = info.data.get("kind")
        if kind is not None and comparison not in cls.by[kind]:
            raise ValueError(f"can only be {', '.join(cls.by[kind])} here")
        return comparison
