"""A robot in a group of DingTalk (钉钉): https://open.dingtalk.com/document/orgapp/custom-robot-access"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import datetime
from typing import Annotated, Any, ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

from pydantic import AfterValidator, Field

from app.engine.notify.fields import Phone, shown
from app.engine.notify.message import Message
from app.engine.notify.registry import ChannelConfig, ChannelKind, Door, SendResult, register
from app.engine.notify.robot import plain_text, post_to_robot, within_bytes

MOST_BYTES = 19_000
_TOKEN = re.compile(r"[A-Za-z0-9]{16,128}")
_SECRET = re.compile(r"[A-Za-z0-9]{16,128}")


def token_of(webhook: str) -> str:
    """The token in a robot's address, or the text itself where it is a token."""
    parts = urlsplit(webhook)
    is_address = parts.scheme == "https" and parts.hostname == "oapi.dingtalk.com"
    return parse_qs(parts.query).get("access_token", [""])[0] if is_address else webhook


def _is_webhook(value: str) -> str:
    value = value.strip()
    if not _TOKEN.fullmatch(token_of(value)):
        raise ValueError("must be the robot's address: https://oapi.dingtalk.com/robot/send?access_token=…")
    return value


def _is_secret(value: str) -> str:
    value = value.strip()
    if value and not _SECRET.fullmatch(value):
        raise ValueError("must be the robot's secret, which begins with SEC")
    return value


class DingTalkConfig(ChannelConfig):
    """The robot's address and secret."""

    webhook: Annotated[str, AfterValidator(_is_webhook)] = Field(
        max_length=500,
        title="Robot's address",
        description="Group settings, Robots, Custom: copy the Webhook address from there.",
        json_schema_extra=shown(
            "机器人 Webhook 地址", "群设置 → 机器人 → 自定义，复制其中的 Webhook 地址。", secret=True
        ),
    )
    secret: Annotated[str, AfterValidator(_is_secret)] = Field(
        default="",
        max_length=200,
        title="Signing secret",
        description="Begins with SEC, where the robot's security setting is a signature. With keywords as "
        "the setting, one of them has to be in each message.",
        json_schema_extra=shown(
            "加签密钥",
            "安全设置选择“加签”时填写，以 SEC 开头。若安全设置为“自定义关键词”，消息中须包含该关键词。",
            secret=True,
        ),
    )
    mobiles: tuple[Phone, ...] = Field(
        default=(),
        max_length=20,
        title="Phone numbers to mention",
        description="One a line: these members of the group are mentioned by @.",
        json_schema_extra=shown("要 @ 的手机号", "每行一个，消息会 @ 群内对应的成员。"),
    )


@register
class DingTalk(ChannelKind):
    name: ClassVar[str] = "dingtalk"
    title: ClassVar[dict[str, str]] = {"en": "DingTalk", "zh": "钉钉"}
    doc: ClassVar[dict[str, str]] = {
        "en": "Sends each message to a DingTalk group, through its custom robot.",
        "zh": "通过自定义机器人把每条消息发到钉钉群。",
    }
    order: ClassVar[int] = 20
    Config: ClassVar[type[ChannelConfig]] = DingTalkConfig

    def send(
        self, config: DingTalkConfig, message: Message, door: Door, *, locale: str, at: datetime
    ) -> SendResult:
        url = robot_url(config, int(at.timestamp() * 1000))
        return post_to_robot("dingtalk", url, document_of(config, message, locale), door)


def robot_url(config: DingTalkConfig, at_ms: int) -> str:
    """The robot's address, signed where it has a secret."""
    query = {"access_token": token_of(config.webhook)}
    if config.secret:
        signed = f"{at_ms}\n{config.secret}".encode()
        digest = hmac.new(config.secret.encode(), signed, hashlib.sha256).digest()
        query |= {"timestamp": str(at_ms), "sign": base64.b64encode(digest).decode()}
    return f"https://oapi.dingtalk.com/robot/send?{urlencode(query)}"


def document_of(config: DingTalkConfig, message: Message, locale: str) -> dict[str, Any]:
    # China's own numbers are written without their prefix, others as +1-2025550123.
    mobiles = [each.removeprefix("+86") for each in config.mobiles]
    mentioned = {"atMobiles": mobiles, "isAtAll": False}
    if message.format != "markdown":
        text = plain_text(message, locale, MOST_BYTES)
        return {"msgtype": "text", "text": {"content": text}, "at": mentioned}
    title, body = message.text(locale)
    names = "".join(f" @{each}" for each in mobiles)
    text = within_bytes(f"#### {title}\n{body}{names}" if title else body + names, MOST_BYTES)
    return {"msgtype": "markdown", "markdown": {"title": title[:100], "text": text}, "at": mentioned}
