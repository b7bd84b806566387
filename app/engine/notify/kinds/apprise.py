"""Every service that Apprise knows, by its URL: mail, Slack, Telegram, 钉钉, 企业微信, 飞书 and a hundred more.

Apprise sends by itself. The host of the URL is checked against the guard before, but where Apprise then
connects, and whom a service redirects to, is its own affair: only owners and admins may add channels.
"""

from __future__ import annotations

import logging
import time
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from app.engine.notify.message import Message
from app.engine.notify.registry import (
    ChannelConfig,
    ChannelKind,
    Door,
    DoorRefusedError,
    SendResult,
    register,
)

TYPES = {"critical": "failure", "warning": "warning", "info": "success"}
# These read files or run programs of this machine instead of contacting somebody.
LOCAL = {"dbus", "glib", "qt", "kde", "gnome", "macosx", "windows", "syslog", "file", "exec", "custom"}
CONTACTS_URL_HOST = {
    "json",
    "jsons",
    "xml",
    "xmls",
    "form",
    "forms",
    "mailto",
    "mailtos",
    "gotify",
    "gotifys",
}


def _known(value: str) -> str:
    import apprise

    if urlsplit(value).scheme.lower() in LOCAL:
        raise ValueError("this service acts on CloudEye's own machine and is not permitted")
    if apprise.Apprise.instantiate(value, suppress_exceptions=True) is None:
        raise ValueError("is not a URL that Apprise knows; see https://appriseit.com for each service's form")
    return value


class AppriseConfig(ChannelConfig):
    url: Annotated[str, AfterValidator(_known)] = Field(
        max_length=2000,
        title="Apprise URL",
        description="For example slack://…, tgram://…, dingtalk://…, wecombot://…, feishu://…, mailto://…",
        json_schema_extra={"zh": "Apprise 地址", "secret": True, "widget": "password"},
    )


@register
class AppriseKind(ChannelKind):
    name = "apprise"
    title = {
        "en": "Apprise (mail, Slack, Telegram, DingTalk, …)",
        "zh": "Apprise（邮件、钉钉、企业微信、飞书等）",
    }
    doc = {
        "en": "Sends through any of the services Apprise knows, by its URL.",
        "zh": "通过 Apprise 支持的任意服务发送，以其 URL 配置。",
    }
    Config = AppriseConfig

    def send(self, config: AppriseConfig, message: Message, door: Door, locale: str) -> SendResult:
        import apprise

        parts = urlsplit(config.url)
        if parts.hostname and ("." in parts.hostname or parts.scheme in CONTACTS_URL_HOST):
            try:
                door.check(f"https://{parts.hostname}/")
            except DoorRefusedError as error:
                if error.permanent:
                    return SendResult(False, permanent=True, error=error.sentence)
        title, body = message.text(locale)
        started = time.monotonic()
        said = _Said()
        logger = logging.getLogger("apprise")
        logger.addHandler(said)
        try:
            service = apprise.Apprise()
            service.add(config.url)
            ok = bool(service.notify(title=title, body=body, notify_type=TYPES.get(message.severity, "info")))
        finally:
            logger.removeHandler(said)
        ms = (time.monotonic() - started) * 1000
        return SendResult(ok, error="" if ok else said.last or "the service did not take the message", ms=ms)


class _Said(logging.Handler):
    """The last warning Apprise logged while it sent: its only word on what went wrong."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.last = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.last = record.getMessage()[:500]
