"""SMTP: does the mail server greet, protect, let us in, and take mail?"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from pydantic import field_validator

from app.engine.usability.fields import common as fields
from app.engine.usability.fields.mailing import ServerConfig, check_banner, refused
from app.engine.usability.protocols import lines, starttls
from app.engine.usability.protocols.lines import Reply, accept, ask, base64_of, demand
from app.engine.usability.registry import PHASE_NAMES, MonitorConfig, Text, register
from app.engine.usability.stream.stream import Place, Stream, TalkError
from app.engine.usability.stream.talking import TalkingType, told
from app.engine.usability.types import Outcome

_ADDRESS = re.compile(r"[^\s<>@\x00-\x1f\x7f]{1,64}@[^\s<>@\x00-\x1f\x7f]{1,255}")


class SmtpConfig(ServerConfig):
    """Which mail server, and how far to go with it."""

    port: int = fields.port_field(25)
    sender: str = fields.text_field(
        "Sender",
        "Address that mail is said to come from; empty: the empty sender of delivery reports.",
        "发件人",
        "声明的发件人地址；留空则使用退信所用的空发件人。",
        "request",
    )
    recipient: str = fields.text_field(
        "Recipient",
        "Ask whether mail to this address is taken. Nothing is sent.",
        "收件人",
        "询问服务器是否接收发给该地址的邮件，不会真正发送。",
    )

    @field_validator("sender", "recipient")
    @classmethod
    def _is_address(cls, text: str) -> str:
        if text and not _ADDRESS.fullmatch(text):
            raise ValueError("This is not a mail address.")
        return text


@register
class SmtpMonitor(TalkingType[SmtpConfig]):
    name: ClassVar[str] = "smtp"
    title: ClassVar[Text] = {"en": "SMTP mail server", "zh": "SMTP 邮件服务器"}
    doc: ClassVar[Text] = {
        "en": "Waits for the greeting, introduces itself, goes over to TLS, logs in if wanted, and asks if "
        "wanted whether mail to an address is taken. No mail is sent. With encryption tls the usual port is "
        "465, for the log-in of mail programs 587.",
        "zh": "等待欢迎信息、打招呼、升级到 TLS，可选登录，并可询问是否接收发往某地址的邮件。不会发送邮件。"
        "加密方式为 tls 时常用端口是 465，邮件客户端提交常用 587。",
    }
    Config: ClassVar[type[MonitorConfig]] = SmtpConfig
    phases: ClassVar[dict[str, Text]] = {
        **PHASE_NAMES,
        "first_byte": {"en": "greeting", "zh": "欢迎信息"},
        "transfer": {"en": "dialogue", "zh": "会话"},
    }

    def place(self, config: SmtpConfig) -> Place:
        return config.place()

    async def talk(self, stream: Stream, config: SmtpConfig) -> Outcome:
        banner = accept(stream, await lines.read_reply(stream), 220)
        check_banner(stream, banner.text, config.banner)
        offered = await _hello(stream)
        is_offered = any(each.strip().upper() == "STARTTLS" for each in offered.lines)
        if stream.tls is None and config.wants_upgrade(is_offered):
            await starttls.ask_smtp(stream, offered)
            await stream.start_tls(config.host, config.tls)
            offered = await _hello(stream)
        if config.username:
            await _log_in(stream, config, offered)
        if config.recipient:
            await _offer_mail(stream, config)
        await lines.send_line(stream, "QUIT")
        return Outcome("up", facts={"banner": stream.shown(banner.text)})

    def told(self, facts: dict[str, Any], locale: str) -> list[tuple[str, str]]:
        return told(facts, locale, ("banner", "Greeting", "欢迎信息"))


async def _hello(stream: Stream) -> Reply:
    name = starttls.address_literal(stream)
    reply = await ask(stream, "EHLO", f"EHLO {name}")
    if reply.code in (500, 502):
        return await demand(stream, "HELO", f"HELO {name}", 250)
    return accept(stream, reply, 250)


async def _log_in(stream: Stream, config: SmtpConfig, offered: Reply) -> None:
    """AUTH PLAIN (RFC 4616), or the older LOGIN where that alone is offered."""
    methods = {
        word
        for line in offered.lines
        if line.upper().startswith(("AUTH ", "AUTH="))
        for word in line[5:].upper().split()
    }
    stream.step = "AUTH"
    user, password = base64_of(config.username), base64_of(config.password)
    both = base64_of(f"\0{config.username}\0{config.password}")
    stream.hide(password, both)
    if "PLAIN" in methods:
        reply = await ask(stream, "AUTH", f"AUTH PLAIN {both}")
    elif "LOGIN" in methods:
        await demand(stream, "AUTH", "AUTH LOGIN", 334)
        reply = await ask(stream, "AUTH", user)
        if reply.code == 334:
            reply = await ask(stream, "AUTH", password)
    else:
        raise TalkError("login_unsupported", {"methods": ", ".join(sorted(methods)) or "–"})
    if reply.code in (454, 421):
        raise TalkError("service_refused", {"answer": stream.shown(reply.text)})
    if reply.code in (530, 534, 535, 538):
        raise refused(stream, config.username, reply.text)
    accept(stream, reply, 235)


async def _offer_mail(stream: Stream, config: SmtpConfig) -> None:
    await demand(stream, "MAIL", f"MAIL FROM:<{config.sender}>", 250)
    reply = await ask(stream, "RCPT", f"RCPT TO:<{config.recipient}>")
    if reply.code not in (250, 251, 252):
        answer = {"recipient": config.recipient, "answer": stream.shown(reply.text)}
        raise TalkError("recipient_refused", answer)
    await demand(stream, "RSET", "RSET", 250)
