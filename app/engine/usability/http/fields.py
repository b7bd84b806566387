"""Fields that requests over HTTP have in common, whoever makes them: log-in, proxy, TLS, connection."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Literal

import pycurl
from pydantic import Field, ValidationInfo, field_validator

from app.engine.usability.fields import common as fields
from app.engine.usability.fields.pem import MAX_PEM, Certificates, check_key
from app.engine.usability.http.auth import Auth
from app.engine.usability.http.proxy import read_proxy
from app.engine.usability.registry import MonitorConfig
from app.engine.usability.wording import shown

HttpVersion = Literal["auto", "1.0", "1.1", "2", "2-prior-knowledge", "3"]
# Bit of curl_version_info's features, of curl.h.
_FEATURE_HTTP3 = 1 << 25


class ConnectionFields(MonitorConfig):
    """How a request gets to its target."""

    auth: Auth = Field(
        default_factory=Auth,
        title="Log-in",
        description="Stays at this origin: a redirect to another one does not get it.",
        json_schema_extra=shown("登录", "重定向到其他站点时不会带上登录信息。", "object", "login"),
    )
    client_certificate: Certificates = Field(
        "",
        title="Client certificate",
        description="For servers that ask who is calling (mutual TLS): certificate and chain in PEM.",
        max_length=MAX_PEM,
        json_schema_extra=shown(
            "客户端证书",
            "用于要求验证客户端的服务器（双向 TLS）：PEM 格式的证书及其证书链。",
            "textarea",
            "login",
        ),
    )
    client_key_password: str = Field(
        "",
        title="Password of the client key",
        description="Where the key is encrypted.",
        max_length=1000,
        json_schema_extra=shown("客户端私钥的密码", "私钥已加密时填写。", "password", "login", secret=True),
    )
    client_key: str = Field(
        "",
        title="Client key",
        description="The certificate's private key in PEM.",
        max_length=MAX_PEM,
        validate_default=True,
        json_schema_extra=shown("客户端私钥", "证书对应的 PEM 格式私钥。", "textarea", "login", secret=True),
    )
    proxy: str = Field(
        "",
        title="Proxy",
        description="http://host:port, https://host:port or socks5://host:port. The proxy's own address must "
        "be one that may be probed. Behind it the proxy finds the target: a name may then lead to "
        "addresses that only the proxy knows; an address written in the URL is still judged here.",
        max_length=300,
        json_schema_extra=shown(
            "代理",
            "http://主机:端口、https://主机:端口 或 socks5://主机:端口。代理自身的地址必须允许探测。"
            "经过代理后由代理解析目标：域名可能指向只有代理知道的地址；直接写在网址中的地址仍会在这里检查。",
            "text",
            "connection",
        ),
    )
    proxy_username: str = Field(
        "",
        title="User name at the proxy",
        description="Where the proxy asks for one.",
        max_length=200,
        json_schema_extra=shown("代理用户名", "代理要求登录时填写。", "text", "connection"),
    )
    proxy_password: str = Field(
        "",
        title="Password at the proxy",
        description="Kept encrypted; never shown again.",
        max_length=1000,
        json_schema_extra=shown(
            "代理密码", "加密保存，之后不再显示。", "password", "connection", secret=True
        ),
    )
    http_version: HttpVersion = Field(
        "auto",
        title="HTTP version",
        description="Whichever the server offers, or this one and no other.",
        json_schema_extra=shown(
            "HTTP 版本", "使用服务器支持的版本，或者只接受指定的版本。", "select", "connection",
            choices={
                "auto": {"en": "as the server offers", "zh": "由服务器决定"},
                "1.0": {"en": "1.0", "zh": "1.0"},
                "1.1": {"en": "1.1", "zh": "1.1"},
                "2": {"en": "2", "zh": "2"},
                "2-prior-knowledge": {"en": "2, without asking first", "zh": "2（不先协商）"},
                "3": {"en": "3 (QUIC)", "zh": "3（QUIC）"},
            },
        ),
    )  # fmt: skip
    verify_tls: bool = fields.verify_tls_field()
    ca_bundle: Certificates = fields.ca_bundle_field()
    ip_version: fields.IpVersion = fields.ip_version_field()
    connect_to: str = Field(
        "",
        title="Connect to this address",
        description="An IP address to use instead of what the URL's host resolves to, such as one server "
        "behind a load balancer. Host header and certificate stay those of the URL.",
        max_length=45,
        json_schema_extra=shown(
            "指定连接地址",
            "不解析网址中的主机，而是连接到这个 IP 地址，例如负载均衡后面的某一台服务器。"
            "Host 头和证书仍以网址为准。",
            "text",
            "connection",
        ),
    )
    max_body_kb: int = Field(
        512,
        title="Body at most (KiB)",
        description="How much of the answer is read; text is looked for in this part.",
        ge=1,
        le=4096,
        json_schema_extra=shown(
            "读取上限（KiB）", "最多读取的响应内容，文字只在这部分中查找。", "number", "connection"
        ),
    )

    @field_validator("client_key")
    @classmethod
    def _is_key(cls, key: str, info: ValidationInfo) -> str:
        certificate = info.data.get("client_certificate")
        if certificate and not key.strip():
            raise ValueError("The client certificate needs its private key.")
        if key.strip() and certificate == "":
            raise ValueError("The client key needs its certificate.")
        if key.strip() and certificate:
            check_key(key, info.data.get("client_key_password", ""), certificate)
        return key.strip()

    @field_validator("proxy")
    @classmethod
    def _is_proxy(cls, text: str) -> str:
        read_proxy(text)
        return text.strip()

    @field_validator("http_version")
    @classmethod
    def _is_possible(cls, version: str) -> str:
        if version == "3" and not pycurl.version_info()[4] & _FEATURE_HTTP3:
            raise ValueError("HTTP/3 is not built into this installation's libcurl.")
        return version

    @field_validator("connect_to")
    @classmethod
    def _is_address(cls, text: str, info: ValidationInfo) -> str:
        if not text.strip():
            return ""
        if info.data.get("proxy"):
            raise ValueError("Behind a proxy the proxy chooses the address.")
        try:
            return str(ip_address(text.strip()))
        except ValueError:
            raise ValueError("must be an IP address") from None
