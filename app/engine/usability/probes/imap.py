"""IMAP: does the mailbox server greet, protect, and let us in?"""

from __future__ import annotations

from typing import Any, ClassVar

from app.engine.usability.fields import common as fields
from app.engine.usability.fields.mailing import ServerConfig, check_banner, refused
from app.engine.usability.protocols import lines, starttls
from app.engine.usability.protocols.lines import base64_of, tagged
from app.engine.usability.registry import PHASE_NAMES, MonitorConfig, Text, register
from app.engine.usability.stream.stream import Place, Stream, TalkError
from app.engine.usability.stream.talking import TalkingType, told
from app.engine.usability.types import Outcome


class ImapConfig(ServerConfig):
    """Which server, and as whom to log in."""

    port: int = fields.port_field(143)


@register
class ImapMonitor(TalkingType[ImapConfig]):
    name: ClassVar[str] = "imap"
    title: ClassVar[Text] = {"en": "IMAP mailbox server", "zh": "IMAP 邮箱服务器"}
    doc: ClassVar[Text] = {
        "en": "Waits for the greeting, goes over to TLS, and logs in if wanted. With encryption tls the "
        "usual port is 993.",
        "zh": "等待欢迎信息、升级到 TLS，可选登录。加密方式为 tls 时常用端口是 993。",
    }
    Config: ClassVar[type[MonitorConfig]] = ImapConfig
    phases: ClassVar[dict[str, Text]] = {
        **PHASE_NAMES,
        "first_byte": {"en": "greeting", "zh": "欢迎信息"},
        "transfer": {"en": "log-in", "zh": "登录"},
    }

    def place(self, config: ImapConfig) -> Place:
        return config.place()

    async def talk(self, stream: Stream, config: ImapConfig) -> Outcome:
        banner = await lines.read_line(stream)
        stream.note(banner)
        if banner.upper().startswith("* BYE"):
            raise TalkError("service_refused", {"answer": stream.shown(banner)})
        if not banner.upper().startswith("* OK"):
            raise stream.unexpected(banner, "* OK")
        check_banner(stream, banner, config.banner)
        offered = await _capabilities(stream)
        if stream.tls is None and config.wants_upgrade("STARTTLS" in offered):
            await starttls.ask_imap(stream)
            await stream.start_tls(config.host, config.tls)
            offered = await _capabilities(stream)
        if config.username:
            await _log_in(stream, config, offered)
        await lines.send_line(stream, "z LOGOUT")
        return Outcome("up", facts={"banner": stream.shown(banner)})

    def told(self, facts: dict[str, Any], locale: str) -> list[tuple[str, str]]:
        return told(facts, locale, ("banner", "Greeting", "欢迎信息"))


async def _capabilities(stream: Stream) -> set[str]:
    is_ok, said = await tagged(stream, "CAPABILITY", "a1", "CAPABILITY")
    if not is_ok:
        raise stream.unexpected(said[-1], "a1 OK")
    return {
        word.upper() for line in said if line.upper().startswith("* CAPABILITY ") for word in line.split()[2:]
    }


async def _log_in(stream: Stream, config: ImapConfig, offered: set[str]) -> None:
    """AUTHENTICATE PLAIN (RFC 4616) where it is offered, since LOGIN knows ASCII only."""
    both = base64_of(f"\0{config.username}\0{config.password}")
    stream.hide(both, _quoted(config.password))
    if "AUTH=PLAIN" in offered:
        is_ok, said = await _authenticate(stream, both)
    elif "LOGINDISABLED" in offered:
        methods = ", ".join(sorted(each for each in offered if each.startswith("AUTH="))) or "–"
        raise TalkError("login_unsupported", {"methods": methods})
    else:
        command = f"LOGIN {_quoted(config.username)} {_quoted(config.password)}"
        is_ok, said = await tagged(stream, "LOGIN", "a2", command)
    if is_ok:
        return
    answer = said[-1]
    if "[UNAVAILABLE]" in answer.upper() or "[LIMIT]" in answer.upper():
        raise TalkError("service_refused", {"answer": stream.shown(answer)})
    raise refused(stream, config.username, answer.partition(" ")[2])


async def _authenticate(stream: Stream, both: str) -> tuple[bool, list[str]]:
    stream.step = "AUTHENTICATE"
    await lines.send_line(stream, "a2 AUTHENTICATE PLAIN")
    line = await lines.read_line(stream)
    if not line.startswith("+"):
        stream.note(line)
        if line.startswith("a2 NO"):
            return False, [line]
        raise stream.unexpected(line, "+")
    await lines.send_line(stream, both)
    return await lines.tagged_answer(stream, "a2")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
