"""A robot in a group of WeCom (企业微信): https://developer.work.weixin.qq.com/document/path/91770"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from pydantic import AfterValidator, Field

from app.engine.notify.fields import shown
from app.engine.notify.message import Message
from app.engine.notify.registry import ChannelConfig, ChannelKind, Door, SendResult, register
from app.engine.notify.robot import plain_text, post_to_robot, within_bytes

MOST_TEXT_BYTES, MOST_MARKDOWN_BYTES = 2048, 4096
_KEY = re.compile(r"[A-Za-z0-9_-]{16,128}")


def key_of(webhook: str) -> str:
    """The key in a robot's address, or the text itself where it is a key."""
    parts = urlsplit(webhook)
    is_address = parts.scheme == "https" and parts.hostname == "qyapi.weixin.qq.com"
    return parse_qs(parts.query).get("key", [""])[0] if is_address else webhook


def _is_webhook(value: str) -> str:
    value = value.strip()
    if not _KEY.fullmatch(key_of(value)):
        raise ValueError(
            "must be the robot's address: https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…"
        )
    return value


class WeComConfig(ChannelConfig):
    """The robot's address."""

    webhook: Annotated[str, AfterValidator(_is_webhook)] = Field(
        max_length=500,
        title="Robot's address",
        description="Group, Add a robot: copy the Webhook address from there.",
        json_schema_extra=shown(
            "机器人 Webhook 地址", "群设置 → 添加群机器人，复制其中的 Webhook 地址。", secret=True
        ),
    )


@register
class WeCom(ChannelKind):
    name: ClassVar[str] = "wecom"
    title: ClassVar[dict[str, str]] = {"en": "WeCom", "zh": "企业微信"}
    doc: ClassVar[dict[str, str]] = {
        "en": "Sends each message to a WeCom group, through its robot.",
        "zh": "通过群机器人把每条消息发到企业微信群。",
    }
    order: ClassVar[int] = 21
    Config: ClassVar[type[ChannelConfig]] = WeComConfig

    def send(
        self, config: WeComConfig, message: Message, door: Door, *, locale: str, at: datetime
    ) -> SendResult:
        url = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={key_of(config.webhook)}"
        return post_to_robot("wecombot", url, document_of(message, locale), door)


def document_of(message: Message, locale: str) -> dict[str, Any]:
    if message.format != "markdown":
        return {"msgtype": "text", "text": {"content": plain_text(message, locale, MOST_TEXT_BYTES)}}
    title, body = message.text(locale)
    text = f"### {title}\n{body}" if title else body
    return {"msgtype": "markdown", "markdown": {"content": within_bytes(text, MOST_MARKDOWN_BYTES)}}
