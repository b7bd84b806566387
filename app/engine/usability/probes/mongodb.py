"""MongoDB: does the server answer, let us in, and play the role it should?"""

from __future__ import annotations

import hashlib
import secrets
import struct
from typing import Any, ClassVar, Literal

from pydantic import Field

from app.engine.usability.fields import common as fields
from app.engine.usability.fields import databases
from app.engine.usability.fields.hosts import Host
from app.engine.usability.protocols import bson
from app.engine.usability.protocols.scram import Scram, ScramError, ServerNotProvedError
from app.engine.usability.registry import MonitorConfig, Text, register
from app.engine.usability.stream.stream import Place, Stream, TalkError
from app.engine.usability.stream.talking import TalkingType, place_of, told
from app.engine.usability.types import Outcome
from app.engine.usability.wording import shown

_OP_MSG = 2013
_MAX_MESSAGE = 1 << 16
# Error codes (mongodb/mongo, src/mongo/base/error_codes.yml) → our reason.
_REASONS = {
    13: "login_required",
    18: "login_refused",
    11: "login_refused",
    91: "server_starting",
    11600: "server_starting",
    11602: "server_starting",
    13436: "server_starting",
    10107: "is_read_only",
    13435: "is_read_only",
}


class MongodbConfig(MonitorConfig):
    """Which server, as whom, and in which role."""

    host: Host = fields.host_field()
    port: int = fields.port_field(27017)
    username: fields.NoZero = fields.username_field(
        "Log in as this user; empty: no log-in.", "用于登录的用户名；留空则不登录。"
    )
    password: str = fields.password_field()
    auth_database: fields.NoZero = Field(
        "admin",
        title="Database of the user",
        description="The database in which the user was made.",
        min_length=1,
        max_length=63,
        json_schema_extra=shown("用户所在数据库", "创建该用户的数据库。", "text", "request"),
    )
    role: Literal["any", "primary", "secondary"] = Field(
        "any",
        title="Role",
        description="What the server must be: a primary takes writes, a secondary follows one.",
        json_schema_extra=shown(
            "角色",
            "服务器应有的角色：primary 可写，secondary 为副本。",
            "select",
            "answer",
            choices={
                "any": {"en": "any", "zh": "不限"},
                "primary": {"en": "primary", "zh": "主（primary）"},
                "secondary": {"en": "secondary", "zh": "副本（secondary）"},
            },
        ),
    )
    tls: bool = fields.tls_field()
    verify_tls: bool = fields.verify_tls_field()
    ca_bundle: fields.Certificates = fields.ca_bundle_field()
    ip_version: fields.IpVersion = fields.ip_version_field()


@register
class MongodbMonitor(TalkingType[MongodbConfig]):
    name: ClassVar[str] = "mongodb"
    title: ClassVar[Text] = {"en": "MongoDB", "zh": "MongoDB"}
    doc: ClassVar[Text] = {
        "en": "Greets a MongoDB server (4.4 or newer), logs in by SCRAM if wanted, pings it, and looks at "
        "its role in its replica set.",
        "zh": "连接 MongoDB 服务器（4.4 及以上），可选用 SCRAM 登录，发送 ping，并检查其在副本集中的角色。",
    }
    Config: ClassVar[type[MonitorConfig]] = MongodbConfig
    phases: ClassVar[dict[str, Text]] = {
        **databases.PHASES,
        "transfer": {"en": "log-in and ping", "zh": "登录与 ping"},
    }

    def place(self, config: MongodbConfig) -> Place:
        return place_of(config)

    def secrets(self, config: MongodbConfig) -> tuple[str, ...]:
        return config.password, _digest(config)

    async def talk(self, stream: Stream, config: MongodbConfig) -> Outcome:
        client = _Client(stream, config)
        asked: dict[str, Any] = {"hello": 1}
        if config.username:
            asked["saslSupportedMechs"] = f"{config.auth_database}.{config.username}"
        hello = await client.command("hello", asked, "admin")
        facts = _told(stream, hello)
        if config.username:
            mechanisms = hello.get("saslSupportedMechs")
            await client.log_in([str(each) for each in mechanisms] if isinstance(mechanisms, list) else [])
        await client.command("ping", {"ping": 1}, "admin")
        if config.role != "any" and facts["role"] != config.role:
            if config.role == "primary" and facts["role"] == "secondary":
                raise TalkError("is_read_only", facts=facts)
            detail = {"value": facts["role"], "expected": config.role}
            raise TalkError("value_unexpected", detail, facts=facts)
        return Outcome("up", facts=facts)

    def told(self, facts: dict[str, Any], locale: str) -> list[tuple[str, str]]:
        return told(facts, locale, ("role", "Role", "角色"), ("set", "Replica set", "副本集"))


