"""The words of notifications, in two languages: titles by kind (and level), lines, and marks of lists."""

from __future__ import annotations

Texts = dict[str, str]

TITLES: dict[str, Texts] = {
    "incident.opened": {"en": "DOWN: {monitor} ({site})", "zh": "故障：{monitor}（{site}）"},
    "incident.opened.slow": {"en": "SLOW: {monitor} ({site})", "zh": "响应缓慢：{monitor}（{site}）"},
    "incident.opened.degraded": {"en": "DEGRADED: {monitor} ({site})", "zh": "降级：{monitor}（{site}）"},
    "incident.opened.regional": {
        "en": "DOWN in some places: {monitor} ({site})",
        "zh": "部分地区故障：{monitor}（{site}）",
    },
    "incident.changed": {"en": "Now DOWN: {monitor} ({site})", "zh": "升级为故障：{monitor}（{site}）"},
    "incident.changed.slow": {
        "en": "Now only slow: {monitor} ({site})",
        "zh": "已减轻为响应缓慢：{monitor}（{site}）",
    },
    "incident.changed.degraded": {
        "en": "Now only degraded: {monitor} ({site})",
        "zh": "已减轻为降级：{monitor}（{site}）",
    },
    "incident.changed.regional": {
        "en": "Now DOWN in some places: {monitor} ({site})",
        "zh": "变为部分地区故障：{monitor}（{site}）",
    },
    "incident.closed": {"en": "UP again: {monitor} ({site})", "zh": "已恢复：{monitor}（{site}）"},
    "incident.closed.slow": {
        "en": "No longer slow: {monitor} ({site})",
        "zh": "响应恢复正常：{monitor}（{site}）",
    },
    "incident.closed.degraded": {
        "en": "No longer degraded: {monitor} ({site})",
        "zh": "不再降级：{monitor}（{site}）",
    },
    "incident.closed.regional": {
        "en": "UP everywhere again: {monitor} ({site})",
        "zh": "各地均已恢复：{monitor}（{site}）",
    },
    "incident.withdrawn": {
        "en": "False alarm: {monitor} ({site}) was not down",
        "zh": "误报撤回：{monitor}（{site}）并未发生故障",
    },
    "incident.reminder": {"en": "Still DOWN: {monitor} ({site})", "zh": "仍未恢复：{monitor}（{site}）"},
    "incident.reminder.slow": {
        "en": "Still slow: {monitor} ({site})",
        "zh": "仍然缓慢：{monitor}（{site}）",
    },
    "incident.reminder.degraded": {
        "en": "Still degraded: {monitor} ({site})",
        "zh": "仍处于降级状态：{monitor}（{site}）",
    },
    "incident.reminder.regional": {
        "en": "Still DOWN in some places: {monitor} ({site})",
        "zh": "部分地区仍未恢复：{monitor}（{site}）",
    },
    "incident.reminder.many": {
        "en": "Still open: {count} incidents",
        "zh": "仍有 {count} 个故障未恢复",
    },
    "incident.escalated": {
        "en": "Nobody has answered: {monitor} ({site})",
        "zh": "尚无人响应：{monitor}（{site}）",
    },
    "incident.escalated.many": {
        "en": "Nobody has answered: {count} incidents",
        "zh": "{count} 个故障尚无人响应",
    },
    "incident.assigned": {"en": "Yours now: {monitor} ({site})", "zh": "已指派给你：{monitor}（{site}）"},
    "incident.opened.watch": {"en": "TAMPERED: {watch} ({site})", "zh": "已确认篡改：{watch}（{site}）"},
    "incident.closed.watch": {
        "en": "As approved again: {watch} ({site})",
        "zh": "页面已恢复：{watch}（{site}）",
    },
    "incident.assigned.watch": {
        "en": "Yours now: {watch} ({site})",
        "zh": "已指派给你：{watch}（{site}）",
    },
    "monitor.flapping": {
        "en": "Going up and down: {monitor} ({site})",
        "zh": "反复波动：{monitor}（{site}）",
    },
    "monitor.calm": {"en": "Calm again: {monitor} ({site})", "zh": "恢复平稳：{monitor}（{site}）"},
    "storm.opened": {"en": "{count} incidents at once", "zh": "同时发生 {count} 个故障"},
    "storm.opened.one": {"en": "1 incident, among others", "zh": "多个并发故障中的 1 个"},
    "storm.closed": {"en": "Over: {count} incidents at once", "zh": "{count} 个并发故障已结束"},
    "storm.closed.one": {"en": "Over: 1 incident, among others", "zh": "多个并发故障中的 1 个已结束"},
    "digest": {"en": "Digest: {count} incidents", "zh": "摘要：{count} 个故障"},
    "digest.one": {"en": "Digest: 1 incident", "zh": "摘要：1 个故障"},
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
    "objective.burning": {
        "en": "Error budget burns: {objective} ({site})",
        "zh": "错误预算消耗过快：{objective}（{site}）",
    },
    "objective.calm": {
        "en": "Error budget calm again: {objective} ({site})",
        "zh": "错误预算恢复正常：{objective}（{site}）",
    },
    "test": {"en": "CloudEye test message", "zh": "云眼测试消息"},
}
LINES: dict[str, Texts] = {
    "page": {"en": "Page: {value}", "zh": "页面：{value}"},
    "address": {"en": "Site: {value}", "zh": "站点：{value}"},
    "since": {"en": "Since: {value}", "zh": "开始：{value}"},
    "until": {"en": "Until: {value}", "zh": "结束：{value}"},
    "was": {"en": "It was: {value}", "zh": "原因：{value}"},
    "more": {"en": "and {value} more", "zh": "另有 {value} 个"},
    "open": {"en": "Still open: {value}", "zh": "尚未恢复：{value} 个"},
}
MARKS: dict[str, Texts] = {
    "over": {"en": "over", "zh": "已恢复"},
    "down": {"en": "DOWN", "zh": "故障"},
    "regional": {"en": "DOWN in some places", "zh": "部分地区故障"},
    "slow": {"en": "SLOW", "zh": "缓慢"},
    "degraded": {"en": "DEGRADED", "zh": "降级"},
}
NOTES: dict[str, Texts] = {
    "quiet_hours": {
        "en": "It was held until quiet hours were over.",
        "zh": "因免打扰时段，延后发送。",
    },
    "dependency": {
        "en": "What it depends on is well again; this is not.",
        "zh": "其依赖的监测项已恢复，但它仍未恢复。",
    },
    "flapping": {
        "en": "Nothing more is said of it until it has been calm for a while.",
        "zh": "在恢复平稳之前不再发送它的消息。",
    },
    "calm_up": {"en": "It is up.", "zh": "当前状态正常。"},
    "calm_down": {"en": "It is down.", "zh": "当前处于故障状态。"},
    "calm_regional": {"en": "It is down in some places.", "zh": "当前部分地区处于故障状态。"},
    "calm_degraded": {"en": "It is degraded.", "zh": "当前处于降级状态。"},
    "storm": {
        "en": "They are told in this one message; another follows when they are over.",
        "zh": "已合并为这一条消息，结束时再发一条。",
    },
    "unanswered": {
        "en": "It has not been acknowledged for {minutes} min.",
        "zh": "已 {minutes} 分钟无人确认。",
    },
    "withdrawn": {
        "en": "Results that came late show that it never was.",
        "zh": "迟到的检查结果表明故障并未发生。",
    },
    "assigned": {"en": "{who} has assigned it to you.", "zh": "{who} 把它指派给了你。"},
}
GRADES: dict[str, Texts] = {
    "low": {"en": "low", "zh": "低"},
    "medium": {"en": "medium", "zh": "中"},
    "high": {"en": "high", "zh": "高"},
    "critical": {"en": "critical", "zh": "严重"},
}
TEST_SENTENCE: Texts = {
    "en": "If you can read this, notifications arrive here.",
    "zh": "看到这条消息，说明通知可以送达。",
}


def note(name: str, **values: object) -> Texts:
    """A note in every language, with its values put in."""
    return {locale: text.format_map(values) for locale, text in NOTES[name].items()}
