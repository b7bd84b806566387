"""POP3: does the mailbox server greet, protect, and let us in?"""

from __future__ import annotations

from typing import Any, ClassVar

from app.engine.usability.fields import common as fields
from app.engine.usability.fields.mailing import ServerConfig, check_banner, refused
from app.engine.usability.protocols import lines, starttls
from app.engine.usability.protocols.lines import plus_ok
from app.engine.usability.registry import PHASE_NAMES, MonitorConfig, Text, register
from app.engine.usability.stream.stream import Place, Stream, TalkError
from app.engine.usability.stream.talking import TalkingType, told
from app.engine.usability.types import Outcome

_MAX_CAPABILITIES = 60


class Pop3Config(ServerConfig):
    """Which server, and as whom to log in."""

    port: int = fields.port_field(110)


@register
class Pop3Monitor(TalkingType[Pop3Config]):
    name: ClassVar[str] = "pop3"
    title: ClassVar[Text] = {"en": "POP3 mailbox server", "zh": "POP3 邮箱服务器"}
    doc: ClassVar[Text] = {
        "en": "Waits for the greeting, goes over to TLS, and logs in if wanted. With encryption tls the "
        "usual port is 995.",
        "zh": "等待欢迎信息、升级到 TLS，可选登录。加密方式为 tls 时常用端口是 995。",
    }
    Config: ClassVar[type[MonitorConfig]] = Pop3Config
    phases: ClassVar[dict[str, Text]] = {
        **PHASE_NAMES,
        "first_byte": {"en": "greeting", "zh": "欢迎信息"},
        "transfer": {"en": "log-in", "zh": "登录"},
    }

    def place(self, config: Pop3Config) -> Place:
        return config.place()

    async def talk(self, stream: Stream, config: Pop3Config) -> Outcome:
        is_ok, banner = await plus_ok(stream, "greeting", "")
        if not is_ok:
            raise TalkError("service_refused", {"answer": stream.shown(banner)})
        check_banner(stream, banner, config.banner)
        if stream.tls is None:
            await _protect(stream, config)
        if config.username:
            await _log_in(stream, config)
        await lines.send_line(stream, "QUIT")
        return Outcome("up", facts={"banner": stream.shown(banner)})

    def told(self, facts: dict[str, Any], locale: str) -> list[tuple[str, str]]:
        return told(facts, locale, ("banner", "Greeting", "欢迎信息"))


async def _protect(stream: Stream, config: Pop3Config) -> None:
    is_offered = config.security == "auto" and "STLS" in await _capabilities(stream)
    if config.wants_upgrade(is_offered):
        await starttls.ask_pop3(stream)
        await stream.start_tls(config.host, config.tls)


async def _capabilities(stream: Stream) -> set[str]:
    """What CAPA (RFC 2449) lists, nothing where the server is too old to know it."""
    is_ok, _ = await plus_ok(stream, "CAPA", "CAPA")
    found: set[str] = set()
    while is_ok and len(found) < _MAX_CAPABILITIES:
        line = await lines.read_line(stream)
        if line == ".":
            return found
        found.add(line.upper())
    if is_ok:
        raise TalkError("answer_too_long", {"step": "CAPA", "limit": _MAX_CAPABILITIES * lines.MAX_LINE})
    return found


async def _log_in(stream: Stream, config: Pop3Config) -> None:
    is_ok, answer = await plus_ok(stream, "USER", f"USER {config.username}")
    if is_ok:
        is_ok, answer = await plus_ok(stream, "PASS", f"PASS {config.password}")
    if is_ok:
        return
    # RFC 3206 and 2449: not a word about user and password.
    if any(code in answer.upper() for code in ("[SYS/", "[IN-USE]", "[LOGIN-DELAY]")):
        raise TalkError("service_refused", {"answer": stream.shown(answer)})
    raise refused(stream, config.username, answer)
