"""Chats of Telegram, by a bot."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, ClassVar
from urllib.parse import quote

from pydantic import AfterValidator, Field

from app.engine.notify.apprise_call import send_by_apprise
from app.engine.notify.fields import shown
from app.engine.notify.message import Message
from app.engine.notify.registry import ChannelConfig, ChannelKind, Door, SendResult, register

_TOKEN = re.compile(r"[0-9]{5,20}:[A-Za-z0-9_-]{20,80}")
_CHAT = re.compile(r"-?[0-9]{1,32}|@[A-Za-z][A-Za-z0-9_]{3,31}")


def _is_token(value: str) -> str:
    value = value.strip()
    if not _TOKEN.fullmatch(value):
        raise ValueError("must be a bot's token such as 123456789:ABC…")
    return value


def _is_chat(value: str) -> str:
    value = value.strip()
    if not _CHAT.fullmatch(value):
        raise ValueError("must be a chat's number, or a channel's name such as @our_alerts")
    return value


class TelegramConfig(ChannelConfig):
    """The bot, and where it speaks."""

    token: Annotated[str, AfterValidator(_is_token)] = Field(
        max_length=120,
        title="Bot's token",
        description="From @BotFather.",
        json_schema_extra=shown("Bot 令牌", "由 @BotFather 提供。", secret=True),
    )
    chats: tuple[Annotated[str, AfterValidator(_is_chat)], ...] = Field(
        min_length=1,
        max_length=20,
        title="Chats",
        description="One a line: a chat's number (groups' are negative) or a public channel's @name. The "
        "bot has to be a member.",
        json_schema_extra=shown(
            "聊天", "每行一个：聊天 ID（群组为负数）或公开频道的 @名称。机器人须已加入其中。"
        ),
    )
    is_silent: bool = Field(
        default=False,
        title="Without a sound",
        json_schema_extra=shown("静默发送"),
    )


@register
class Telegram(ChannelKind):
    name: ClassVar[str] = "telegram"
    title: ClassVar[dict[str, str]] = {"en": "Telegram", "zh": "Telegram"}
    doc: ClassVar[dict[str, str]] = {
        "en": "Sends each message to chats of Telegram, through your bot.",
        "zh": "通过您的机器人把每条消息发到 Telegram 聊天。",
    }
    order: ClassVar[int] = 31
    Config: ClassVar[type[ChannelConfig]] = TelegramConfig

    def send(
        self, config: TelegramConfig, message: Message, door: Door, *, locale: str, at: datetime
    ) -> SendResult:
        url = telegram_url(config)
        return send_by_apprise(url, message, door, locale=locale, secrets=[config.token])


def telegram_url(config: TelegramConfig) -> str:
    chats = "/".join(quote(each, safe="") for each in config.chats)
    silent = "yes" if config.is_silent else "no"
    return f"tgram://{config.token}/{chats}/?detect=no&silent={silent}"
