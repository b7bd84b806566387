"""Fields of one request and of what is accepted as its answer; a check may make several."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from app.engine.usability.content.assertions import Assertion, Assertions
from app.engine.usability.content.judge import wants_body
from app.engine.usability.fields import common as fields
from app.engine.usability.http.headers import check_headers
from app.engine.usability.registry import MonitorConfig
from app.engine.usability.wording import shown

# libcurl and the engine decide these; a second opinion would break the framing or the pinned address.
_RESERVED = {"connection", "content-length", "transfer-encoding", "expect", "upgrade", "te", "trailer"}
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(\s*;\s*[\w.+-]+=[\w.+\"'-]+)*")


class RequestFields(MonitorConfig):
    """What is sent, and what is accepted."""

    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] = Field(
        "GET",
        title="Method",
        description="The HTTP method.",
        json_schema_extra=shown("请求方法", "HTTP 请求方法。", "select", "request"),
    )
    headers: dict[str, str] = Field(
        default_factory=dict,
        title="Request headers",
        description="Further headers. They stay at this origin: a redirect to another one does not get them.",
        max_length=50,
        json_schema_extra=shown(
            "请求头", "附加的请求头。重定向到其他站点时不会带上它们。", "headers", "request", secret=True
        ),
    )
    content_type: str = Field(
        "",
        title="Content type of the body",
        description="Such as application/json.",
        max_length=200,
        json_schema_extra=shown(
            "请求内容的类型", "例如 application/json。", "text", "request",
            suggestions=["application/json", "application/x-www-form-urlencoded", "application/xml"],
        ),
    )  # fmt: skip
    body: str = Field(
        "",
        title="Request body",
        description="What to send with POST, PUT, PATCH or DELETE.",
        max_length=65536,
        json_schema_extra=shown(
            "请求内容", "随 POST、PUT、PATCH 或 DELETE 发送的内容。", "textarea", "request"
        ),
    )
    accepted_status: fields.StatusList = fields.accepted_status_field()
    assertions: Assertions = Field(
        default_factory=list,
        title="Further expectations",
        description="What else must hold of the answer. Of several values that are found, each must hold.",
        json_schema_extra=shown(
            "更多要求", "响应还必须满足的条件。如果找到多个值，每个值都必须满足。", "rows", "answer"
        ),
    )
    follow_redirects: bool = Field(
        True,
        title="Follow redirects",
        description="Judge the page a visitor ends at, instead of the redirect itself.",
        json_schema_extra=shown(
            "跟随重定向", "以访问者最终到达的页面为准，而不是重定向本身。", "switch", "answer"
        ),
    )
    max_redirects: int = Field(
        5,
        title="Redirects at most",
        description="More redirects than this count as a failure.",
        ge=1,
        le=20,
        json_schema_extra=shown("最多重定向次数", "超过该次数视为故障。", "number", "answer"),
    )

    @field_validator("headers")
    @classmethod
    def _are_headers(cls, headers: dict[str, str]) -> dict[str, str]:
        check_headers(headers, "request header", _RESERVED.__contains__)
        return headers

    @field_validator("content_type")
    @classmethod
    def _is_media_type(cls, text: str) -> str:
        if text.strip() and not _MEDIA_TYPE.fullmatch(text.strip()):
            raise ValueError("must be a media type such as application/json")
        return text.strip()

    @field_validator("assertions")
    @classmethod
    def _can_be_judged(cls, assertions: list[Assertion], info: ValidationInfo) -> list[Assertion]:
        if wants_body(assertions):
            need_body(info)
        return assertions


def need_body(info: ValidationInfo) -> None:
    """Raises ValueError where the answer will have no body to look at."""
    if info.data.get("method") == "HEAD":
        raise ValueError("The answer to HEAD has no content to look at: use GET.")
