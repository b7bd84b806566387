"""Why what reports by itself, or is summed up, is not well."""

from __future__ import annotations

REASONS: dict[str, dict[str, str]] = {
    "heartbeat_missed": {
        "en": "No call came; one was expected by {expected}.",
        "zh": "没有收到上报，最晚应在 {expected} 之前收到。",
    },
    "heartbeat_failed": {
        "en": "It reported a failure (exit code {exit_code}).",
        "zh": "上报了失败（退出码 {exit_code}）。",
    },
    "heartbeat_overrun": {
        "en": "It started at {started} and did not say how it ended within {seconds} s.",
        "zh": "它于 {started} 开始，但在 {seconds} 秒内没有上报结果。",
    },
    "group_down": {
        "en": "{bad} of {counted} members are down: {names}.",
        "zh": "{counted} 个成员中有 {bad} 个故障：{names}。",
    },
    "group_degraded": {
        "en": "{bad} of {counted} members are not well: {names}.",
        "zh": "{counted} 个成员中有 {bad} 个不正常：{names}。",
    },
    "group_unknown": {
        "en": "No member's state is known.",
        "zh": "没有任何成员的状态是已知的。",
    },
}
