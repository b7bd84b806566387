"""HTTP and HTTPS: is the right answer given, how long did it take, and what does the certificate say?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from app.engine.usability.fields.hosts import Url
from app.engine.usability.http.fields import ConnectionFields
from app.engine.usability.http.plan import Plan, PlanCache
from app.engine.usability.http.request import RequestFields, need_body
from app.engine.usability.http.run import HttpRun
from app.engine.usability.registry import MonitorConfig, MonitorType, Text, register
from app.engine.usability.types import Check, Done
from app.engine.usability.wording import shown

if TYPE_CHECKING:
    from app.engine.usability.loop import ProbeLoop


_WORDS = {
    "version": {"en": "Protocol", "zh": "协议"},
    "size": {"en": "Size of the answer", "zh": "响应大小"},
    "redirect": {"en": "Redirect", "zh": "重定向"},
}


class _UrlField(MonitorConfig):
    url: Url = Field(
        title="URL",
        description="The address to ask for, beginning with http:// or https://.",
        max_length=2048,
        json_schema_extra=shown("网址", "要访问的地址，以 http:// 或 https:// 开头。", "url", "request"),
    )


class HttpConfig(ConnectionFields, RequestFields, _UrlField):
    """What an HTTP monitor asks for and what it accepts."""

    keyword: str = Field(
        "",
        title="Keyword",
        description="The page must contain this text; upper and lower case matter.",
        max_length=500,
        json_schema_extra=shown("关键词", "页面中必须出现的文字，区分大小写。", "text", "answer"),
    )
    keyword_absent: str = Field(
        "",
        title="Forbidden keyword",
        description="The page must not contain this text.",
        max_length=500,
        json_schema_extra=shown("禁止出现的关键词", "页面中不得出现的文字。", "text", "answer"),
    )

    @field_validator("keyword", "keyword_absent")
    @classmethod
    def _can_be_found(cls, keyword: str, info: ValidationInfo) -> str:
        if keyword:
            need_body(info)
        return keyword


@register
class HttpMonitor(MonitorType):
    name: ClassVar[str] = "http"
    title: ClassVar[Text] = {"en": "HTTP(S)", "zh": "HTTP(S) 网站"}
    doc: ClassVar[Text] = {
        "en": "Asks for a URL on a fresh connection and judges status code, content, time and certificate. "
        "Measures name lookup, connection, TLS handshake, first byte and transfer.",
        "zh": "用新的连接访问网址，检查状态码、内容、耗时和证书，"
        "并测量域名解析、建立连接、TLS 握手、首字节和内容传输各阶段的耗时。",
    }
    Config: ClassVar[type[MonitorConfig]] = HttpConfig

    def __init__(self) -> None:
        self._plans = PlanCache(self._plan)

    def start(self, loop: ProbeLoop, check: Check, done: Done) -> None:
        plan = self._plans.get(check)
        if plan.config.auth.type == "oauth2":
            _start_authorised(loop, check, plan, done)
        else:
            HttpRun(loop, check, plan, done).begin()

    def told(self, facts: dict[str, Any], locale: str) -> list[tuple[str, str]]:
        """Version of HTTP, size, and where redirects led."""
        language = "zh" if locale.startswith("zh") else "en"
        lines = []
        if "http_version" in facts:
            lines.append((_WORDS["version"][language], f"HTTP/{facts['http_version']}"))
        if facts.get("body_bytes") is not None:
            lines.append((_WORDS["size"][language], f"{facts['body_bytes']:,} B"))
        redirects = facts.get("redirects") or ()
        lines += [(_WORDS["redirect"][language], f"{each['status']} → {each['url']}") for each in redirects]
        return lines

    def _plan(self, check: Check) -> Plan:
        return Plan.of(HttpConfig.model_validate(check.config))


def _start_authorised(loop: ProbeLoop, check: Check, plan: Plan, done: Done) -> None:
    from app.engine.usability.http.token import AuthorisedRun

    def ask(token: str, rest: Check, then: Done) -> None:
        HttpRun(loop, rest, plan, then, token=token).begin()

    AuthorisedRun(loop, check, plan.config, done, ask).begin()
