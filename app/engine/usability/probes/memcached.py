"""Memcached: does the server answer, and hold a key?"""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import field_validator

from app.engine.usability.fields import common as fields
from app.engine.usability.fields import databases
from app.engine.usability.fields.hosts import Host
from app.engine.usability.registry import MonitorConfig, Text, register
from app.engine.usability.stream.stream import Place, Stream, TalkError
from app.engine.usability.stream.talking import TalkingType, place_of, told
from app.engine.usability.types import Outcome

_MAX_LINE = 2048
_MAX_LINES = 500
_MAX_VALUE = 1 << 20
_TOLD = {
    "curr_connections",
    "max_connections",
    "curr_items",
    "evictions",
    "uptime",
    "bytes",
    "limit_maxbytes",
}


class MemcachedConfig(MonitorConfig):
    """Which server, and what key to look at."""

    host: Host = fields.host_field()
    port: int = fields.port_field(11211)
    key: str = fields.text_field("Key", "A key that must exist.", "键", "必须存在的键。")
    expected: str = databases.expected_field()
    tls: bool = fields.tls_field()
    verify_tls: bool = fields.verify_tls_field()
    ca_bundle: fields.Certificates = fields.ca_bundle_field()
    ip_version: fields.IpVersion = fields.ip_version_field()

    @field_validator("key")
    @classmethod
    def _is_key(cls, text: str) -> str:
        if len(text.encode()) > 250 or any(ord(each) <= 32 or ord(each) == 127 for each in text):
            raise ValueError("A key has at most 250 bytes, no spaces and no control characters.")
        return text


@register
class MemcachedMonitor(TalkingType[MemcachedConfig]):
    name: ClassVar[str] = "memcached"
    title: ClassVar[Text] = {"en": "Memcached", "zh": "Memcached"}
    doc: ClassVar[Text] = {
        "en": "Asks a Memcached server for its version and figures, and for a key if wanted.",
        "zh": "查询 Memcached 服务器的版本和统计数据，并可检查某个键。",
    }
    Config: ClassVar[type[MonitorConfig]] = MemcachedConfig
    phases: ClassVar[dict[str, Text]] = {
        **databases.PHASES,
        "transfer": {"en": "commands", "zh": "命令"},
    }

    def place(self, config: MemcachedConfig) -> Place:
        return place_of(config)

    async def talk(self, stream: Stream, config: MemcachedConfig) -> Outcome:
        stream.step = "version"
        await stream.send(b"version\r\n")
        line = await _line(stream)
        if not line.startswith("VERSION "):
            raise stream.unexpected(line, "VERSION")
        facts: dict[str, Any] = {"version": stream.shown(line[8:])}
        facts |= await _figures(stream)
        value = await _value(stream, config.key) if config.key else None
        if config.key and value is None:
            raise TalkError("value_missing", {"name": config.key}, facts=facts)
        return databases.judged(stream, value, config.expected if config.key else "", facts, config.key)

    def told(self, facts: dict[str, Any], locale: str) -> list[tuple[str, str]]:
        return told(
            facts,
            locale,
            ("version", "Version", "版本"),
            ("curr_connections", "Connections", "连接数"),
            ("curr_items", "Items", "条目数"),
            ("evictions", "Evictions", "淘汰数"),
            ("value", "Value", "值"),
        )


async def _line(stream: Stream) -> str:
    line = (await stream.read_until(b"\r\n", _MAX_LINE))[:-2].decode("utf-8", "replace")
    if "Too many open connections" in line:
        raise TalkError("too_many_connections", {"answer": stream.shown(line)})
    if line.startswith(("ERROR", "CLIENT_ERROR", "SERVER_ERROR")):
        stream.note(line)
        raise TalkError("server_error", {"answer": stream.shown(line)})
    return line


async def _figures(stream: Stream) -> dict[str, int]:
    """Some of `stats`."""
    stream.step = "stats"
    await stream.send(b"stats\r\n")
    found: dict[str, int] = {}
    for _ in range(_MAX_LINES):
        line = await _line(stream)
        if line == "END":
            return found
        words = line.split(" ", 2)
        if words[0] != "STAT" or len(words) != 3:
            raise stream.unexpected(line, "STAT")
        if words[1] in _TOLD and words[2].isdecimal() and len(words[2]) <= 18:
            found[words[1]] = int(words[2])
    raise TalkError("answer_too_long", {"step": "stats", "limit": _MAX_LINES * _MAX_LINE})


async def _value(stream: Stream, key: str) -> str | None:
    stream.step = "get"
    await stream.send(f"get {key}\r\n".encode())
    line = await _line(stream)
    if line == "END":
        return None
    words = line.split(" ")
    if words[0] != "VALUE" or len(words) < 4 or not words[3].isdecimal() or len(words[3]) > 8:
        raise stream.unexpected(line, "VALUE")
    length = int(words[3])
    if length > _MAX_VALUE:
        raise TalkError("answer_too_long", {"step": "get", "limit": _MAX_VALUE})
    return (await stream.read_exactly(length + 2))[:-2].decode("utf-8", "replace")
