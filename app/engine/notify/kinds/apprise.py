"""Every service that Apprise knows, by its URL.

Apprise sends by itself, in a fenced process that ends with the message: see `app.engine.notify.apprise_child`
for what the fence holds and what it does not.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from app.engine.notify.apprise_call import is_known, send_by_apprise
from app.engine.notify.fields import shown
from app.engine.notify.message import Message
from app.engine.notify.registry import ChannelConfig, ChannelKind, Door, SendResult, register

# These speak to the desktop, the log or the devices of the machine that CloudEye runs on.
LOCAL = {"dbus", "gio", "glib", "qt", "kde", "gnome", "macosx", "windows", "syslog", "blink1"}
_SCHEME = re.compile(r"([a-z0-9][a-z0-9+.-]*)://\S.*", re.IGNORECASE)


def _is_apprise_url(value: str) -> str:
    value = value.strip()
    parts = _SCHEME.fullmatch(value)
    if parts is None:
        raise ValueError("must be a URL such as discord://… or ntfy://…")
    if parts[1].lower() in LOCAL:
        raise ValueError("this service acts on CloudEye's own machine and is not permitted")
    return value


class AppriseConfig(ChannelConfig):
    """The service's URL, which holds its credentials."""

    url: Annotated[str, AfterValidator(_is_apprise_url)] = Field(
        max_length=2000,
        title="Apprise URL",
        description="For example discord://…, msteams://…, ntfy://…, bark://…, serverchan://…; "
        "https://appriseit.com/services/ lists each service's form.",
        json_schema_extra=shown(
            "Apprise 地址",
            "例如 discord://…、ntfy://…、bark://…、serverchan://…、pushplus://…；"
            "各服务的写法见 https://appriseit.com/services/。",
            secret=True,
        ),
    )


@register
class AppriseKind(ChannelKind):
    name: ClassVar[str] = "apprise"
    title: ClassVar[dict[str, str]] = {
        "en": "Another service, by its Apprise URL",
        "zh": "其他服务（Apprise 地址）",
    }
    doc: ClassVar[dict[str, str]] = {
        "en": "Sends through any of the hundred services Apprise knows, by its URL.",
        "zh": "通过 Apprise 支持的上百种服务发送，以其 URL 配置。",
    }
    order: ClassVar[int] = 90
    Config: ClassVar[type[ChannelConfig]] = AppriseConfig

    def check(self, config: AppriseConfig) -> dict[str, str]:
        if is_known(config.url):
            return {}
        return {"url": "is not a URL that Apprise knows; see https://appriseit.com/services/"}

    def send(
        self, config: AppriseConfig, message: Message, door: Door, *, locale: str, at: datetime
    ) -> SendResult:
        return send_by_apprise(config.url, message, door, locale=locale)
