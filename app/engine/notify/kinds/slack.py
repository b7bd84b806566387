"""A channel of Slack, by an incoming webhook."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from app.engine.notify.apprise_call import send_by_apprise
from app.engine.notify.fields import shown
from app.engine.notify.message import Message
from app.engine.notify.registry import ChannelConfig, ChannelKind, Door, SendResult, register

_WEBHOOK = re.compile(
    r"https://hooks\.slack\.com/services/(T[A-Z0-9]{6,20})/(B[A-Z0-9]{6,20})/([A-Za-z0-9]{16,40})/?"
)


def _is_webhook(value: str) -> str:
    value = value.strip()
    if not _WEBHOOK.fullmatch(value):
        raise ValueError("must be an incoming webhook: https://hooks.slack.com/services/T…/B…/…")
    return value


class SlackConfig(ChannelConfig):
    """The webhook's address, which is for one channel."""

    webhook: Annotated[str, AfterValidator(_is_webhook)] = Field(
        max_length=300,
        title="Incoming webhook",
        description="api.slack.com/apps, Incoming Webhooks, Add: copy its address from there.",
        json_schema_extra=shown(
            "Incoming Webhook 地址",
            "在 api.slack.com/apps 的 Incoming Webhooks 中添加并复制地址。",
            secret=True,
        ),
    )


@register
class Slack(ChannelKind):
    name: ClassVar[str] = "slack"
    title: ClassVar[dict[str, str]] = {"en": "Slack", "zh": "Slack"}
    doc: ClassVar[dict[str, str]] = {
        "en": "Sends each message to a Slack channel, through its incoming webhook.",
        "zh": "通过 Incoming Webhook 把每条消息发到 Slack 频道。",
    }
    order: ClassVar[int] = 30
    Config: ClassVar[type[ChannelConfig]] = SlackConfig

    def send(
        self, config: SlackConfig, message: Message, door: Door, *, locale: str, at: datetime
    ) -> SendResult:
        return send_by_apprise(slack_url(config), message, door, locale=locale)


def slack_url(config: SlackConfig) -> str:
    match = _WEBHOOK.fullmatch(config.webhook)
    return f"slack://{'/'.join(match.groups() if match else ())}/?footer=no&image=no"