def _told(stream: Stream, hello: dict[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {"role": "other"}
    if hello.get("isWritablePrimary") is True:
        facts["role"] = "primary"
    elif hello.get("secondary") is True:
        facts["role"] = "secondary"
    if isinstance(hello.get("setName"), str):
        facts["set"] = stream.shown(hello["setName"])
    if isinstance(hello.get("maxWireVersion"), int):
        facts["wire_version"] = hello["maxWireVersion"]
    return facts


def _digest(config: MongodbConfig) -> str:
    """What MongoDB takes for the password in SCRAM-SHA-1."""
    text = f"{config.username}:mongo:{config.password}".encode()
    return hashlib.md5(text, usedforsecurity=False).hexdigest()


class _Client:
    """OP_MSG (MongoDB wire protocol): a document there, a document back."""

    def __init__(self, stream: Stream, config: MongodbConfig) -> None:
        self._stream = stream
        self._config = config
        self._number = 0

    async def command(self, step: str, document: dict[str, Any], database: str) -> dict[str, Any]:
        """The answer, which is ok. Raises TalkError."""
        stream = self._stream
        stream.step = step
        self._number += 1
        body = bytes(4) + b"\0" + bson.encode({**document, "$db": database})
        await stream.send(struct.pack("<iiii", len(body) + 16, self._number, 0, _OP_MSG) + body)
        answer = await self._answer()
        if answer.get("ok") not in (1, True):
            raise self._error(answer)
        return answer

    async def _answer(self) -> dict[str, Any]:
        stream = self._stream
        head = await stream.read_exactly(16)
        length, _, to, code = struct.unpack("<iiii", head)
        if code != _OP_MSG or to != self._number or not 26 <= length <= _MAX_MESSAGE:
            raise stream.unexpected(head, "OP_MSG")
        body = await stream.read_exactly(length - 16)
        flags = int.from_bytes(body[:4], "little")
        # With bit 0 a checksum ends the message.
        document = body[5:-4] if flags & 1 else body[5:]
        try:
            if body[4]:
                raise bson.BsonError("it has several sections")
            return bson.decode(document)
        except bson.BsonError as error:
            raise stream.unexpected(str(error), "BSON") from None

    def _error(self, answer: dict[str, Any]) -> TalkError:
        code = answer.get("code")
        said = self._stream.shown(f"{answer.get('errmsg', '?')} ({code})")
        self._stream.note(said)
        reason = _REASONS.get(code, "server_error") if isinstance(code, int) else "server_error"
        return TalkError(reason, {"answer": said, "user": self._config.username})

    async def log_in(self, mechanisms: list[str]) -> None:
        """SCRAM-SHA-256 where the server has it for this user, else SCRAM-SHA-1. Raises TalkError."""
        is_new = "SCRAM-SHA-256" in mechanisms or not mechanisms
        if not is_new and "SCRAM-SHA-1" not in mechanisms:
            methods = self._stream.shown(", ".join(mechanisms))
            raise TalkError("login_unsupported", {"methods": methods})
        config = self._config
        password = config.password if is_new else _digest(config)
        nonce = secrets.token_urlsafe(18)
        scram = Scram(config.username, password, nonce, "sha256" if is_new else "sha1")
        start = {"saslStart": 1, "mechanism": "SCRAM-SHA-256" if is_new else "SCRAM-SHA-1"}
        options = {"payload": scram.first(), "options": {"skipEmptyExchange": True}}
        answer = await self.command("saslStart", {**start, **options}, config.auth_database)
        try:
            final = scram.final(_payload(answer))
        except ScramError as error:
            raise self._stream.unexpected(str(error), "SCRAM") from None
        answer = await self._continue(answer, final)
        try:
            scram.check(_payload(answer))
        except ServerNotProvedError:
            raise TalkError("server_not_proved") from None
        if answer.get("done") is not True:
            await self._continue(answer, b"")

    async def _continue(self, answer: dict[str, Any], payload: bytes) -> dict[str, Any]:
        talk = answer.get("conversationId")
        document = {"saslContinue": 1, "conversationId": talk if _is_int32(talk) else 1, "payload": payload}
        return await self.command("saslContinue", document, self._config.auth_database)


def _is_int32(value: Any) -> bool:
    return isinstance(value, int) and abs(value) < 1 << 31


def _payload(answer: dict[str, Any]) -> bytes:
    payload = answer.get("payload")
    return payload if isinstance(payload, bytes) else b""
