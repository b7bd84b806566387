"""Robots in groups (钉钉, 企业微信, 飞书): one JSON document by POST, through the door, and what they answer.

Apprise has them too, but takes their 200 for a yes (the refusal is in the body), encodes DingTalk's
signature twice and knows none of Feishu's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from app.engine.notify.answers import refusal_in
from app.engine.notify.message import Message
from app.engine.notify.registry import Door, DoorRefusedError, SendResult, is_permanent

_BREAK = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6])\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")


def post_to_robot(service: str, url: str, document: Mapping[str, Any], door: Door) -> SendResult:
    """Send a document; `service` says how the answer is read (see `answers`)."""
    data = json.dumps(document, ensure_ascii=False).encode()
    try:
        answer = door.post(url, headers={"Content-Type": "application/json; charset=utf-8"}, data=data)
    except DoorRefusedError as error:
        return SendResult(False, permanent=error.permanent, error=error.sentence)
    if refusal := refusal_in(service, answer.body.decode("utf-8", "replace")):
        return SendResult(False, not refusal.is_passing, answer.status, refusal.sentence[:500], answer.ms)
    if answer.status == 200:
        return SendResult(True, http_status=200, ms=answer.ms)
    said = f"the receiver answered {answer.status}"
    return SendResult(False, is_permanent(answer.status), answer.status, said, answer.ms)


def plain_text(message: Message, locale: str, most_bytes: int) -> str:
    """Title and body as one text of so many bytes of UTF-8 at most; HTML loses its tags."""
    title, body = message.text(locale)
    whole = f"{title}\n{body}" if title else body
    if message.format == "html":
        whole = unescape(_TAG.sub("", _BREAK.sub("\n", whole)))
    return within_bytes(whole, most_bytes, message.url or "")


def within_bytes(text: str, most: int, link: str = "") -> str:
    """The beginning of a text that takes so many bytes of UTF-8, with … where something is missing.

    The link at its end stays.
    """
    raw = text.encode()
    if len(raw) <= most:
        return text
    end = f"…\n{link}" if link and text.endswith(f"\n{link}") else "…"
    return raw[: max(0, most - len(end.encode()))].decode("utf-8", "ignore") + end
