"""Heartbeat: the target calls us, and it is the silence that is bad."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from pydantic import Field, field_validator, model_validator

from app.engine.usability.registry import MonitorConfig, MonitorType, Text, register
from app.engine.usability.wording import shown

MONTH_SECONDS = 31 * 86_400


class HeartbeatConfig(MonitorConfig):
    """When calls are expected, and how long to wait for one that is late."""

    schedule: Literal["period", "cron"] = Field(
        "period",
        title="Expected",
        description="After a fixed time, or by a cron expression.",
        json_schema_extra=shown("预期方式", "按固定周期，或按 cron 表达式。", "select", "request"),
    )
    period_seconds: int = Field(
        3600,
        title="Period (s)",
        description="The next call is expected so many seconds after the last.",
        ge=10,
        le=12 * MONTH_SECONDS,
        json_schema_extra=shown("周期（秒）", "上一次上报后，经过该秒数应再次上报。", "number", "request"),
    )
    cron: str = Field(
        "",
        title="Cron expression",
        description="Five fields, such as 30 2 * * 1-5; used when calls are expected by cron.",
        max_length=100,
        json_schema_extra=shown(
            "Cron 表达式", "五个字段，例如 30 2 * * 1-5；按 cron 预期时使用。", "text", "request"
        ),
    )
    timezone: str = Field(
        "UTC",
        title="Time zone",
        description="Whose clock the cron expression is read by, such as Asia/Shanghai.",
        max_length=64,
        json_schema_extra=shown("时区", "cron 表达式所依据的时区，例如 Asia/Shanghai。", "text", "request"),
    )
    grace_seconds: int = Field(
        300,
        title="Grace (s)",
        description="How much later than expected a call may come.",
        ge=0,
        le=MONTH_SECONDS,
        json_schema_extra=shown("宽限（秒）", "允许比预期晚多少秒。", "number", "request"),
    )
    max_run_seconds: int = Field(
        0,
        title="Longest run (s)",
        description="After a start, success or failure must follow within this time; 0: within the grace.",
        ge=0,
        le=MONTH_SECONDS,
        json_schema_extra=shown(
            "最长运行（秒）",
            "上报开始后须在该时间内上报结果；0 表示按宽限时间。",
            "number",
            "answer",
        ),
    )

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, name: str) -> str:
        try:
            return ZoneInfo(name).key
        except (KeyError, ValueError, OSError):
            raise ValueError("must be an IANA time zone such as Asia/Shanghai") from None

    @model_validator(mode="after")
    def _has_times(self) -> HeartbeatConfig:
        if self.schedule == "cron":
            try:
                next(CronSim(self.cron, datetime(2026, 1, 1, tzinfo=ZoneInfo(self.timezone))))
            except (CronSimError, StopIteration):
                raise ValueError(f"{self.cron[:60] or 'Nothing'} is not a cron expression.") from None
        return self

    def expected_after(self, at_ms: int) -> int:
        """When the call after one at `at_ms` is expected (unix ms)."""
        if self.schedule == "period":
            return at_ms + self.period_seconds * 1000
        began = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(self.timezone))
        return round(next(CronSim(self.cron, began)).timestamp() * 1000)

    def deadline_after(self, at_ms: int) -> int:
        """When the call after one at `at_ms` is overdue."""
        return self.expected_after(at_ms) + self.grace_seconds * 1000

    def run_deadline(self, started_ms: int) -> int:
        """When a run that has begun must have said how it ended."""
        return started_ms + (self.max_run_seconds or max(self.grace_seconds, 1)) * 1000


@register
class HeartbeatMonitor(MonitorType):
    name: ClassVar[str] = "heartbeat"
    title: ClassVar[Text] = {"en": "Heartbeat (the target calls us)", "zh": "心跳（目标主动上报）"}
    doc: ClassVar[Text] = {
        "en": "A backup, a cron job or a device behind a firewall calls an address of ours when it has done "
        "its work. It may say that it starts, succeeds or fails, its exit code, and send the end of its log. "
        "When a call is overdue, the monitor is down.",
        "zh": "备份、定时任务或防火墙后的设备在完成工作后访问我们的一个地址，"
        "可以上报开始、成功、失败、退出码，并附上日志结尾。超时未上报即为故障。",
    }
    Config: ClassVar[type[MonitorConfig]] = HeartbeatConfig
    phases: ClassVar[dict[str, Text]] = {}
    is_probed: ClassVar[bool] = False
    defaults: ClassVar[dict[str, Any]] = {"confirm_count": 1, "recover_count": 1}

    def told(self, facts: dict[str, Any], locale: str) -> list[tuple[str, str]]:
        names = {
            "exit_code": {"en": "Exit code", "zh": "退出码"},
            "agent": {"en": "Called by", "zh": "上报程序"},
            "address": {"en": "Called from", "zh": "上报地址"},
            "log": {"en": "Log", "zh": "日志"},
        }
        language = locale[:2] if locale[:2] in ("en", "zh") else "en"
        return [
            (words[language], str(facts[key])) for key, words in names.items() if facts.get(key) is not None
        ]
