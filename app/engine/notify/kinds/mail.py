"""Mail through an SMTP server."""

from __future__ import annotations

from datetime import datetime
from email.utils import formataddr
from typing import ClassVar, Literal
from urllib.parse import quote, urlencode

from pydantic import Field

from app.engine.notify.apprise_call import send_by_apprise
from app.engine.notify.fields import Host, Mail, Mails, as_mail, shown
from app.engine.notify.message import Message
from app.engine.notify.registry import ChannelConfig, ChannelKind, Door, SendResult, register

PORTS = {"tls": 465, "starttls": 587, "none": 25}


class MailConfig(ChannelConfig):
    """The server that takes the mail, whose it is, and whom it is for."""

    host: Host = Field(
        title="Mail server",
        description="The SMTP server that takes outgoing mail.",
        json_schema_extra=shown("邮件服务器", "发送邮件的 SMTP 服务器。", placeholder="smtp.example.org"),
    )
    security: Literal["tls", "starttls", "none"] = Field(
        default="tls",
        title="Encryption",
        json_schema_extra=shown(
            "加密方式",
            choices={
                "tls": {"en": "TLS from the start (port 465)", "zh": "SSL/TLS（端口 465）"},
                "starttls": {"en": "STARTTLS (port 587)", "zh": "STARTTLS（端口 587）"},
                "none": {"en": "None (port 25)", "zh": "不加密（端口 25）"},
            },
        ),
    )
    port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        title="Port",
        description="Empty: the usual one of the encryption.",
        json_schema_extra=shown("端口", "留空则使用该加密方式的常用端口。"),
    )
    user: str = Field(
        default="",
        max_length=254,
        title="User name",
        description="Often the whole e-mail address. Empty: no log-in.",
        json_schema_extra=shown("用户名", "通常是完整的邮箱地址。留空则不登录。"),
    )
    password: str = Field(
        default="",
        max_length=500,
        title="Password",
        description="Many providers give out a password for programs, which is another than yours.",
        json_schema_extra=shown("密码", "多数邮箱需使用专门的授权码，而不是登录密码。", secret=True),
    )
    sender: Mail = Field(
        title="Sender",
        description="The address mail comes from.",
        json_schema_extra=shown("发件人", "邮件显示的发件地址。", placeholder="cloudeye@example.org"),
    )
    sender_name: str = Field(
        default="",
        max_length=100,
        pattern=r'^[^\r\n"<>]*$',
        title="Sender's name",
        json_schema_extra=shown("发件人名称", placeholder="CloudEye"),
    )
    to: Mails = Field(
        title="Recipients",
        description="One address a line.",
        json_schema_extra=shown("收件人", "每行一个邮箱地址。"),
    )


@register
class MailKind(ChannelKind):
    name: ClassVar[str] = "mail"
    title: ClassVar[dict[str, str]] = {"en": "Mail", "zh": "邮件"}
    doc: ClassVar[dict[str, str]] = {
        "en": "Sends each message as a mail through your SMTP server.",
        "zh": "通过您的 SMTP 服务器以邮件发送每条消息。",
    }
    order: ClassVar[int] = 10
    reaches: ClassVar[str] = "email"
    Config: ClassVar[type[ChannelConfig]] = MailConfig

    def addressed(self, config: MailConfig, address: str) -> MailConfig:
        return config.model_copy(update={"to": (as_mail(address),)})

    def send(
        self, config: MailConfig, message: Message, door: Door, *, locale: str, at: datetime
    ) -> SendResult:
        return send_by_apprise(
            mail_url(config, message.format), message, door, locale=locale, secrets=[config.password]
        )


def mail_url(config: MailConfig, form: str = "text") -> str:
    """The Apprise URL; text goes as plain text, everything else as HTML."""
    login = quote(config.user, safe="")
    if login and config.password:
        login += ":" + quote(config.password, safe="")
    port = config.port or PORTS[config.security]
    query = {
        "smtp": config.host,
        "from": formataddr((config.sender_name, config.sender)) if config.sender_name else config.sender,
        "to": ",".join(config.to),
        "format": "text" if form == "text" else "html",
        "mode": {"tls": "ssl", "starttls": "starttls", "none": "insecure"}[config.security],
    }
    scheme = "mailto" if config.security == "none" else "mailtos"
    return (
        f"{scheme}://{login + '@' if login else ''}{config.host}:{port}/?{urlencode(query, quote_via=quote)}"
    )
