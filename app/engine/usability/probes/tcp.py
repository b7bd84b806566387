"""TCP: does the port accept connections, and does it say what it should?"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from app.engine.usability.fields import common as fields
from app.engine.usability.fields.expectation import Format, format_field, matcher, read_bytes
from app.engine.usability.fields.hosts import Host
from app.engine.usability.registry import PHASE_NAMES, MonitorConfig, Text, register
from app.engine.usability.stream.stream import Place, Stream, TalkError
from app.engine.usability.stream.talking import TalkingType, place_of, told
from app.engine.usability.types import Outcome
from app.engine.usability.wording import shown

# A server that drips is looked at again less often the more there is to look through: 0.1 s a MiB.
_PATIENCE_PER_BYTE = 1e-7


class TcpConfig(MonitorConfig):
    """Where to connect, what to say and what to hear."""

    host: Host = fields.host_field()
    port: int = fields.port_field()
    tls: bool = fields.tls_field()
    send: str = Field(
        "",
        title="Send",
        description=r"What to send after connecting. In text, \r \n \t \0 \xNN and \\ are understood.",
        max_length=16384,
        json_schema_extra=shown(
            "发送内容",
            r"连接后发送的内容。文本中可使用 \r \n \t \0 \xNN 和 \\ 转义。",
            "textarea",
            "request",
        ),
    )
    send_format: Literal["text", "hex"] = Field(
        "text",
        title="Format of what is sent",
        description="Text, or bytes in hexadecimal.",
        json_schema_extra=shown(
            "发送格式",
            "文本，或十六进制字节。",
            "select",
            "request",
            choices={
                "text": {"en": "text", "zh": "文本"},
                "hex": {"en": "hexadecimal", "zh": "十六进制"},
            },
        ),
    )
    expect: str = Field(
        "",
        title="Expect",
        description="What the answer must contain; empty: a connection is enough.",
        max_length=4096,
        json_schema_extra=shown("期望应答", "应答中必须包含的内容；留空则连接成功即可。", "text", "answer"),
    )
    expect_format: Format = format_field()
    max_answer_kb: int = Field(
        64,
        title="Answer at most (KiB)",
        description="How much of the answer is read while looking for what is expected.",
        ge=1,
        le=1024,
        json_schema_extra=shown(
            "读取上限（KiB）", "查找期望内容时最多读取的应答大小。", "number", "advanced"
        ),
    )
    verify_tls: bool = fields.verify_tls_field()
    ca_bundle: fields.Certificates = fields.ca_bundle_field()
    ip_version: fields.IpVersion = fields.ip_version_field()

    @model_validator(mode="after")
    def _can_be_read(self) -> TcpConfig:
        read_bytes(self.send, self.send_format)
        matcher(self.expect, self.expect_format)
        return self


@register
class TcpMonitor(TalkingType[TcpConfig]):
    name: ClassVar[str] = "tcp"
    title: ClassVar[Text] = {"en": "TCP port", "zh": "TCP 端口"}
    doc: ClassVar[Text] = {
        "en": "Connects to a port, with TLS if wanted, sends something if wanted, and looks for what is "
        "expected in the answer.",
        "zh": "连接端口，可选用 TLS，可发送内容，并在应答中查找期望的内容。",
    }
    Config: ClassVar[type[MonitorConfig]] = TcpConfig
    phases: ClassVar[dict[str, Text]] = {
        **PHASE_NAMES,
        "transfer": {"en": "answer", "zh": "应答"},
    }

    def place(self, config: TcpConfig) -> Place:
        return place_of(config)

    async def talk(self, stream: Stream, config: TcpConfig) -> Outcome:
        if config.send:
            stream.step = "send"
            await stream.send(read_bytes(config.send, config.send_format))
        if not config.expect:
            return Outcome("up")
        stream.step = "answer"
        answer = await _answer(stream, config)
        return Outcome("up", facts={"answer": stream.shown(answer)})

    def told(self, facts: dict[str, Any], locale: str) -> list[tuple[str, str]]:
        return told(facts, locale, ("answer", "Answer", "应答"))


async def _answer(stream: Stream, config: TcpConfig) -> bytes:
    """What came until it contained what is expected. Raises TalkError when it never did."""
    is_there = matcher(config.expect, config.expect_format)
    limit = config.max_answer_kb * 1024
    got = b""
    looked_at = 0
    while len(got) < limit:
        more = await stream.read_some(limit - len(got))
        got += more
        # Looking again at each crumb would take time in the square of the answer, so more is awaited first.
        pause = len(got) * _PATIENCE_PER_BYTE
        if not more or len(got) == limit or len(got) >= looked_at * 1.1 or not await stream.has_more(pause):
            looked_at = len(got)
            if is_there(got):
                return got
        if not more:
            break
    stream.note(got)
    detail = {"expected": config.expect[:200], "answer": stream.shown(got), "step": stream.step}
    raise TalkError("unexpected_answer" if got else "connection_closed", detail)
