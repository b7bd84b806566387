"""What the configurations of databases have in common: where, as whom, and what value is wanted."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from app.engine.usability.fields import common as fields
from app.engine.usability.fields.hosts import Host
from app.engine.usability.registry import PHASE_NAMES, MonitorConfig, Text
from app.engine.usability.stream.stream import Place, Stream, TalkError, TlsHow
from app.engine.usability.types import Outcome
from app.engine.usability.wording import shown

TlsWish = Literal["auto", "on", "off"]
PHASES: dict[str, Text] = {
    **PHASE_NAMES,
    "first_byte": {"en": "greeting", "zh": "首个应答"},
    "transfer": {"en": "log-in and query", "zh": "登录与查询"},
}


def tls_wish_field() -> Any:
    return Field(
        "auto",
        title="TLS",
        description="auto: where the server offers it, without looking at its certificate; on: demanded, and "
        "the certificate is verified; off: never.",
        json_schema_extra=shown(
            "TLS",
            "auto：服务器支持时使用，不验证证书；on：必须使用并验证证书；off：不使用。",
            "select",
            "connection",
            choices={
                "auto": {"en": "auto: where it is offered", "zh": "自动：支持时使用"},
                "on": {"en": "on: demanded and verified", "zh": "必须使用并验证"},
                "off": {"en": "off", "zh": "不使用"},
            },
        ),
    )


def query_field(example: str) -> Any:
    return Field(
        "",
        title="Query",
        description=f"Run after the log-in, such as {example}; empty: the log-in is enough. "
        "It is run as it is: use a user that may only read.",
        max_length=4000,
        json_schema_extra=shown(
            "查询语句",
            f"登录后执行的语句，例如 {example}；留空则登录成功即可。语句会原样执行，请使用只读账号。",
            "textarea",
            "answer",
        ),
    )


def user_field(usual: str) -> Any:
    return Field(
        usual,
        title="User",
        description="Log in as this user.",
        min_length=1,
        max_length=200,
        json_schema_extra=shown("用户名", "用于登录的用户名。", "text", "request"),
    )


def must_be_writable_field(follower: str, zh: str) -> Any:
    """`follower` is what the product calls a server that only reads."""
    return Field(
        False,
        title="Must take writes",
        description=f"A server that only reads (a {follower}) counts as a failure.",
        json_schema_extra=shown("必须可写", f"服务器只读（{zh}）时视为故障。", "switch", "answer"),
    )


def expected_field() -> Any:
    return fields.text_field(
        "Expected value",
        "The first value of the answer must be exactly this; empty: any.",
        "期望的值",
        "结果的第一个值必须与此完全相同；留空则不限。",
    )


class DatabaseConfig(MonitorConfig):
    """A database server and a user of it."""

    host: Host = fields.host_field()
    port: int
    username: fields.NoZero
    password: fields.NoZero = fields.password_field()
    tls: TlsWish = tls_wish_field()
    ca_bundle: fields.Certificates = fields.ca_bundle_field()
    ip_version: fields.IpVersion = fields.ip_version_field()

    @property
    def how(self) -> TlsHow:
        return TlsHow(verify=self.tls == "on", authorities=self.ca_bundle)

    def place(self) -> Place:
        return Place(self.host, self.port, self.ip_version)


def judged(stream: Stream, value: str | None, expected: str, facts: dict[str, Any], name: str) -> Outcome:
    """Up, unless another value was expected."""
    if value is not None:
        facts["value"] = stream.shown(value)
    if not expected:
        return Outcome("up", facts=facts)
    if value is None:
        raise TalkError("value_missing", {"name": name}, facts=facts)
    if value != expected:
        detail = {"value": stream.shown(value), "expected": expected}
        return Outcome("down", "value_unexpected", detail, facts=facts)
    return Outcome("up", facts=facts)
