"""Messages as they might be, one of each kind, to try templates and rules on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from app.engine.notify.message import Facts, Message

SENTENCES = {
    "incident": {"en": "It refused the connection.", "zh": "拒绝连接。"},
    "alert": {
        "en": "A script from a host that never ran code here: cdn.example.net.",
        "zh": "出现来自陌生主机的脚本：cdn.example.net。",
    },
    "bug": {"en": "Cookie without Secure (medium)", "zh": "Cookie 缺少 Secure 属性（中）"},
    "objective": {
        "en": "It uses up its budget 14.4 times as fast.",
        "zh": "错误预算的消耗速度为允许值的 14.4 倍。",
    },
}
_ENDS = ("incident.closed", "incident.withdrawn", "alert.closed", "monitor.calm")


def sample(kind: str, at: datetime, organization: str = "CloudEye") -> Message:
    """A message of a kind, with made-up facts of everything that such a message has."""
    head = kind.partition(".")[0]
    head = "incident" if head in ("monitor", "storm", "digest") else head
    begun, is_over = at - timedelta(minutes=7), kind in _ENDS
    facts: dict[str, Any] = {
        "id": "1",
        "kind": kind,
        "at": at,
        "severity": "info" if is_over else {"alert": "high", "bug": "medium"}.get(head, "critical"),
        "organization": {"id": "1", "name": organization},
        "site": {"id": "2", "name": "Shop", "base_url": "https://shop.example"},
        "sentence": SENTENCES.get(head, {}),
        "url": f"https://cloudeye.example/{head}s/4",
    }
    spans = {"started_at": begun.isoformat(), "opened_at": begun.isoformat()}
    closed = at.isoformat() if is_over else None
    if kind in ("storm.opened", "storm.closed", "digest"):
        facts["group"] = _group(spans, at.isoformat() if kind == "storm.closed" else None)
    elif head == "incident":
        facts["monitor"] = {"id": "3", "name": "home", "type": "http"}
        facts["incident"] = {
            "id": "4",
            "level": "down",
            "worst": "down",
            "cause": "connect_refused",
            **spans,
            "closed_at": closed,
        }
    elif head == "alert":
        facts["watch"] = {"id": "5", "name": "Front page", "url": "https://shop.example/"}
        classes = ["malicious_script"]
        facts["alert"] = {
            "id": "4",
            "level": "alert",
            "state": "open",
            "classes": classes,
            **spans,
            "closed_at": closed,
        }
    elif head == "bug":
        facts["bug"] = _weakness()
    elif head == "objective":
        facts["objective"] = {
            "id": "6",
            "name": "Always there",
            "kind": "availability",
            "target": 99.9,
            "left": 0.42,
        }
    return Message(**facts)


def _group(spans: Facts, closed_at: str | None) -> Facts:
    one = {"id": "4", "monitor_id": "3", "monitor": "home", "site": "Shop", "level": "down", **spans}
    one |= {"closed_at": closed_at, "sentence": SENTENCES["incident"]}
    return {
        "id": "9",
        "count": 2,
        "open": 0 if closed_at else 2,
        "incidents": [one, {**one, "monitor": "checkout"}],
    }


def _weakness() -> Facts:
    finding = {
        "id": "4",
        "check": "cookies.without-secure",
        "severity": "medium",
        "title": SENTENCES["bug"],
        "url": "https://shop.example/",
    }
    return {"count": 1, "findings": [finding], "host": "shop.example", "scan": {"id": "7", "grade": "B"}}
