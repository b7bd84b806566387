"""HTTP and HTTPS: is the right answer given, how long did it take, and what does the certificate say?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, field_validator

from app.engine.net.target import TargetError, parse_target
from app.engine.usability.http_plan import Plan, PlanCache, read_status_list
from app.engine.usability.http_run import HttpRun
from app.engine.usability.registry import MonitorConfig, MonitorType, Text, register
from app.engine.usability.types import Check, Done

if TYPE_CHECKING:
    from app.engine.usability.loop import ProbeLoop

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\U0010ffff]{0,4000}")
# libcurl and the engine decide these; a second opinion would break the framing or the pinned address.
_RESERVED = {"connection", "content-length", "transfer-encoding", "expect", "upgrade", "te", "trailer"}


class HttpConfig(MonitorConfig):
    """What an HTTP monitor asks for and what it accepts."""

    url: str = Field(
        title="URL",
        description="The address to ask for, beginning with http:// or https://.",
        max_length=2048,
        json_schema_extra={
            "zh": {"title": "网址", "description": "要访问的地址，以 http:// 或 https:// 开头。"},
            "widget": "url",
            "group": "request",
        },
    )
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] = Field(
        "GET",
        title="Method",
        description="The HTTP method.",
        json_schema_extra={
            "zh": {"title": "请求方法", "description": "HTTP 请求方法。"},
            "widget": "select",
            "group": "request",
        },
    )
    headers: dict[str, str] = Field(
        default_factory=dict,
        title="Request headers",
        description="Further headers. They stay at this origin: a redirect to another one does not get them.",
        max_length=50,
        json_schema_extra={
            "zh": {"title": "请求头", "description": "附加的请求头。重定向到其他站点时不会带上它们。"},
            "widget": "headers",
            "group": "request",
            "secret": True,
        },
    )
    body: str = Field(
        "",
        title="Request body",
        description="What to send with POST, PUT, PATCH or DELETE.",
        max_length=65536,
        json_schema_extra={
            "zh": {"title": "请求内容", "description": "随 POST、PUT、PATCH 或 DELETE 发送的内容。"},
            "widget": "textarea",
            "group": "request",
        },
    )
    accepted_status: str = Field(
        "200-399",
        title="Accepted status codes",
        description="Codes and ranges, separated by commas, such as 200-299,401.",
        max_length=200,
        json_schema_extra={
            "zh": {"title": "接受的状态码", "description": "状态码或范围，用逗号分隔，例如 200-299,401。"},
            "widget": "text",
            "group": "answer",
        },
    )
    keyword: str = Field(
        "",
        title="Keyword",
        description="The page must contain this text; upper and lower case matter.",
        max_length=500,
        json_schema_extra={
            "zh": {"title": "关键词", "description": "页面中必须出现的文字，区分大小写。"},
            "widget": "text",
            "group": "answer",
        },
    )
    keyword_absent: str = Field(
        "",
        title="Forbidden keyword",
        description="The page must not contain this text.",
        max_length=500,
        json_schema_extra={
            "zh": {"title": "禁止出现的关键词", "description": "页面中不得出现的文字。"},
            "widget": "text",
            "group": "answer",
        },
    )
    follow_redirects: bool = Field(
        True,
        title="Follow redirects",
        description="Judge the page a visitor ends at, instead of the redirect itself.",
        json_schema_extra={
            "zh": {"title": "跟随重定向", "description": "以访问者最终到达的页面为准，而不是重定向本身。"},
            "widget": "switch",
            "group": "answer",
        },
    )
    max_redirects: int = Field(
        5,
        title="Redirects at most",
        description="More redirects than this count as a failure.",
        ge=1,
        le=20,
        json_schema_extra={
            "zh": {"title": "最多重定向次数", "description": "超过该次数视为故障。"},
            "widget": "number",
            "group": "answer",
        },
    )
    verify_tls: bool = Field(
        True,
        title="Verify the certificate",
        description="An invalid certificate counts as a failure.",
        json_schema_extra={
            "zh": {"title": "验证证书", "description": "证书无效视为故障。"},
            "widget": "switch",
            "group": "connection",
        },
    )
    ip_version: Literal["any", "4", "6"] = Field(
        "any",
        title="IP version",
        description="Connect over IPv4 or IPv6 only, or over whichever works.",
        json_schema_extra={
            "zh": {"title": "IP 版本", "description": "只用 IPv4 或 IPv6 连接，或任选可用的一种。"},
            "widget": "select",
            "group": "connection",
        },
    )
    max_body_kb: int = Field(
        512,
        title="Body at most (KiB)",
        description="How much of the answer is read; keywords are looked for in this part.",
        ge=1,
        le=4096,
        json_schema_extra={
            "zh": {"title": "读取上限（KiB）", "description": "最多读取的响应内容，关键词只在这部分中查找。"},
            "widget": "number",
            "group": "connection",
        },
    )

    @field_validator("url")
    @classmethod
    def _is_target(cls, url: str) -> str:
        try:
            parse_target(url.strip())
        except TargetError as error:
            raise ValueError(str(error)) from None
        return url.strip()

    @field_validator("headers")
    @classmethod
    def _are_headers(cls, headers: dict[str, str]) -> dict[str, str]:
        for name, value in headers.items():
            if not _TOKEN.fullmatch(name) or name.lower() in _RESERVED:
                raise ValueError(f"{name[:60]!r} cannot be used as a request header.")
            if not _VALUE.fullmatch(value):
                raise ValueError(f"The value of {name} contains a control character or is too long.")
        return headers

    @field_validator("accepted_status")
    @classmethod
    def _is_status_list(cls, text: str) -> str:
        read_status_list(text)
        return text


@register
class HttpMonitor(MonitorType):
    name: ClassVar[str] = "http"
    title: ClassVar[Text] = {"en": "HTTP(S)", "zh": "HTTP(S) 网站"}
    doc: ClassVar[Text] = {
        "en": "Asks for a URL on a fresh connection and judges status code, keywords and certificate. "
        "Measures name lookup, connection, TLS handshake, first byte and transfer.",
        "zh": "用新的连接访问网址，检查状态码、关键词和证书，"
        "并测量域名解析、建立连接、TLS 握手、首字节和内容传输各阶段的耗时。",
    }
    Config: ClassVar[type[MonitorConfig]] = HttpConfig

    def __init__(self) -> None:
        self._plans = PlanCache(self._plan)

    def start(self, loop: ProbeLoop, check: Check, done: Done) -> None:
        HttpRun(loop, check, self._plans.get(check), done).begin()

    def _plan(self, check: Check) -> Plan:
        return Plan.of(HttpConfig.model_validate(check.config))
