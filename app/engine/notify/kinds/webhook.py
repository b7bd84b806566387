"""A signed webhook, by the Standard Webhooks specification (https://www.standardwebhooks.com).

`webhook-signature` is `v1,` and the base64 of HMAC-SHA256 over `<id>.<timestamp>.<body>`. `webhook-id` stays
the same over all attempts at a message, `webhook-timestamp` is the moment of the attempt.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from app.engine.net.target import parse_target
from app.engine.notify.message import Message
from app.engine.notify.registry import (
    ChannelConfig,
    ChannelKind,
    Door,
    DoorRefusedError,
    SendResult,
    is_permanent,
    register,
)

PREFIX = "whsec_"
LONGEST_PAUSE_SECONDS = 86_400.0


def keys_of(secret: str) -> list[bytes]:
    """The keys a secret stands for; each makes a signature of its own. Raises ValueError.

    `whsec_…` is base64; several of them, separated by spaces, are a secret that is being changed. Any other
    text is a single key: its UTF-8 bytes. The specification's own libraries read a secret without prefix
    as base64, though, so text that is base64 signs that way as well, and either reading verifies.
    """
    words = secret.split()
    if words and all(word.startswith(PREFIX) for word in words):
        return [_decoded(word.removeprefix(PREFIX)) for word in words]
    if not words or any(word.startswith(PREFIX) for word in words):
        raise ValueError("several secrets must all begin with whsec_")
    plain = secret.strip()
    try:
        return [plain.encode(), _decoded(plain)]
    except ValueError:
        return [plain.encode()]


def _decoded(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise ValueError("after whsec_ there must be base64")
    return key


def signature(secret: str, identifier: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`: one signature a key, separated by spaces."""
    signed = f"{identifier}.{timestamp}.".encode() + body
    digests = (hmac.new(key, signed, hashlib.sha256).digest() for key in keys_of(secret))
    return " ".join("v1," + base64.b64encode(digest).decode() for digest in digests)


def _is_url(value: str) -> str:
    parse_target(value.strip())
    return value.strip()


def _is_secret(value: str) -> str:
    if value.strip():
        keys_of(value)
    return value.strip()


class WebhookConfig(ChannelConfig):
    """Where to send, and what to sign with."""

    url: Annotated[str, AfterValidator(_is_url)] = Field(
        max_length=2048,
        title="URL",
        description="Each message is sent here by POST, as JSON. Redirects are not followed.",
        json_schema_extra={
            "zh": {
                "title": "网址",
                "description": "每条消息以 POST 方式、JSON 格式发送到这里，不跟随重定向。",
            },
            "widget": "url",
            "placeholder": "https://example.org/hooks/cloudeye",
        },
    )
    secret: Annotated[str, AfterValidator(_is_secret)] = Field(
        default="",
        max_length=1000,
        title="Signing secret",
        description="whsec_ and base64, or any text. While a whsec_ secret changes, give the new one and "
        "the old one, separated by a space: both sign. Without a secret nothing is signed.",
        json_schema_extra={
            "zh": {
                "title": "签名密钥",
                "description": "whsec_ 加 base64，或任意文本。更换 whsec_ 密钥期间可同时填写新旧两个密钥"
                "（以空格分隔），两者都会签名。留空则不签名。",
            },
            "secret": True,
            "widget": "password",
        },
    )


@register
class Webhook(ChannelKind):
    name: ClassVar[str] = "webhook"
    title: ClassVar[dict[str, str]] = {"en": "Webhook", "zh": "Webhook"}
    doc: ClassVar[dict[str, str]] = {
        "en": "POSTs each message as JSON, signed by the Standard Webhooks specification.",
        "zh": "以 JSON 发送每条消息，并按 Standard Webhooks 规范签名。",
    }
    order: ClassVar[int] = 1
    Config: ClassVar[type[ChannelConfig]] = WebhookConfig

    def send(
        self, config: WebhookConfig, message: Message, door: Door, *, locale: str, at: datetime
    ) -> SendResult:
        body = json.dumps(message.payload(), ensure_ascii=False, separators=(",", ":")).encode()
        headers = _headers(config, message.id, int(at.timestamp()), body)
        try:
            answer = door.post(config.url, headers=headers, data=body)
        except DoorRefusedError as error:
            return SendResult(False, permanent=error.permanent, error=error.sentence)
        return _judged(answer.status, answer.headers, answer.ms, at)


def _headers(config: WebhookConfig, identifier: str, timestamp: int, body: bytes) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "webhook-id": identifier,
        "webhook-timestamp": str(timestamp),
    }
    if config.secret:
        headers["webhook-signature"] = signature(config.secret, identifier, timestamp, body)
    return headers


def _judged(status: int, headers: Mapping[str, str], ms: float, at: datetime) -> SendResult:
    if 200 <= status < 300:
        return SendResult(True, http_status=status, ms=ms)
    error = f"the receiver answered {status}"
    if 300 <= status < 400:
        error += " (a redirect; give the address it leads to)"
    pause = pause_asked_for(headers.get("Retry-After"), at)
    return SendResult(False, is_permanent(status), status, error, ms, pause)


def pause_asked_for(retry_after: str | None, at: datetime) -> float | None:
    """Retry-After (RFC 9110, 10.2.3) as seconds from `at`, a day at most; None when it cannot be read."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:12]), LONGEST_PAUSE_SECONDS)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - at).total_seconds()), LONGEST_PAUSE_SECONDS)
