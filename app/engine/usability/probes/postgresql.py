"""PostgreSQL: does the server let us in, and answer a query rightly?"""

from __future__ import annotations

from typing import Any, ClassVar

from app.engine.usability.fields import common as fields
from app.engine.usability.fields import databases
from app.engine.usability.protocols import postgres, starttls
from app.engine.usability.registry import MonitorConfig, Text, register
from app.engine.usability.stream.stream import Place, Stream, TalkError
from app.engine.usability.stream.talking import TalkingType, told
from app.engine.usability.types import Outcome


class PostgresqlConfig(databases.DatabaseConfig):
    """Which server and database, as whom, and what to ask."""

    port: int = fields.port_field(5432)
    username: fields.NoZero = databases.user_field("postgres")
    database: fields.NoZero = fields.text_field(
        "Database",
        "Name of the database; empty: that of the user.",
        "数据库",
        "数据库名；留空则与用户名相同。",
        "request",
    )
    query: fields.NoZero = databases.query_field("SELECT count(*) FROM jobs")
    expected: str = databases.expected_field()
    must_be_writable: bool = databases.must_be_writable_field("standby", "备库")


@register
class PostgresqlMonitor(TalkingType[PostgresqlConfig]):
    name: ClassVar[str] = "postgresql"
    title: ClassVar[Text] = {"en": "PostgreSQL", "zh": "PostgreSQL"}
    doc: ClassVar[Text] = {
        "en": "Logs in to a PostgreSQL server (SCRAM, MD5, or clear text under TLS) and runs a query if "
        "wanted.",
        "zh": "登录 PostgreSQL 服务器（SCRAM、MD5，或 TLS 下的明文），并可执行一条查询。",
    }
    Config: ClassVar[type[MonitorConfig]] = PostgresqlConfig
    phases: ClassVar[dict[str, Text]] = databases.PHASES

    def place(self, config: PostgresqlConfig) -> Place:
        return config.place()

    async def talk(self, stream: Stream, config: PostgresqlConfig) -> Outcome:
        await _protect(stream, config)
        session = postgres.Session(config.username, config.password, config.database or config.username)
        await postgres.log_in(stream, session)
        facts: dict[str, Any] = {}
        if "server_version" in session.parameters:
            facts["version"] = session.parameters["server_version"]
        if config.must_be_writable:
            await _demand_writes(stream, session)
        value = await postgres.query(stream, session, config.query) if config.query else None
        await postgres.leave(stream)
        return databases.judged(stream, value, config.expected if config.query else "", facts, "query")

    def told(self, facts: dict[str, Any], locale: str) -> list[tuple[str, str]]:
        return told(facts, locale, ("version", "Version", "版本"), ("value", "Value", "值"))


async def _protect(stream: Stream, config: PostgresqlConfig) -> None:
    if config.tls == "off":
        return
    try:
        await starttls.postgres(stream, config.host)
    except TalkError as error:
        if error.reason != "starttls_missing" or config.tls == "on":
            raise
        return
    await stream.start_tls(config.host, config.how)


async def _demand_writes(stream: Stream, session: postgres.Session) -> None:
    if await postgres.query(stream, session, "SHOW transaction_read_only") != "off":
        raise TalkError("is_read_only")
