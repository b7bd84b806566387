"""A robot in a group of Feishu (飞书) or Lark: https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import datetime
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from app.engine.notify.fields import shown
from app.engine.notify.message import Message
from app.engine.notify.registry import ChannelConfig, ChannelKind, Door, SendResult, register
from app.engine.notify.robot import plain_text, post_to_robot

HOSTS = ("open.feishu.cn", "open.larksuite.com")
MOST_BYTES = 19_000
_PATH = re.compile(r"/open-apis/bot/v2/hook/([A-Za-z0-9_-]{16,128})/?")


def _is_webhook(value: str) -> str:
    value = value.strip()
    parts = urlsplit(value)
    if parts.scheme != "https" or parts.netloc not in HOSTS or not _PATH.fullmatch(parts.path):
        raise ValueError("must be the robot's address: https://open.feishu.cn/open-apis/bot/v2/hook/…")
    return value


class FeishuConfig(ChannelConfig):
    """The robot's address and secret."""

    webhook: Annotated[str, AfterValidator(_is_webhook)] = Field(
        max_length=500,
        title="Robot's address",
        description="Group settings, Bots, Custom bot: copy the Webhook address from there.",
        json_schema_extra=shown(
            "机器人 Webhook 地址", "群设置 → 群机器人 → 自定义机器人，复制其中的 Webhook 地址。", secret=True
        ),
    )
    secret: str = Field(
        default="",
        max_length=200,
        title="Signing secret",
        description="Where the bot's security setting is signature verification.",
        json_schema_extra=shown("签名密钥", "安全设置选择“签名校验”时填写。", secret=True),
    )


@register
class Feishu(ChannelKind):
    name: ClassVar[str] = "feishu"
    title: ClassVar[dict[str, str]] = {"en": "Feishu, Lark", "zh": "飞书"}
    doc: ClassVar[dict[str, str]] = {
        "en": "Sends each message to a Feishu or Lark group, through its custom bot.",
        "zh": "通过自定义机器人把每条消息发到飞书群。",
    }
    order: ClassVar[int] = 22
    Config: ClassVar[type[ChannelConfig]] = FeishuConfig

    def send(
        self, config: FeishuConfig, message: Message, door: Door, *, locale: str, at: datetime
    ) -> SendResult:
        text = plain_text(message, locale, MOST_BYTES)
        document: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
        if config.secret:
            timestamp = int(at.timestamp())
            signed = {"timestamp": str(timestamp), "sign": signature(config.secret, timestamp)}
            document = {**signed, **document}
        return post_to_robot("feishu", config.webhook, document, door)


def signature(secret: str, timestamp: int) -> str:
    """HMAC-SHA256 of nothing, with the time and the secret as the key: the service has it so."""
    return base64.b64encode(
        hmac.new(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
    ).decode()
