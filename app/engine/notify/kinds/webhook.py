"""A signed webhook, by the Standard Webhooks specification (https://www.standardwebhooks.com).

`webhook-signature` is `v1,` and the base64 of HMAC-SHA256 over `<id>.<timestamp>.<body>`. A secret that
begins with `whsec_` is base64; any other is taken as its UTF-8 bytes. Several secrets, separated by
spaces, sign all at once: that is how a receiver changes its secret without losing a message.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from app.engine.net.target import parse_target
from app.engine.notify.message import Message
from app.engine.notify.registry import (
    ChannelConfig,
    ChannelKind,
    Door,
    DoorRefusedError,
    SendResult,
    register,
)

RETRIED = (408, 425, 429)


def _url(value: str) -> str:
    parse_target(value)
    return value


def key_of(secret: str) -> bytes:
    """The key a secret stands for. Raises ValueError when `whsec_` is not followed by base64."""
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise ValueError("after whsec_ there must be base64") from error


def _secrets(value: str) -> str:
    for secret in value.split():
        key_of(secret)
    return value


def signature(secrets: str, identifier: str, timestamp: int, body: bytes) -> str:
    signed = f"{identifier}.{timestamp}.".encode() + body
    return " ".join(
        "v1," + base64.b64encode(hmac.new(key_of(secret), signed, hashlib.sha256).digest()).decode()
        for secret in secrets.split()
    )


class WebhookConfig(ChannelConfig):
    url: Annotated[str, AfterValidator(_url)] = Field(
        title="URL", description="Where to POST the JSON.", json_schema_extra={"zh": "地址", "widget": "url"}
    )
    secret: Annotated[str, AfterValidator(_secrets)] = Field(
        default="",
        max_length=1000,
        title="Signing secret",
        description="Signs each message (Standard Webhooks). Without one, messages are not signed.",
        json_schema_extra={"zh": "签名密钥", "secret": True, "widget": "password"},
    )


@register
class Webhook(ChannelKind):
    name = "webhook"
    title = {"en": "Webhook", "zh": "Webhook"}
    doc = {
        "en": "POSTs each message as JSON, signed by the Standard Webhooks specification.",
        "zh": "以 JSON 发送每条消息，并按 Standard Webhooks 规范签名。",
    }
    Config = WebhookConfig

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock

    def send(self, config: WebhookConfig, message: Message, door: Door, locale: str) -> SendResult:
        body = json.dumps(message.payload(), ensure_ascii=False).encode()
        timestamp = int(self._clock())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message.id,
            "webhook-timestamp": str(timestamp),
        }
        if config.secret:
            headers["webhook-signature"] = signature(config.secret, message.id, timestamp, body)
        try:
            answer = door.post(config.url, headers=headers, data=body)
        except DoorRefusedError as error:
            return SendResult(False, permanent=error.permanent, error=error.sentence)
        return self._judged(answer.status, answer.headers, answer.ms)

    def _judged(self, status: int, headers: Any, ms: float) -> SendResult:
        if 200 <= status < 300:
            return SendResult(True, http_status=status, ms=ms)
        permanent = 400 <= status < 500 and status not in RETRIED
        retry_after = _seconds(headers.get("Retry-After"), self._clock())
        return SendResult(False, permanent, status, f"the receiver answered {status}", ms, retry_after)


def _seconds(value: str | None, now: float) -> float | None:
    """Retry-After as seconds from now; None when there is none or it cannot be read."""
    if not value:
        return None
    if value.strip().isdigit():
        return min(float(value), 86_400.0)
    try:
        return max(0.0, min(parsedate_to_datetime(value).timestamp() - now, 86_400.0))
    except ValueError:
        return None
