"""FTP: does the file server greet, protect, let us in, and have the file?"""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import field_validator

from app.engine.usability.fields import common as fields
from app.engine.usability.fields.mailing import ServerConfig, check_banner, refused
from app.engine.usability.protocols import lines, starttls
from app.engine.usability.protocols.lines import accept, ask, demand
from app.engine.usability.registry import PHASE_NAMES, MonitorConfig, Text, register
from app.engine.usability.stream.stream import Place, Stream, TalkError
from app.engine.usability.stream.talking import TalkingType, told
from app.engine.usability.types import Outcome

_ANYBODY = "anonymous"


class FtpConfig(ServerConfig):
    """Which server, as whom to log in, and what must be there."""

    port: int = fields.port_field(21)
    file: str = fields.text_field(
        "File",
        "Path of a file that must exist; asked for after the log-in, not fetched. Where no user is given, "
        "anonymous logs in.",
        "文件",
        "登录后检查必须存在的文件路径，不会下载。未填写用户名时以 anonymous 登录。",
    )

    @field_validator("file")
    @classmethod
    def _is_path(cls, text: str) -> str:
        if not text.isprintable():
            raise ValueError("A path must not contain control characters.")
        return text


@register
class FtpMonitor(TalkingType[FtpConfig]):
    name: ClassVar[str] = "ftp"
    title: ClassVar[Text] = {"en": "FTP server", "zh": "FTP 服务器"}
    doc: ClassVar[Text] = {
        "en": "Waits for the greeting, goes over to TLS, logs in if wanted, and asks for a file if wanted. "
        "With encryption tls the usual port is 990.",
        "zh": "等待欢迎信息、升级到 TLS，可选登录和检查文件是否存在。加密方式为 tls 时常用端口是 990。",
    }
    Config: ClassVar[type[MonitorConfig]] = FtpConfig
    phases: ClassVar[dict[str, Text]] = {
        **PHASE_NAMES,
        "first_byte": {"en": "greeting", "zh": "欢迎信息"},
        "transfer": {"en": "log-in", "zh": "登录"},
    }

    def place(self, config: FtpConfig) -> Place:
        return config.place()

    async def talk(self, stream: Stream, config: FtpConfig) -> Outcome:
        reply = await lines.read_reply(stream)
        while reply.code == 120:
            reply = await lines.read_reply(stream)
        banner = accept(stream, reply, 220)
        check_banner(stream, banner.text, config.banner)
        if stream.tls is None and config.wants_upgrade(await _offers_tls(stream, config)):
            await starttls.ask_ftp(stream)
            await stream.start_tls(config.host, config.tls)
        facts: dict[str, Any] = {"banner": stream.shown(banner.text)}
        if config.username or config.file:
            await _log_in(stream, config)
            if config.file:
                facts["size"] = await _size(stream, config.file)
        await lines.send_line(stream, "QUIT")
        return Outcome("up", facts=facts)

    def told(self, facts: dict[str, Any], locale: str) -> list[tuple[str, str]]:
        return told(
            facts,
            locale,
            ("banner", "Greeting", "欢迎信息"),
            ("size", "File size (bytes)", "文件大小（字节）"),
        )


async def _offers_tls(stream: Stream, config: FtpConfig) -> bool:
    if config.security != "auto":
        return False
    reply = await ask(stream, "FEAT", "FEAT")
    return any(each.strip().upper().startswith("AUTH") and "TLS" in each.upper() for each in reply.lines)


async def _log_in(stream: Stream, config: FtpConfig) -> None:
    user = config.username or _ANYBODY
    reply = await ask(stream, "USER", f"USER {user}")
    if reply.code in (331, 332):
        # To anonymous log-ins an address of mail is customary (RFC 1635).
        reply = await ask(stream, "PASS", f"PASS {config.password if config.username else _ANYBODY + '@'}")
    if reply.code in (430, 530, 532):
        raise refused(stream, user, reply.text)
    accept(stream, reply, 230, 202)


async def _size(stream: Stream, path: str) -> int:
    await demand(stream, "TYPE", "TYPE I", 200)
    reply = await ask(stream, "SIZE", f"SIZE {path}")
    if reply.code == 550:
        raise TalkError("value_missing", {"name": path})
    words = accept(stream, reply, 213).lines[0].split()
    if not words or not words[0].isdecimal():
        raise stream.unexpected(reply.text, "213 size")
    return int(words[0][:18])
