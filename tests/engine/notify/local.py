"""A door without a guard that leads to loopback, and a message to send through it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests

from app.engine.net.errors import DoorRefusedError
from app.engine.notify.message import Message

AT = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
LOOPBACK = ("127.0.0.0/8",)


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    ms: float = 1.0
    body: bytes = b""


@dataclass
class PlainDoor:
    """Sends what it is given; `refusal`, when there is one, is raised instead."""

    networks: Sequence[str] = LOOPBACK
    ca_file: str = ""
    refusal: DoorRefusedError | None = None

    def post(self, url: str, *, headers: Mapping[str, str], data: bytes) -> Answer:
        if self.refusal is not None:
            raise self.refusal
        said = requests.post(url, headers=dict(headers), data=data, timeout=5, allow_redirects=False)
        return Answer(said.status_code, said.headers, body=said.content)


def opened(**changes: Any) -> Message:
    """The message of an incident that has just been opened."""
    facts: dict[str, Any] = {
        "id": "7001",
        "kind": "incident.opened",
        "at": AT,
        "severity": "critical",
        "organization": {"id": "1", "name": "Ours"},
        "site": {"id": "2", "name": "Shop", "base_url": "https://shop.example"},
        "monitor": {"id": "3", "name": "home", "type": "http"},
        "incident": {"id": "4", "cause": "connect_refused", "started_at": "2026-11-21T08:29:50+00:00"},
        "sentence": {"en": "It refused the connection.", "zh": "拒绝连接。"},
    }
    return Message(**{**facts, **changes})
