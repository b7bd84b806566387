"""What a notification says: one message, as JSON for machines and as text for people in two languages."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

Facts = dict[str, Any]

TITLES = {
    "incident.opened": {"en": "DOWN: {monitor} ({site})", "zh": "故障：{monitor}（{site}）"},
    "incident.closed": {"en": "UP again: {monitor} ({site})", "zh": "已恢复：{monitor}（{site}）"},
    "incident.opened.watch": {"en": "TAMPERED: {watch} ({site})", "zh": "已确认篡改：{watch}（{site}）"},
    "incident.closed.watch": {
        "en": "As approved again: {watch} ({site})",
        "zh": "页面已恢复：{watch}（{site}）",
    },
    "alert.opened": {
        "en": "Page alert ({grade}): {watch} ({site})",
        "zh": "页面告警（{grade}）：{watch}（{site}）",
    },
    "alert.opened.notice": {"en": "Page changed: {watch} ({site})", "zh": "页面变化：{watch}（{site}）"},
    "alert.closed": {"en": "Page alert over: {watch} ({site})", "zh": "页面告警结束：{watch}（{site}）"},
    "bug.finding_opened": {
        "en": "New weaknesses ({grade}): {site}",
        "zh": "发现新的安全问题（{grade}）：{site}",
    },
    "bug.finding_reopened": {
        "en": "Weaknesses are back ({grade}): {site}",
        "zh": "安全问题再次出现（{grade}）：{site}",
    },
    "bug.grade_fell": {"en": "Grade fell: {site}", "zh": "安全评级下降：{site}"},
    "bug.scan_failed": {"en": "Scan failed: {site}", "zh": "安全扫描失败：{site}"},
    "bug.host_revoked": {
        "en": "Ownership is no longer shown: {host} ({site})",
        "zh": "所有权验证已失效：{host}（{site}）",
    },
    "test": {"en": "CloudEye test message", "zh": "云眼测试消息"},
}
LINES = {
    "page": {"en": "Page: {value}", "zh": "页面：{value}"},
    "address": {"en": "Site: {value}", "zh": "站点：{value}"},
    "since": {"en": "Since: {value}", "zh": "开始：{value}"},
    "until": {"en": "Until: {value}", "zh": "结束：{value}"},
    "was": {"en": "It was: {value}", "zh": "原因：{value}"},
}
GRADES = {
    "low": {"en": "low", "zh": "低"},
    "medium": {"en": "medium", "zh": "中"},
    "high": {"en": "high", "zh": "高"},
    "critical": {"en": "critical", "zh": "严重"},
}
TEST_SENTENCE = {
    "en": "If you can read this, notifications arrive here.",
    "zh": "看到这条消息，说明通知可以送达。",
}


@dataclass(frozen=True, slots=True)
class Message:
    """One notification. `id` stays the same over all attempts, so a receiver can tell a repetition."""

    id: str
    kind: str
    at: datetime
    severity: str
    organization: Facts = field(default_factory=dict)
    site: Facts = field(default_factory=dict)
    monitor: Facts = field(default_factory=dict)
    incident: Facts = field(default_factory=dict)
    sentence: dict[str, str] = field(default_factory=dict)
    url: str | None = None
    watch: Facts = field(default_factory=dict)
    alert: Facts = field(default_factory=dict)
    bug: Facts = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as it is kept in the outbox."""
        return {**asdict(self), "at": self.at.isoformat()}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Message:
        return cls(**{**data, "at": datetime.fromisoformat(data["at"])})

    def payload(self) -> dict[str, Any]:
        """The webhook's body: {"type", "timestamp", "data"}, as Standard Webhooks has it."""
        data: dict[str, Any] = {"severity": self.severity, "sentence": self.sentence}
        for name in ("organization", "site", "monitor", "watch", "incident", "alert", "bug"):
            if value := getattr(self, name):
                data[name] = value
        if self.url:
            data["url"] = self.url
        return {"type": self.kind, "timestamp": self.at.isoformat(), "data": data}

    def text(self, locale: str) -> tuple[str, str]:
        """Title and body for people."""
        names = {
            "monitor": self.monitor.get("name", ""),
            "site": self.site.get("name", ""),
            "watch": self.watch.get("name", ""),
            "host": self.bug.get("host", ""),
            "grade": _in(GRADES.get(self.severity, {"en": self.severity}), locale),
        }
        title = _in(TITLES.get(self._title, {"en": self.kind}), locale).format_map(names)
        if self.kind == "test":
            return title, _in(TEST_SENTENCE, locale)
        lines = [
            self._line("was", locale, _in(self.sentence, locale))
            if self.kind in ("incident.closed", "alert.closed")
            else _in(self.sentence, locale),
            self._line("page", locale, self.watch.get("url"))
            or self._line("address", locale, self.site.get("base_url")),
            self._line("since", locale, self.incident.get("started_at") or self.alert.get("opened_at")),
            self._line("until", locale, self.incident.get("closed_at") or self.alert.get("closed_at")),
            self.url or "",
        ]
        return title, "\n".join(line for line in lines if line)

    @property
    def _title(self) -> str:
        if self.incident and self.watch:
            return f"{self.kind}.watch"
        if self.kind == "alert.opened" and self.alert.get("level") == "notice":
            return "alert.opened.notice"
        return self.kind

    @staticmethod
    def _line(name: str, locale: str, value: str | None) -> str:
        return _in(LINES[name], locale).replace("{value}", value) if value else ""


def _in(texts: dict[str, str], locale: str) -> str:
    return texts.get(locale) or texts.get("en", "")
