"""Why a ping failed."""

from __future__ import annotations

REASONS: dict[str, dict[str, str]] = {
    "ping_no_answer": {
        "en": "{address} answered none of {sent} pings within {timeout_ms} ms.",
        "zh": "{address} 在 {timeout_ms} 毫秒内没有回应 {sent} 个 ping 中的任何一个。",
    },
    "ping_loss": {
        "en": "{loss_percent} % of {sent} pings to {address} were lost; {limit} % is too many.",
        "zh": "发往 {address} 的 {sent} 个 ping 丢失了 {loss_percent}%，达到 {limit}% 的上限。",
    },
    "ping_unreachable": {
        "en": "{by} says that {address} cannot be reached.",
        "zh": "{by} 报告无法到达 {address}。",
    },
    "ping_prohibited": {
        "en": "{by} does not let pings through to {address}.",
        "zh": "{by} 禁止 ping 通过并到达 {address}。",
    },
    "ping_ttl_exceeded": {
        "en": "The way to {address} is too long or goes in a circle at {by}.",
        "zh": "到 {address} 的路径过长，或在 {by} 处形成环路。",
    },
    "ping_too_big": {
        "en": "A packet of {size} bytes does not fit through {by} on the way to {address}.",
        "zh": "{size} 字节的数据包无法通过前往 {address} 途中的 {by}。",
    },
    "probe_cannot_ping": {
        "en": "The probe may not send pings: {error}.",
        "zh": "探测端没有发送 ping 的权限：{error}。",
    },
}
