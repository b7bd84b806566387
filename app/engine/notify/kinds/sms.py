"""Text messages to phones, by a provider that Apprise knows."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import ClassVar, Literal
from urllib.parse import quote

from pydantic import Field, ValidationInfo, field_validator

from app.engine.notify.apprise_call import send_by_apprise
from app.engine.notify.fields import Phones, as_host, as_phone, shown
from app.engine.notify.message import Message
from app.engine.notify.registry import ChannelConfig, ChannelKind, Door, SendResult, register
from app.engine.notify.robot import plain_text

MOST_CHARACTERS = 280
_ACCOUNTS = {"twilio": re.compile(r"AC[a-f0-9]{32}"), "vonage": re.compile(r"[a-z0-9]{6,16}")}
_SECRETS = {
    "twilio": re.compile(r"[a-z0-9]{16,64}"),
    "vonage": re.compile(r"[A-Za-z0-9]{8,32}"),
    "smseagle": re.compile(r"[A-Za-z0-9_-]{4,128}"),
}
# The providers send what is longer than one message as several that a phone puts together.
_WHOLE = "?overflow=upstream"
_HOSTED = {"provider": ["twilio", "vonage"]}
_OWN = {"provider": ["smseagle"]}


class SmsConfig(ChannelConfig):
    """The provider, the account there, and whom it is for."""

    provider: Literal["twilio", "vonage", "smseagle"] = Field(
        default="twilio",
        title="Provider",
        json_schema_extra=shown(
            "服务商",
            choices={
                "twilio": {"en": "Twilio", "zh": "Twilio"},
                "vonage": {"en": "Vonage (Nexmo)", "zh": "Vonage（Nexmo）"},
                "smseagle": {"en": "SMSEagle, a gateway of your own", "zh": "SMSEagle（自建短信网关）"},
            },
        ),
    )
    host: str = Field(
        default="",
        max_length=253,
        title="Gateway",
        description="Its host name or address.",
        json_schema_extra=shown("网关", "主机名或地址。", only=_OWN, needed=True),
        validate_default=True,
    )
    account: str = Field(
        default="",
        max_length=64,
        title="Account",
        description="Twilio: the account SID, which begins with AC. Vonage: the API key.",
        json_schema_extra=shown(
            "账号", "Twilio：以 AC 开头的 Account SID；Vonage：API key。", only=_HOSTED, needed=True
        ),
        validate_default=True,
    )
    secret: str = Field(
        max_length=128,
        title="Secret",
        description="Twilio: the auth token. Vonage: the API secret. SMSEagle: the access token.",
        json_schema_extra=shown(
            "密钥",
            "Twilio：Auth Token；Vonage：API secret；SMSEagle：Access token。",
            secret=True,
        ),
    )
    sender: str = Field(
        default="",
        max_length=20,
        title="Sender's number",
        description="The number the provider has given you.",
        json_schema_extra=shown("发送号码", "服务商分配给您的号码。", only=_HOSTED, needed=True),
        validate_default=True,
    )
    to: Phones = Field(
        title="Recipients",
        description="One number a line, with the country's prefix: +8613800138000.",
        json_schema_extra=shown("收信号码", "每行一个，带国家区号，例如 +8613800138000。"),
    )

    @field_validator("host", "account", "sender", "secret")
    @classmethod
    def _suits_the_provider(cls, value: str, info: ValidationInfo) -> str:
        provider, value = str(info.data.get("provider", "")), value.strip()
        match info.field_name:
            case "host":
                return as_host(value) if provider == "smseagle" else ""
            case "sender":
                return as_phone(value) if provider != "smseagle" else ""
            case "account":
                known = _ACCOUNTS.get(provider)
                if known is None:
                    return ""
            case _:
                known = _SECRETS.get(provider)
        if known is not None and not known.fullmatch(value):
            raise ValueError("does not look like what this provider gives out")
        return value


@register
class Sms(ChannelKind):
    name: ClassVar[str] = "sms"
    title: ClassVar[dict[str, str]] = {"en": "SMS", "zh": "短信"}
    doc: ClassVar[dict[str, str]] = {
        "en": "Sends each message as a text message to phones. Providers ask money for each.",
        "zh": "以短信发送每条消息，服务商按条收费。",
    }
    order: ClassVar[int] = 40
    reaches: ClassVar[str] = "phone"
    Config: ClassVar[type[ChannelConfig]] = SmsConfig

    def addressed(self, config: SmsConfig, address: str) -> SmsConfig:
        return config.model_copy(update={"to": (as_phone(address),)})

    def send(
        self, config: SmsConfig, message: Message, door: Door, *, locale: str, at: datetime
    ) -> SendResult:
        short = brief(message, locale)
        return send_by_apprise(sms_url(config), short, door, locale=locale, secrets=[config.secret])


def brief(message: Message, locale: str) -> Message:
    """The message in as few words as a phone is sent, since each 70 or 160 characters are paid for."""
    text = plain_text(message, locale, 4 * MOST_CHARACTERS)
    text = text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"
    return replace(message, words={"title": "", "body": text, "format": "text"})


def sms_url(config: SmsConfig) -> str:
    to = "/".join(quote(each.lstrip("+"), safe="") for each in config.to)
    if config.provider == "smseagle":
        return f"smseagles://{quote(config.secret, safe='')}@{config.host}/{to}{_WHOLE}"
    sender = config.sender.lstrip("+")
    return f"{config.provider}://{config.account}:{config.secret}@{sender}/{to}{_WHOLE}"
