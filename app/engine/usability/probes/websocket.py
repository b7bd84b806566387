"""WebSocket: does the server shake hands, answer a ping, and say what it should?"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from pydantic import Field, field_validator, model_validator

from app.engine.net.target import Target, TargetError, parse_target
from app.engine.usability.fields import common as fields
from app.engine.usability.fields.expectation import Format, format_field, matcher
from app.engine.usability.http.headers import TOKEN, check_headers
from app.engine.usability.protocols import websocket
from app.engine.usability.registry import PHASE_NAMES, MonitorConfig, Text, register
from app.engine.usability.stream.stream import Place, Stream, TalkError, TlsHow
from app.engine.usability.stream.talking import TalkingType, told
from app.engine.usability.types import Outcome
from app.engine.usability.wording import shown

# The handshake itself needs these.
_RESERVED = {"host", "upgrade", "connection", "content-length", "transfer-encoding"}
_MAX_MESSAGE = 1 << 18
_MAX_MESSAGES = 100


class WebsocketConfig(MonitorConfig):
    """Where to shake hands, what to say and what to hear."""

    url: str = Field(
        title="URL",
        description="The address, beginning with ws:// or wss://.",
        max_length=2048,
        json_schema_extra=shown("网址", "以 ws:// 或 wss:// 开头的地址。", "url", "request"),
    )
    subprotocol: str = fields.text_field(
        "Subprotocols",
        "Offered to the server, separated by commas; it must choose one of them.",
        "子协议",
        "向服务器提供的子协议，用逗号分隔，服务器必须选择其中之一。",
        "request",
    )
    headers: dict[str, str] = Field(
        default_factory=dict,
        title="Request headers",
        description="Further headers of the handshake, such as Origin, Cookie or Authorization.",
        max_length=50,
        json_schema_extra=shown(
            "请求头",
            "握手时附加的请求头，例如 Origin、Cookie 或 Authorization。",
            "headers",
            "request",
            secret=True,
        ),
    )
    send: str = Field(
        "",
        title="Send",
        description="A text message to send after the handshake.",
        max_length=16384,
        json_schema_extra=shown("发送内容", "握手后发送的文本消息。", "textarea", "request"),
    )
    expect: str = Field(
        "",
        title="Expect",
        description="A message must come that contains this; empty: none needs to come.",
        max_length=4096,
        json_schema_extra=shown("期望消息", "必须收到包含该内容的消息；留空则不要求。", "text", "answer"),
    )
    expect_format: Format = format_field()
    ping: bool = Field(
        True,
        title="Ping",
        description="Send a ping and wait for its pong, which every server must answer.",
        json_schema_extra=shown("Ping", "发送 ping 并等待 pong，所有服务器都应回应。", "switch", "answer"),
    )
    verify_tls: bool = fields.verify_tls_field()
    ca_bundle: fields.Certificates = fields.ca_bundle_field()
    ip_version: fields.IpVersion = fields.ip_version_field()

    @field_validator("url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        _target(url.strip())
        return url.strip()

    @field_validator("subprotocol")
    @classmethod
    def _are_tokens(cls, text: str) -> str:
        if any(not TOKEN.fullmatch(each) for each in _list(text)):
            raise ValueError("A subprotocol is a single word; several are separated by commas.")
        return text

    @field_validator("headers")
    @classmethod
    def _are_headers(cls, headers: dict[str, str]) -> dict[str, str]:
        check_headers(headers, "header of the handshake", _is_reserved)
        return headers

    @model_validator(mode="after")
    def _can_be_read(self) -> WebsocketConfig:
        matcher(self.expect, self.expect_format)
        return self


@register
class WebsocketMonitor(TalkingType[WebsocketConfig]):
    name: ClassVar[str] = "websocket"
    title: ClassVar[Text] = {"en": "WebSocket", "zh": "WebSocket"}
    doc: ClassVar[Text] = {
        "en": "Shakes hands for WebSocket and verifies the answer, sends a message and waits for one if "
        "wanted, and pings.",
        "zh": "进行 WebSocket 握手并验证应答，可发送消息并等待期望的消息，再发送 ping。",
    }
    Config: ClassVar[type[MonitorConfig]] = WebsocketConfig
    phases: ClassVar[dict[str, Text]] = {
        **PHASE_NAMES,
        "first_byte": {"en": "handshake", "zh": "握手"},
        "transfer": {"en": "messages", "zh": "消息"},
    }

    def place(self, config: WebsocketConfig) -> Place:
        target = _target(config.url)
        how = (
            TlsHow(verify=config.verify_tls, authorities=config.ca_bundle, alpn=("http/1.1",))
            if target.scheme == "https"
            else None
        )
        return Place(target.host, target.port, config.ip_version, how)

    def secrets(self, config: WebsocketConfig) -> tuple[str, ...]:
        # Of "Bearer abc" the second word is a secret by itself.
        words = {word for value in config.headers.values() for word in value.split() if len(word) >= 6}
        return (*config.headers.values(), *words)

    async def talk(self, stream: Stream, config: WebsocketConfig) -> Outcome:
        subprotocols = _list(config.subprotocol)
        answer = await websocket.shake_hands(stream, _target(config.url), config.headers, subprotocols)
        outcome = Outcome("up", http_status=answer.status)
        if "sec-websocket-protocol" in answer.headers:
            outcome.facts["subprotocol"] = answer.headers["sec-websocket-protocol"]
        if config.send:
            stream.step = "send"
            await websocket.send(stream, websocket.TEXT, config.send.encode())
        heard = _Heard()
        if config.expect:
            outcome.facts["message"] = await _expected(stream, config, heard)
        if config.ping:
            await _ping(stream, heard)
        await websocket.send(stream, websocket.CLOSE, (1000).to_bytes(2, "big"))
        return outcome

    def told(self, facts: dict[str, Any], locale: str) -> list[tuple[str, str]]:
        return told(facts, locale, ("subprotocol", "Subprotocol", "子协议"), ("message", "Message", "消息"))


@dataclass(slots=True)
class _Heard:
    """How many messages came: a server that sends without end must not be listened to without end."""

    count: int = 0

    async def next(self, stream: Stream) -> tuple[int, bytes]:
        self.count += 1
        if self.count > _MAX_MESSAGES:
            raise TalkError("answer_too_long", {"step": stream.step, "limit": _MAX_MESSAGE})
        return await websocket.receive(stream, _MAX_MESSAGE)


async def _expected(stream: Stream, config: WebsocketConfig, heard: _Heard) -> str:
    """The first message with what is expected. Others become evidence, should it never come."""
    stream.step = "message"
    is_it = matcher(config.expect, config.expect_format)
    while True:
        kind, message = await heard.next(stream)
        if kind == websocket.PONG:
            continue
        if is_it(message):
            return stream.shown(message)
        stream.note(message)


async def _ping(stream: Stream, heard: _Heard) -> None:
    stream.step = "pong"
    word = secrets.token_hex(4).encode()
    await websocket.send(stream, websocket.PING, word)
    while await heard.next(stream) != (websocket.PONG, word):
        pass


def _is_reserved(name: str) -> bool:
    return name in _RESERVED or name.startswith("sec-web")


def _list(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",") if each.strip())


@lru_cache(maxsize=2000)
def _target(url: str) -> Target:
    """The URL taken apart as its HTTP twin. Raises ValueError with a sentence."""
    scheme, has, rest = url.partition("://")
    if not has or scheme.lower() not in ("ws", "wss"):
        raise ValueError("The URL must begin with ws:// or wss://.")
    try:
        return parse_target(f"{'https' if scheme.lower() == 'wss' else 'http'}://{rest}")
    except TargetError as error:
        raise ValueError(str(error)) from None
