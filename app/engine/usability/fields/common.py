"""Fields that many monitor types have in common, with their words in both languages."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from app.engine.usability.content.status_list import read_status_list
from app.engine.usability.fields.pem import MAX_PEM, Certificates
from app.engine.usability.wording import shown

__all__ = ["Certificates"]

IpVersion = Literal["any", "4", "6"]
OnChange = Literal["ignore", "degraded", "down"]


def _no_zero(text: str) -> str:
    if "\0" in text:
        raise ValueError("This must not contain a zero character.")
    return text


def _status_list(text: str) -> str:
    read_status_list(text)
    return text


NoZero = Annotated[str, AfterValidator(_no_zero)]
"""A text for a protocol in which zero is a text's end."""
StatusList = Annotated[str, AfterValidator(_status_list)]
"""HTTP status codes, as in 200-299,401."""


def host_field(
    description: str = "Name or IP address to connect to.", zh: str = "要连接的域名或 IP 地址。"
) -> Any:
    return Field(
        title="Host",
        description=description,
        min_length=1,
        max_length=253,
        json_schema_extra=shown("主机", zh, "text", "request"),
    )


def port_field(default: Any = ..., description: str = "TCP port.", zh: str = "TCP 端口。") -> Any:
    """Without a default it must be given."""
    return Field(
        default,
        title="Port",
        description=description,
        ge=1,
        le=65535,
        json_schema_extra=shown("端口", zh, "number", "request"),
    )


def ip_version_field(
    description: str = "Connect over IPv4 or IPv6 only, or over whichever works.",
    zh: str = "只用 IPv4 或 IPv6 连接，或任选可用的一种。",
) -> Any:
    return Field(
        "any",
        title="IP version",
        description=description,
        json_schema_extra=shown(
            "IP 版本",
            zh,
            "select",
            "connection",
            choices={
                "any": {"en": "whichever works", "zh": "任意"},
                "4": {"en": "IPv4", "zh": "IPv4"},
                "6": {"en": "IPv6", "zh": "IPv6"},
            },
        ),
    )


def verify_tls_field() -> Any:
    return Field(
        True,
        title="Verify the certificate",
        description="An invalid certificate counts as a failure.",
        json_schema_extra=shown("验证证书", "证书无效视为故障。", "switch", "connection"),
    )


def ca_bundle_field() -> Any:
    return Field(
        "",
        title="Own authorities",
        description="Certificates in PEM to trust instead of the public authorities.",
        max_length=MAX_PEM,
        json_schema_extra=shown(
            "自有证书颁发机构", "信任这些 PEM 格式的证书，而不是公共颁发机构。", "textarea", "connection"
        ),
    )


def tls_field() -> Any:
    return Field(
        False,
        title="TLS",
        description="Shake hands for TLS at once after connecting.",
        json_schema_extra=shown("使用 TLS", "连接后立即进行 TLS 握手。", "switch", "request"),
    )


def username_field(description: str, zh: str) -> Any:
    return Field(
        "",
        title="User",
        description=description,
        max_length=200,
        json_schema_extra=shown("用户名", zh, "text", "request"),
    )


def password_field() -> Any:
    return Field(
        "",
        title="Password",
        description="Kept encrypted; never shown again.",
        max_length=1000,
        json_schema_extra=shown("密码", "加密保存，之后不再显示。", "password", "request", secret=True),
    )


def text_field(title: str, description: str, zh_title: str, zh: str, group: str = "answer") -> Any:
    """A line of text that may be left empty."""
    return Field(
        "",
        title=title,
        description=description,
        max_length=500,
        json_schema_extra=shown(zh_title, zh, "text", group),
    )


def accepted_status_field() -> Any:
    return Field(
        "200-399",
        title="Accepted status codes",
        description="Codes and ranges, separated by commas, such as 200-299,401.",
        max_length=200,
        json_schema_extra=shown(
            "接受的状态码", "状态码或范围，用逗号分隔，例如 200-299,401。", "text", "answer"
        ),
    )


def on_change_field(title: str, description: str, zh_title: str, zh: str) -> Any:
    return Field(
        "ignore",
        title=title,
        description=description,
        json_schema_extra=shown(
            zh_title,
            zh,
            "select",
            "answer",
            choices={
                "ignore": {"en": "nothing", "zh": "忽略"},
                "degraded": {"en": "degraded", "zh": "降级"},
                "down": {"en": "down", "zh": "故障"},
            },
        ),
    )
