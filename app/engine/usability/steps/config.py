"""The configuration of a check in steps."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from app.engine.usability.content.judge import PATHS
from app.engine.usability.content.patterns import MAX_EXPRESSION, compiled_regex
from app.engine.usability.fields.hosts import read_url
from app.engine.usability.http.fields import ConnectionFields
from app.engine.usability.http.request import RequestFields
from app.engine.usability.registry import MonitorConfig
from app.engine.usability.steps.render import PLACE, names_in
from app.engine.usability.wording import shown

MAX_STEPS = 20
MAX_EXTRACTS = 10
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")


class Extraction(BaseModel):
    """A value of an answer that later steps may use."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(
        title="Name",
        description="Later steps write it as {{name}}.",
        json_schema_extra=shown("名称", "后面的步骤写作 {{名称}}。", "text", "answer"),
    )
    source: Literal["json", "regex", "header", "cookie", "xpath", "css"] = Field(
        "json",
        title="Taken from",
        description="Where in the answer it stands.",
        json_schema_extra=shown(
            "取自", "该值在响应中的位置。", "select", "answer",
            choices={
                "json": {"en": "JSONPath", "zh": "JSONPath"},
                "regex": {"en": "Regular expression", "zh": "正则表达式"},
                "header": {"en": "Header", "zh": "响应头"},
                "cookie": {"en": "Cookie", "zh": "Cookie"},
                "xpath": {"en": "XPath", "zh": "XPath"},
                "css": {"en": "CSS selector", "zh": "CSS 选择器"},
            },
        ),
    )  # fmt: skip
    path: str = Field(
        title="Name or path",
        description="The path, the header's or cookie's name, or the expression; its first group counts.",
        min_length=1,
        max_length=MAX_EXPRESSION,
        json_schema_extra=shown(
            "名称或路径", "路径、响应头或 Cookie 的名称，或者正则表达式（取第一个分组）。", "text", "answer"
        ),
    )

    @field_validator("name")
    @classmethod
    def _is_name(cls, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise ValueError("must be letters, digits and _, beginning with a letter")
        return name

    @field_validator("path")
    @classmethod
    def _is_path(cls, path: str, info: ValidationInfo) -> str:
        source = info.data.get("source")
        if source in PATHS:
            PATHS[source](path)
        elif source == "regex":
            compiled_regex(path)
        return path


class _StepHead(MonitorConfig):
    name: str = Field(
        "",
        title="Name of the step",
        max_length=80,
        json_schema_extra=shown("步骤名称", "", "text", "request"),
    )
    url: str = Field(
        title="URL",
        description="May hold {{name}} of a variable or of a value taken from an earlier answer.",
        max_length=2048,
        json_schema_extra=shown("网址", "可以使用 {{名称}} 引用变量或之前响应中提取的值。", "url", "request"),
    )

    @field_validator("url")
    @classmethod
    def _is_target(cls, url: str) -> str:
        url = url.strip()
        if not PLACE.match(url):
            read_url(PLACE.sub("x", url))
        return url


class Step(RequestFields, _StepHead):
    """One request, what is expected of its answer, and what is taken from it."""

    extract: list[Extraction] = Field(
        default_factory=list,
        title="Take from the answer",
        description="Values that later steps use.",
        max_length=MAX_EXTRACTS,
        json_schema_extra=shown("从响应中提取", "供后面的步骤使用的值。", "rows", "answer"),
    )

    @property
    def names_used(self) -> set[str]:
        texts = [self.url, self.body, *self.headers.values()]
        return set().union(*map(names_in, texts))


class _StepFields(MonitorConfig):
    variables: dict[str, str] = Field(
        default_factory=dict,
        title="Variables",
        description="Values for {{name}}, such as a user and a password. They are stored as secrets.",
        max_length=30,
        json_schema_extra=shown(
            "变量", "供 {{名称}} 使用的值，例如用户名和密码，按机密保存。", "headers", "request", secret=True
        ),
    )
    steps: list[Step] = Field(
        title="Steps",
        description="Requests in their order. Cookies are kept between them.",
        min_length=1,
        max_length=MAX_STEPS,
        json_schema_extra=shown("步骤", "按顺序发出的请求，请求之间保留 Cookie。", "rows", "request"),
    )

    @field_validator("variables")
    @classmethod
    def _are_names(cls, variables: dict[str, str]) -> dict[str, str]:
        for name, value in variables.items():
            if not _NAME.fullmatch(name):
                raise ValueError(f"{name[:40]!r} is no name: letters, digits and _ only.")
            if len(value) > 4000:
                raise ValueError(f"The value of {name} is too long.")
        return variables

    @field_validator("steps")
    @classmethod
    def _are_known(cls, steps: list[Step], info: ValidationInfo) -> list[Step]:
        known = set(info.data.get("variables") or {})
        for number, step in enumerate(steps, 1):
            unknown = sorted(step.names_used - known)
            if unknown and "variables" in info.data:
                raise ValueError(
                    f"Step {number} uses {{{{{unknown[0]}}}}}, which is no variable and not taken before it."
                )
            known |= {each.name for each in step.extract}
        return steps


class StepsConfig(ConnectionFields, _StepFields):
    """Log-in, proxy and TLS are for all steps; log-ins and certificates stay at the first step's origin."""
