"""What an answer is expected to be, as a list of plain lines: kind, what of it, comparison, value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, ClassVar, Literal

from pydantic import (
    AfterValidator,
    Field,
    ValidationInfo,
    field_validator,
)

from app.engine.usability.content.comparing import (
    TEXT,
    Line,
    Otherwise,
    comparison_field,
    otherwise_field,
)
from app.engine.usability.content.patterns import (
    MAX_EXPRESSION,
    compiled_css,
    compiled_json_path,
    compiled_regex,
    compiled_xpath,
)
from app.engine.usability.content.status_list import read_status_list
from app.engine.usability.http.headers import TOKEN
from app.engine.usability.wording import shown

Kind = Literal[
    "status", "time", "header", "body", "json", "xpath", "css", "size", "certificate", "url", "redirects"
]
Comparison = Literal[
    "equals",
    "not_equals",
    "contains",
    "not_contains",
    "matches",
    "not_matches",
    "less_than",
    "greater_than",
    "present",
    "absent",
]
_SIZE = ("less_than", "greater_than")
_THERE = ("present", "absent")
COMPARISONS: dict[str, tuple[str, ...]] = {
    "status": ("equals", "not_equals"),
    "time": ("less_than",),
    "header": (*_THERE, *TEXT, *_SIZE),
    "body": ("contains", "not_contains", "equals", "not_equals", "matches", "not_matches"),
    "json": ("equals", *_THERE, *TEXT[1:], *_SIZE),
    "xpath": (*_THERE, *TEXT, *_SIZE),
    "css": (*_THERE, *TEXT, *_SIZE),
    "size": _SIZE,
    "certificate": ("greater_than",),
    "url": ("equals", *TEXT[1:]),
    "redirects": ("equals", *_SIZE),
}
"""Which comparisons suit which kind; the first is the usual one."""
_NAMED = ("header", "json", "xpath", "css")
_NUMERIC = ("time", "size", "certificate", "redirects")
_PATHS: dict[str, Callable[[str], object]] = {
    "json": compiled_json_path,
    "xpath": compiled_xpath,
    "css": compiled_css,
}
MAX_ASSERTIONS = 30


def read_number(text: str) -> float:
    """A number as people type it. Raises ValueError with a sentence."""
    try:
        value = float(text)
    except ValueError:
        raise ValueError("must be a number") from None
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError("must be a number")
    return value


class Assertion(Line):
    """One line. `otherwise` is what the monitor is when the line does not hold."""

    by: ClassVar = COMPARISONS
    mild: ClassVar = ("time", "certificate")

    kind: Kind = Field(
        title="What",
        description="What of the answer is looked at. Time is in milliseconds, size in bytes, the "
        "certificate in days left.",
        json_schema_extra=shown(
            "检查对象",
            "要检查响应的哪一部分。时间以毫秒计，大小以字节计，证书以剩余天数计。",
            "select",
            "answer",
            choices={
                "status": {"en": "Status code", "zh": "状态码"},
                "time": {"en": "Time (ms)", "zh": "耗时（毫秒）"},
                "header": {"en": "Header", "zh": "响应头"},
                "body": {"en": "Text of the answer", "zh": "响应正文"},
                "json": {"en": "JSONPath", "zh": "JSONPath"},
                "xpath": {"en": "XPath", "zh": "XPath"},
                "css": {"en": "CSS selector", "zh": "CSS 选择器"},
                "size": {"en": "Size (bytes)", "zh": "大小（字节）"},
                "certificate": {"en": "Certificate: days left", "zh": "证书剩余天数"},
                "url": {"en": "Final URL", "zh": "最终网址"},
                "redirects": {"en": "Number of redirects", "zh": "重定向次数"},
            },
        ),
    )  # fmt: skip
    target: str = Field(
        "",
        title="Name or path",
        description="The header's name, or the JSONPath, XPath or selector of the value.",
        max_length=MAX_EXPRESSION,
        validate_default=True,
        json_schema_extra=shown(
            "名称或路径", "响应头的名称，或取值所用的 JSONPath、XPath 或选择器。", "text", "answer",
            only={"kind": list(_NAMED)},
        ),
    )  # fmt: skip
    comparison: Comparison = comparison_field(
        "equals", "How the value is compared.", "如何与期望值比较。", (*TEXT, *_SIZE, *_THERE), COMPARISONS
    )
    value: str = Field(
        "",
        title="Value",
        description="What is expected; for a status code also lists and ranges such as 200-299,404.",
        max_length=1000,
        validate_default=True,
        json_schema_extra=shown(
            "期望值", "期望的值；状态码也可以写列表和范围，例如 200-299,404。", "text", "answer",
            unless={"comparison": list(_THERE)},
        ),
    )  # fmt: skip
    otherwise: Otherwise = otherwise_field()

    @field_validator("target")
    @classmethod
    def _is_target(cls, target: str, info: ValidationInfo) -> str:
        kind = info.data.get("kind")
        if kind in _PATHS:
            _PATHS[kind](target)
        elif kind == "header":
            _check_header(target)
        elif kind is not None and target:
            raise ValueError("only a header, JSONPath, XPath or selector has a name")
        return target

    @field_validator("value")
    @classmethod
    def _is_value(cls, value: str, info: ValidationInfo) -> str:
        kind, comparison = info.data.get("kind"), info.data.get("comparison")
        if kind is None or comparison is None:
            return value
        if comparison in _THERE:
            return ""
        if kind == "status":
            read_status_list(value)
        elif comparison in _SIZE or kind in _NUMERIC:
            read_number(value)
        elif comparison in ("matches", "not_matches"):
            compiled_regex(value)
        elif not value and comparison in ("contains", "not_contains"):
            raise ValueError("must be filled in")
        return value


def _check_header(name: str) -> None:
    if not TOKEN.fullmatch(name):
        raise ValueError("must be a header's name")


def _not_too_many(lines: list[Assertion]) -> list[Assertion]:
    if len(lines) > MAX_ASSERTIONS:
        raise ValueError(f"There may be at most {MAX_ASSERTIONS} assertions.")
    return lines


Assertions = Annotated[list[Assertion], AfterValidator(_not_too_many)]
