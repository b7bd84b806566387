"""SNMP: ask a device for one of its values, and compare it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from app.engine.usability.fields import common as fields
from app.engine.usability.fields.hosts import Host
from app.engine.usability.kept import KeptConfigs
from app.engine.usability.registry import MonitorConfig, MonitorType, Text, register
from app.engine.usability.snmp import ber
from app.engine.usability.snmp.compare import Comparison, check_pattern, number_of
from app.engine.usability.snmp.run import check_object
from app.engine.usability.snmp.usm import AuthProtocol, PrivProtocol
from app.engine.usability.stream.talk import run
from app.engine.usability.types import Check, Done
from app.engine.usability.wording import shown

if TYPE_CHECKING:
    from app.engine.usability.loop import ProbeLoop

_MIN_PASSWORD = 8


class SnmpConfig(MonitorConfig):
    """Whom to ask for which object, who asks, and which value is right."""

    host: Host = fields.host_field("Name or IP address of the device.", "设备的域名或 IP 地址。")
    port: int = fields.port_field(161, "UDP port of its agent.", "SNMP 代理的 UDP 端口。")
    version: Literal["1", "2c", "3"] = Field(
        "2c",
        title="Version",
        description="1 and 2c know a community, 3 knows users.",
        json_schema_extra=shown("版本", "1 和 2c 使用团体名，3 使用用户。", "select", "request"),
    )
    community: str = Field(
        "public",
        title="Community",
        description="The word that lets one read, with versions 1 and 2c, in the clear. Empty: public.",
        max_length=255,
        json_schema_extra=shown(
            "团体名",
            "版本 1 和 2c 的读取口令，以明文发送。留空则为 public。",
            "password",
            "request",
            secret=True,
            only={"version": ["1", "2c"]},
        ),
    )
    oid: str = Field(
        "1.3.6.1.2.1.1.3.0",
        title="Object",
        description="Its identifier in numbers. This one tells how long the device has been running.",
        max_length=400,
        json_schema_extra=shown(
            "对象", "数字形式的对象标识符（OID）。默认值是设备的运行时间。", "text", "request"
        ),
    )
    comparison: Comparison = Field(
        "exists",
        title="Comparison",
        description="How the value must compare with the one below. Numbers compare as numbers.",
        json_schema_extra=shown(
            "比较方式",
            "设备的值与下面的值如何比较，数字按数值比较。",
            "select",
            "answer",
            choices={
                "exists": {"en": "any value", "zh": "有值即可"},
                "=": {"en": "=", "zh": "="},
                "!=": {"en": "≠", "zh": "≠"},
                "<": {"en": "<", "zh": "<"},
                "<=": {"en": "≤", "zh": "≤"},
                ">": {"en": ">", "zh": ">"},
                ">=": {"en": "≥", "zh": "≥"},
                "contains": {"en": "contains", "zh": "包含"},
                "regex": {"en": "matches the expression", "zh": "匹配正则表达式"},
            },
        ),
    )
    value: str = Field(
        "",
        title="Expected value",
        description="A number, a text, or a regular expression.",
        max_length=500,
        json_schema_extra=shown(
            "期望值", "数字、文字或正则表达式。", "text", "answer", unless={"comparison": ["exists"]}
        ),
    )
    user: str = Field(
        "",
        title="User",
        description="With version 3.",
        max_length=32,
        json_schema_extra=shown("用户", "用于版本 3。", "text", "connection", only={"version": ["3"]}),
    )
    auth_protocol: AuthProtocol = Field(
        "none",
        title="Signature",
        description="How the user's messages are signed, with version 3.",
        json_schema_extra=shown(
            "认证协议",
            "版本 3 的消息认证方式。",
            "select",
            "connection",
            only={"version": ["3"]},
            choices={"none": {"en": "none", "zh": "无"}},
        ),
    )
    auth_password: str = Field(
        "",
        title="Password for the signature",
        description="At least 8 characters.",
        max_length=255,
        json_schema_extra=shown(
            "认证密码",
            "至少 8 个字符。",
            "password",
            "connection",
            secret=True,
            only={"version": ["3"]},
            unless={"auth_protocol": ["none"]},
        ),
    )
    priv_protocol: PrivProtocol = Field(
        "none",
        title="Encryption",
        description="How the user's messages are encrypted, with version 3. AES has 128 bits.",
        json_schema_extra=shown(
            "加密协议",
            "版本 3 的消息加密方式，AES 为 128 位。",
            "select",
            "connection",
            only={"version": ["3"]},
            choices={"none": {"en": "none", "zh": "无"}},
        ),
    )
    priv_password: str = Field(
        "",
        title="Password for the encryption",
        description="At least 8 characters.",
        max_length=255,
        json_schema_extra=shown(
            "加密密码",
            "至少 8 个字符。",
            "password",
            "connection",
            secret=True,
            only={"version": ["3"]},
            unless={"priv_protocol": ["none"]},
        ),
    )
    context: str = Field(
        "",
        title="Context",
        description="With version 3, where a device keeps several.",
        max_length=255,
        json_schema_extra=shown(
            "上下文", "用于版本 3，设备有多个上下文时填写。", "text", "advanced", only={"version": ["3"]}
        ),
    )
    retries: int = Field(
        2,
        title="Ask again",
        description="How often a question without an answer is repeated.",
        ge=0,
        le=5,
        json_schema_extra=shown("重试次数", "没有应答时重复询问的次数。", "number", "advanced"),
    )
    ip_version: fields.IpVersion = fields.ip_version_field(
        "Ask over IPv4 or IPv6 only, or over whichever the probe has a route for.",
        "只用 IPv4 或 IPv6，或选用探测端有路由的一种。",
    )

    @field_validator("oid")
    @classmethod
    def _is_oid(cls, text: str) -> str:
        text = text.strip().removeprefix(".")
        try:
            ber.oid(text)
        except ber.BerError as error:
            raise ValueError(f"This cannot be used: {error}.") from None
        return text

    @model_validator(mode="after")
    def _is_whole(self) -> SnmpConfig:
        if self.version == "3":
            self._check_user()
        if self.comparison == "regex":
            check_pattern(self.value)
        if self.comparison in ("<", "<=", ">", ">=") and number_of(self.value) is None:
            raise ValueError("Larger and smaller need a number to compare with.")
        return self

    def _check_user(self) -> None:
        if not self.user:
            raise ValueError("Version 3 needs a user.")
        if self.priv_protocol != "none" and self.auth_protocol == "none":
            raise ValueError("Encryption needs a signature as well.")
        given = {self.auth_protocol: self.auth_password, self.priv_protocol: self.priv_password}
        if any(len(password) < _MIN_PASSWORD for protocol, password in given.items() if protocol != "none"):
            raise ValueError("The passwords of version 3 have at least 8 characters.")


@register
class SnmpMonitor(MonitorType):
    name: ClassVar[str] = "snmp"
    title: ClassVar[Text] = {"en": "SNMP", "zh": "SNMP"}
    doc: ClassVar[Text] = {
        "en": "Asks a device for one object over SNMP 1, 2c or 3 (signed, encrypted) and compares "
        "it. Tells apart silence, an object that does not exist, a value that is not as wanted, and users or "
        "passwords that are not accepted.",
        "zh": "通过 SNMP 1、2c 或 3（支持认证和加密）读取设备的一个对象并比较其值。"
        "区分无应答、对象不存在、值不符合期望，以及用户或密码不被接受。",
    }
    Config: ClassVar[type[MonitorConfig]] = SnmpConfig
    phases: ClassVar[dict[str, Text]] = {
        "dns": {"en": "name", "zh": "域名解析"},
        "first_byte": {"en": "answer", "zh": "应答"},
    }

    def __init__(self) -> None:
        self._configs = KeptConfigs(SnmpConfig.model_validate)

    def start(self, loop: ProbeLoop, check: Check, done: Done) -> None:
        config = self._configs.get(check)
        run(loop, check, done, lambda net: check_object(net, config))

    def told(self, facts: dict[str, Any], locale: str) -> list[tuple[str, str]]:
        if "value" not in facts:
            return []
        is_zh = locale.startswith("zh")
        return [("对象" if is_zh else "Object", facts["oid"]), ("值" if is_zh else "Value", facts["value"])]
