"""Redis and its kin (Valkey, KeyDB): does the server let us in, answer, take writes, and hold a key?"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from app.engine.usability.fields import common as fields
from app.engine.usability.fields import databases
from app.engine.usability.fields.hosts import Host
from app.engine.usability.registry import MonitorConfig, Text, register
from app.engine.usability.stream.stream import Place, Stream, TalkError
from app.engine.usability.stream.talking import TalkingType, place_of, told
from app.engine.usability.types import Outcome
from app.engine.usability.wording import shown

_MAX_LINE = 4096
_MAX_VALUE = 1 << 20
# The first word of an error (redis.io, "RESP protocol", "Simple errors") → our reason.
_REASONS = {
    "NOAUTH": "login_required",
    "WRONGPASS": "login_refused",
    "NOPERM": "query_failed",
    "LOADING": "server_starting",
    "MASTERDOWN": "is_read_only",
    "READONLY": "is_read_only",
    "MISCONF": "is_read_only",
    "DENIED": "host_not_allowed",
}


class RedisConfig(MonitorConfig):
    """Which server, as whom, and what key to look at."""

    host: Host = fields.host_field()
    port: int = fields.port_field(6379)
    username: str = fields.username_field(
        "User of the access list; empty: the default user.", "访问控制列表中的用户；留空为默认用户。"
    )
    password: str = fields.password_field()
    database: int = Field(
        0,
        title="Database",
        description="Number of the database.",
        ge=0,
        le=65535,
        json_schema_extra=shown("数据库", "数据库编号。", "number", "request"),
    )
    key: str = fields.text_field(
        "Key", "A key that must exist; its value must be a string.", "键", "必须存在的键，其值须为字符串。"
    )
    expected: str = databases.expected_field()
    role: Literal["any", "master", "slave"] = Field(
        "any",
        title="Role",
        description="What the server must be: a master takes writes, a slave (replica) follows one.",
        json_schema_extra=shown(
            "角色",
            "服务器应有的角色：master 可写，slave 为副本。",
            "select",
            "answer",
            choices={
                "any": {"en": "any", "zh": "不限"},
                "master": {"en": "master", "zh": "主（master）"},
                "slave": {"en": "slave (replica)", "zh": "副本（slave）"},
            },
        ),
    )
    tls: bool = fields.tls_field()
    verify_tls: bool = fields.verify_tls_field()
    ca_bundle: fields.Certificates = fields.ca_bundle_field()
    ip_version: fields.IpVersion = fields.ip_version_field()


@register
class RedisMonitor(TalkingType[RedisConfig]):
    name: ClassVar[str] = "redis"
    title: ClassVar[Text] = {"en": "Redis", "zh": "Redis"}
    doc: ClassVar[Text] = {
        "en": "Logs in to a Redis or Valkey server if wanted, pings it, and looks at its role and at a key.",
        "zh": "可选登录 Redis 或 Valkey 服务器，发送 PING，并检查其角色和某个键。",
    }
    Config: ClassVar[type[MonitorConfig]] = RedisConfig
    phases: ClassVar[dict[str, Text]] = {
        **databases.PHASES,
        "transfer": {"en": "commands", "zh": "命令"},
    }

    def place(self, config: RedisConfig) -> Place:
        return place_of(config)

    async def talk(self, stream: Stream, config: RedisConfig) -> Outcome:
        facts: dict[str, Any] = {}
        if config.username or config.password:
            await _log_in(stream, config)
        answer = await _command(stream, config, "PING")
        if answer != "PONG":
            raise stream.unexpected(str(answer), "PONG")
        if config.database:
            await _command(stream, config, "SELECT", str(config.database))
        if config.role != "any":
            facts["role"] = await _role(stream, config)
        value = None
        if config.key:
            value = await _command(stream, config, "GET", config.key)
            if value is None:
                raise TalkError("value_missing", {"name": config.key}, facts=facts)
        return databases.judged(stream, value, config.expected if config.key else "", facts, config.key)

    def told(self, facts: dict[str, Any], locale: str) -> list[tuple[str, str]]:
        return told(facts, locale, ("role", "Role", "角色"), ("value", "Value", "值"))


async def _log_in(stream: Stream, config: RedisConfig) -> None:
    who = [config.username] if config.username else []
    answer = await _command(stream, config, "AUTH", *who, config.password)
    if answer != "OK":
        raise stream.unexpected(str(answer), "OK")


async def _role(stream: Stream, config: RedisConfig) -> str:
    answer = await _command(stream, config, "INFO", "replication")
    role = next((each[5:] for each in (answer or "").splitlines() if each.startswith("role:")), "?")
    if role != config.role:
        if config.role == "master" and role == "slave":
            raise TalkError("is_read_only", facts={"role": role})
        detail = {"value": stream.shown(role), "expected": config.role}
        raise TalkError("value_unexpected", detail, facts={"role": stream.shown(role)})
    return role


async def _command(stream: Stream, config: RedisConfig, *words: str) -> str | None:
    """The answer to a command (RESP2): a text, or None for nil. Raises TalkError."""
    stream.step = words[0]
    parts = [each.encode() for each in words]
    wire = b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(each), each) for each in parts)
    await stream.send(wire)
    line = (await stream.read_until(b"\r\n", _MAX_LINE))[:-2]
    kind, rest = line[:1], line[1:].decode("utf-8", "replace")
    if kind == b"-":
        raise _error(stream, config, rest)
    if kind == b"+" or (kind == b":" and rest.lstrip("-").isdecimal()):
        return rest
    if kind != b"$" or not rest.removeprefix("-").isdecimal() or len(rest) > 8:
        stream.note(line)
        raise stream.unexpected(line, "RESP")
    return await _bulk(stream, int(rest))


async def _bulk(stream: Stream, length: int) -> str | None:
    if length < 0:
        return None
    if length > _MAX_VALUE:
        raise TalkError("answer_too_long", {"step": stream.step, "limit": _MAX_VALUE})
    data = await stream.read_exactly(length + 2)
    return data[:-2].decode("utf-8", "replace")


def _error(stream: Stream, config: RedisConfig, said: str) -> TalkError:
    answer = stream.shown(said)
    stream.note(answer)
    word = said.split(" ", 1)[0]
    reason = _REASONS.get(word, "query_failed" if stream.step == "GET" else "server_error")
    if "max number of clients" in said:
        reason = "too_many_connections"
    elif stream.step == "AUTH" and word == "ERR":
        reason = "login_refused"
    return TalkError(reason, {"answer": answer, "user": config.username or "default"})
