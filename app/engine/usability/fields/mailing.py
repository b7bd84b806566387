"""What the configurations of mail and file servers have in common: encryption and log-in."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from app.engine.usability.fields import common as fields
from app.engine.usability.fields.hosts import Host
from app.engine.usability.registry import MonitorConfig
from app.engine.usability.stream.stream import Place, Stream, TalkError, TlsHow
from app.engine.usability.wording import shown

Security = Literal["auto", "starttls", "tls", "none"]
_CONTROL = {chr(number) for number in range(32)} | {"\x7f"}


def security_field() -> Any:
    return Field(
        "auto",
        title="Encryption",
        description="auto: TLS where the server offers it, demanded before a log-in. starttls: demanded. "
        "tls: from the first byte on. none: everything in the clear, a log-in too.",
        json_schema_extra=shown(
            "加密方式",
            "auto：服务器支持时使用 TLS，登录前必须使用；starttls：必须升级为 TLS；"
            "tls：一开始就使用 TLS；none：全程明文，包括登录。",
            "select",
            "request",
            choices={
                "auto": {"en": "auto: TLS where it is offered", "zh": "自动：支持时使用 TLS"},
                "starttls": {"en": "starttls: demanded", "zh": "STARTTLS：必须升级"},
                "tls": {"en": "tls from the first byte", "zh": "直接 TLS"},
                "none": {"en": "none: in the clear", "zh": "不加密"},
            },
        ),
    )


class ServerConfig(MonitorConfig):
    """Where the server is, how it is protected, and as whom to log in."""

    host: Host = fields.host_field()
    port: int
    security: Security = security_field()
    username: str = fields.username_field(
        "Log in as this user; empty: no log-in.", "用于登录的用户名；留空则不登录。"
    )
    password: str = fields.password_field()
    banner: str = fields.text_field(
        "Greeting contains",
        "The server's greeting must contain this text.",
        "欢迎信息包含",
        "服务器的欢迎信息中必须包含的文字。",
    )
    verify_tls: bool = fields.verify_tls_field()
    ca_bundle: fields.Certificates = fields.ca_bundle_field()
    ip_version: fields.IpVersion = fields.ip_version_field()

    @model_validator(mode="after")
    def _is_one_line(self) -> ServerConfig:
        if _CONTROL & {*self.username, *self.password}:
            raise ValueError("User and password must not contain control characters.")
        return self

    @property
    def tls(self) -> TlsHow:
        return TlsHow(verify=self.verify_tls, authorities=self.ca_bundle)

    def place(self) -> Place:
        how = self.tls if self.security == "tls" else None
        return Place(self.host, self.port, self.ip_version, how)

    def wants_upgrade(self, is_offered: bool) -> bool:
        """Whether to ask for TLS now. A password never follows an offer that was left out on the way."""
        if self.security == "auto":
            return is_offered or bool(self.username)
        return self.security == "starttls"


def check_banner(stream: Stream, banner: str, wanted: str) -> None:
    """Raises TalkError when the greeting lacks the wanted text."""
    if wanted not in banner:
        raise stream.unexpected(banner, wanted)


def refused(stream: Stream, user: str, answer: str) -> TalkError:
    """The server does not take user and password."""
    return TalkError("login_refused", {"user": user, "answer": stream.shown(answer)})
