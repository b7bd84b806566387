"""MySQL and MariaDB: does the server let us in, and answer a query rightly?"""

from __future__ import annotations

from typing import Any, ClassVar

from app.engine.usability.fields import common as fields
from app.engine.usability.fields import databases
from app.engine.usability.protocols import mysql
from app.engine.usability.registry import MonitorConfig, Text, register
from app.engine.usability.stream.stream import Place, Stream, TalkError
from app.engine.usability.stream.talking import TalkingType, told
from app.engine.usability.types import Outcome


class MysqlConfig(databases.DatabaseConfig):
    """Which server and database, as whom, and what to ask."""

    port: int = fields.port_field(3306)
    username: fields.NoZero = databases.user_field("root")
    database: fields.NoZero = fields.text_field(
        "Database",
        "Name of the database; empty: none.",
        "数据库",
        "数据库名；留空则不选择数据库。",
        "request",
    )
    query: str = databases.query_field("SELECT count(*) FROM jobs")
    expected: str = databases.expected_field()
    must_be_writable: bool = databases.must_be_writable_field("replica", "从库")


@register
class MysqlMonitor(TalkingType[MysqlConfig]):
    name: ClassVar[str] = "mysql"
    title: ClassVar[Text] = {"en": "MySQL / MariaDB", "zh": "MySQL / MariaDB"}
    doc: ClassVar[Text] = {
        "en": "Logs in to a MySQL or MariaDB server, under TLS where it is offered, and runs a query if "
        "wanted.",
        "zh": "登录 MySQL 或 MariaDB 服务器（支持时使用 TLS），并可执行一条查询。",
    }
    Config: ClassVar[type[MonitorConfig]] = MysqlConfig
    phases: ClassVar[dict[str, Text]] = databases.PHASES

    def place(self, config: MysqlConfig) -> Place:
        return config.place()

    async def talk(self, stream: Stream, config: MysqlConfig) -> Outcome:
        session = mysql.Session(
            user=config.username,
            password=config.password,
            database=config.database,
            how=None if config.tls == "off" else config.how,
            demands_tls=config.tls == "on",
        )
        await mysql.log_in(stream, session, config.host)
        facts: dict[str, Any] = {"version": session.version}
        if config.must_be_writable:
            if await mysql.query(stream, session, "SELECT @@global.read_only") not in ("0", "OFF"):
                raise TalkError("is_read_only", facts=facts)
        value = await mysql.query(stream, session, config.query) if config.query else None
        await mysql.leave(stream, session)
        return databases.judged(stream, value, config.expected if config.query else "", facts, "query")

    def told(self, facts: dict[str, Any], locale: str) -> list[tuple[str, str]]:
        return told(facts, locale, ("version", "Version", "版本"), ("value", "Value", "值"))
