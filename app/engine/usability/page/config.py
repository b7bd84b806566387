"""The configuration of a check in a real browser."""

from __future__ import annotations

import re
from typing import ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from app.engine.usability.content.assertions import read_number
from app.engine.usability.content.comparing import (
    Line,
    Otherwise,
    comparison_field,
    otherwise_field,
)
from app.engine.usability.content.patterns import compiled_regex
from app.engine.usability.fields import common as fields
from app.engine.usability.fields.hosts import Url
from app.engine.usability.registry import MonitorConfig
from app.engine.usability.wording import shown

Kind = Literal["text", "selector", "title", "url", "load", "fcp", "lcp", "cls"]
_TEXT = ("contains", "not_contains", "equals", "not_equals", "matches", "not_matches")
COMPARISONS: dict[str, tuple[str, ...]] = {
    "text": ("contains", "not_contains", "matches", "not_matches"),
    "selector": ("visible", "present", "absent", *_TEXT),
    "title": ("equals", *(each for each in _TEXT if each != "equals")),
    "url": ("contains", *_TEXT[1:]),
    "load": ("less_than",),
    "fcp": ("less_than",),
    "lcp": ("less_than",),
    "cls": ("less_than",),
}
"""Which comparisons suit which kind; the first is the usual one."""
_WITHOUT_VALUE = ("visible", "present", "absent")
_TIMES = ("load", "fcp", "lcp", "cls")
MAX_EXPECTATIONS = 20
# What a browser's querySelectorAll knows beyond plain CSS is left to it; this only keeps out nonsense.
_SELECTOR = re.compile(r"[^\x00-\x1f\x7f{}]{1,300}")


class Expectation(Line):
    """One line. `otherwise` is what the monitor is when the line does not hold."""

    by: ClassVar = COMPARISONS
    mild: ClassVar = _TIMES

    kind: Kind = Field(
        title="What",
        description="What of the page is looked at. Times are in milliseconds.",
        json_schema_extra=shown(
            "检查对象", "要检查页面的哪一部分。时间以毫秒计。", "select", "answer",
            choices={
                "text": {"en": "Visible text", "zh": "可见文字"},
                "selector": {"en": "Element (CSS selector)", "zh": "元素（CSS 选择器）"},
                "title": {"en": "Title", "zh": "标题"},
                "url": {"en": "Final URL", "zh": "最终网址"},
                "load": {"en": "Load (ms)", "zh": "加载完成（毫秒）"},
                "fcp": {"en": "First contentful paint (ms)", "zh": "首次内容绘制 FCP（毫秒）"},
                "lcp": {"en": "Largest contentful paint (ms)", "zh": "最大内容绘制 LCP（毫秒）"},
                "cls": {"en": "Cumulative layout shift", "zh": "累积布局偏移 CLS"},
            },
        ),
    )  # fmt: skip
    target: str = Field(
        "",
        title="Selector",
        description="A CSS selector of the element.",
        max_length=300,
        validate_default=True,
        json_schema_extra=shown(
            "选择器", "元素的 CSS 选择器。", "text", "answer", only={"kind": ["selector"]}
        ),
    )
    comparison: Literal[
        "visible",
        "present",
        "absent",
        "contains",
        "not_contains",
        "equals",
        "not_equals",
        "matches",
        "not_matches",
        "less_than",
    ] = comparison_field(
        "contains",
        "How it is compared.",
        "如何比较。",
        ("visible", "present", "absent", *_TEXT, "less_than"),
        COMPARISONS,
    )
    value: str = Field(
        "",
        title="Value",
        description="What is expected.",
        max_length=500,
        validate_default=True,
        json_schema_extra=shown(
            "期望值", "期望的值。", "text", "answer", unless={"comparison": list(_WITHOUT_VALUE)}
        ),
    )
    otherwise: Otherwise = otherwise_field()

    @field_validator("target")
    @classmethod
    def _is_selector(cls, target: str, info: ValidationInfo) -> str:
        if info.data.get("kind") == "selector" and not _SELECTOR.fullmatch(target.strip()):
            raise ValueError("must be a CSS selector")
        if info.data.get("kind") != "selector" and "kind" in info.data and target:
            raise ValueError("only an element has a selector")
        return target.strip()

    @field_validator("value")
    @classmethod
    def _is_value(cls, value: str, info: ValidationInfo) -> str:
        comparison = info.data.get("comparison")
        if comparison in _WITHOUT_VALUE:
            return ""
        if comparison == "less_than":
            read_number(value)
        elif comparison in ("matches", "not_matches"):
            compiled_regex(value)
        elif comparison in ("contains", "not_contains") and not value:
            raise ValueError("must be filled in")
        return value


class BrowserConfig(MonitorConfig):
    """What page is loaded, how, and what it must have come to."""

    url: Url = Field(
        title="URL",
        description="The page to load, beginning with http:// or https://.",
        max_length=2048,
        json_schema_extra=shown("网址", "要加载的页面，以 http:// 或 https:// 开头。", "url", "request"),
    )
    accepted_status: fields.StatusList = fields.accepted_status_field()
    expectations: list[Expectation] = Field(
        default_factory=list,
        title="Expectations",
        description="What the page must have come to. It is given a few seconds after loading to get there.",
        max_length=MAX_EXPECTATIONS,
        json_schema_extra=shown(
            "要求", "页面必须达到的状态。加载完成后会再等待几秒，让页面达到这些要求。", "rows", "answer"
        ),
    )
    no_console_errors: bool = Field(
        False,
        title="No errors of scripts",
        description="An error in the browser's console is a failure.",
        json_schema_extra=shown("脚本没有错误", "浏览器控制台中出现错误视为故障。", "switch", "answer"),
    )
    no_failed_parts: bool = Field(
        False,
        title="No missing parts",
        description="A picture, style, script or request of the page that fails is a failure.",
        json_schema_extra=shown(
            "没有加载失败的资源", "页面的图片、样式、脚本或请求加载失败视为故障。", "switch", "answer"
        ),
    )
    wait_seconds: int = Field(
        5,
        title="Wait for expectations",
        description="How long the page may take after loading until it is what is expected.",
        ge=0,
        le=30,
        json_schema_extra=shown(
            "等待时间", "加载完成后，最多等待多久让页面达到要求。", "number", "answer", unit="s"
        ),
    )
    is_phone: bool = Field(
        False,
        title="As a phone",
        description="Load the page as a phone does, instead of a desktop.",
        json_schema_extra=shown("模拟手机", "以手机而不是桌面浏览器的方式加载页面。", "switch", "connection"),
    )
    username: str = Field(
        "",
        title="User name",
        description="For pages behind an HTTP log-in.",
        max_length=200,
        json_schema_extra=shown("用户名", "用于需要 HTTP 登录的页面。", "text", "connection"),
    )
    password: str = Field(
        "",
        title="Password",
        description="Kept encrypted; never shown again.",
        max_length=1000,
        json_schema_extra=shown("密码", "加密保存，之后不再显示。", "password", "connection", secret=True),
    )
    verify_tls: bool = Field(
        True,
        title="Verify the certificate",
        description="An invalid certificate counts as a failure. A browser trusts public authorities only.",
        json_schema_extra=shown(
            "验证证书", "证书无效视为故障。浏览器只信任公共颁发机构。", "switch", "connection"
        ),
    )
