"""Group: many monitors summed up as one, so that one alarm and one line stand for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from app.engine.usability.registry import MonitorConfig, MonitorType, Text, register
from app.engine.usability.types import Outcome
from app.engine.usability.wording import shown

_GOOD, _POOR, _BAD = frozenset({"UP"}), frozenset({"DEGRADED", "REGIONAL"}), frozenset({"DOWN"})
_NAMED = 5


class GroupConfig(MonitorConfig):
    """Whom it sums up, and how many of them may be down."""

    members: list[int] = Field(
        default_factory=list,
        title="Members",
        description="The monitors that are summed up.",
        max_length=500,
        json_schema_extra=shown("成员", "要汇总的监测项。", "monitors", "request"),
    )
    tags: list[str] = Field(
        default_factory=list,
        title="Tags",
        description="All monitors of sites that carry one of these tags are members as well.",
        max_length=20,
        json_schema_extra=shown("标签", "带有其中任一标签的站点的所有监测项也是成员。", "lines", "request"),
    )
    rule: Literal["any", "all", "count"] = Field(
        "any",
        title="Down when",
        description="Any member is down, all of them are, or at least so many.",
        json_schema_extra=shown(
            "判定为故障", "任一成员故障、全部故障，或至少若干个故障。", "select", "request"
        ),
    )
    count: int = Field(
        2,
        title="So many",
        description="How many members must be down, when it is their number that counts.",
        ge=1,
        le=500,
        json_schema_extra=shown("数量", "按数量判定时，需要多少个成员故障。", "number", "request"),
    )

    @field_validator("tags")
    @classmethod
    def _are_tags(cls, tags: list[str]) -> list[str]:
        return sorted({tag.strip() for tag in tags if tag.strip()})

    @model_validator(mode="after")
    def _has_members(self) -> GroupConfig:
        if not self.members and not self.tags:
            raise ValueError("A group needs members or tags.")
        return self


@register
class GroupMonitor(MonitorType):
    name: ClassVar[str] = "group"
    title: ClassVar[Text] = {"en": "Group of monitors", "zh": "监测项分组"}
    doc: ClassVar[Text] = {
        "en": "Sums up other monitors: down when any, all or a number of them are; degraded when fewer are. "
        "Members that are paused, unknown or under planned work do not count.",
        "zh": "汇总其他监测项：任一、全部或达到一定数量的成员故障时判为故障，较少成员故障时判为降级。"
        "已暂停、状态未知或维护中的成员不计入。",
    }
    Config: ClassVar[type[MonitorConfig]] = GroupConfig
    phases: ClassVar[dict[str, Text]] = {}
    is_probed: ClassVar[bool] = False
    defaults: ClassVar[dict[str, Any]] = {"interval_seconds": 30, "confirm_count": 1, "recover_count": 1}

    def told(self, facts: dict[str, Any], locale: str) -> list[tuple[str, str]]:
        if "counted" not in facts:
            return []
        is_zh = locale.startswith("zh")
        words = f"{facts.get('bad', 0)} / {facts['counted']}"
        return [("故障成员" if is_zh else "Members down", words)]


def summed_up(config: GroupConfig, members: Sequence[tuple[str, str]]) -> Outcome:
    """The outcome of a group of (name, state); unknown when no member's state says anything."""
    counted = [(name, state) for name, state in members if state in _GOOD | _POOR | _BAD]
    bad = [name for name, state in counted if state in _BAD]
    poor = [name for name, state in counted if state in _POOR]
    facts = {"counted": len(counted), "bad": len(bad)}
    if not counted:
        return Outcome("unknown", "group_unknown", {}, facts=facts)
    needed = {"any": 1, "all": len(counted), "count": config.count}[config.rule]
    if len(bad) >= needed:
        detail = {"bad": len(bad), "counted": len(counted), "names": _few(bad)}
        return Outcome("down", "group_down", detail, facts=facts)
    if bad or poor:
        detail = {"bad": len(bad) + len(poor), "counted": len(counted), "names": _few(bad + poor)}
        return Outcome("degraded", "group_degraded", detail, facts=facts)
    return Outcome("up", facts=facts)


def _few(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + ("…" if len(names) > _NAMED else "")
