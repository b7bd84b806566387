"""A page in a real browser: does it load, does it come to what is expected, and how fast for a visitor?"""

from __future__ import annotations

import threading
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

from app.engine.usability.page.config import BrowserConfig
from app.engine.usability.registry import MonitorConfig, MonitorType, Text, register
from app.engine.usability.types import Check, Done, Outcome

if TYPE_CHECKING:
    from app.engine.usability.loop import ProbeLoop

# Each browser takes hundreds of megabytes.
_AT_ONCE = 2
_slots = threading.BoundedSemaphore(_AT_ONCE)
_LAST_SECONDS = 0.7
_VITALS = {
    "ttfb": {"en": "Time to first byte", "zh": "首字节时间 TTFB"},
    "fcp": {"en": "First contentful paint", "zh": "首次内容绘制 FCP"},
    "lcp": {"en": "Largest contentful paint", "zh": "最大内容绘制 LCP"},
    "cls": {"en": "Cumulative layout shift", "zh": "累积布局偏移 CLS"},
    "dom_content_loaded": {"en": "DOMContentLoaded", "zh": "DOMContentLoaded"},
    "load": {"en": "Load", "zh": "加载完成"},
}


@register
class BrowserMonitor(MonitorType):
    name: ClassVar[str] = "browser"
    title: ClassVar[Text] = {"en": "Page in a browser", "zh": "浏览器页面"}
    doc: ClassVar[Text] = {
        "en": "Loads a page in a real Chromium and judges what it has come to: text, elements, title, errors "
        "of scripts, missing parts, web vitals. A failure keeps a picture of the page.",
        "zh": "在真实的 Chromium 中加载页面，检查文字、元素、标题、脚本错误、缺失的资源和网页性能指标。"
        "出现故障时会保留页面截图。",
    }
    Config: ClassVar[type[MonitorConfig]] = BrowserConfig
    needs_browser: ClassVar[bool] = True
    # A browser takes seconds to start, and a page to come to rest.
    defaults: ClassVar[dict[str, Any]] = {"interval_seconds": 300, "timeout_seconds": 30}
    phases: ClassVar[dict[str, Text]] = {
        "dns": {"en": "connection", "zh": "建立连接"},
        "connect": {"en": "first byte", "zh": "首字节"},
        "tls": {"en": "document", "zh": "文档传输"},
        "first_byte": {"en": "scripts", "zh": "脚本执行"},
        "transfer": {"en": "pictures and the rest", "zh": "图片及其他"},
    }

    def start(self, loop: ProbeLoop, check: Check, done: Done) -> None:
        config = BrowserConfig.model_validate(check.config)
        began = monotonic()
        loop.in_thread(lambda: _visited(loop, check, config, began), check, done)

    def told(self, facts: dict[str, Any], locale: str) -> list[tuple[str, str]]:
        """The web vitals."""
        language = "zh" if locale.startswith("zh") else "en"
        vitals = facts.get("vitals") or {}
        return [
            (words[language], f"{vitals[name]:.3f}" if name == "cls" else f"{vitals[name]:.0f} ms")
            for name, words in _VITALS.items()
            if name in vitals
        ]


def _visited(loop: ProbeLoop, check: Check, config: BrowserConfig, began: float) -> Outcome:
    from app.engine.browser.chromium import find_chromium
    from app.engine.usability.page.verdict import outcome_of
    from app.engine.usability.page.visit import visit

    chromium = find_chromium(loop.chromium)
    if chromium is None:
        return Outcome("unknown", "browser_missing")
    whole = check.timeout_ms / 1000 - _LAST_SECONDS
    if not _slots.acquire(timeout=max(whole - 1, 0)):
        return Outcome("unknown", "browser_busy")
    try:
        left = whole - (monotonic() - began)
        if left < whole / 2:
            return Outcome("unknown", "browser_busy")
        seen = visit(check, config, chromium=chromium, dns_servers=loop.dns_servers, seconds=left)
    finally:
        _slots.release()
    return outcome_of(config, seen.said, seen.error, check.timeout_ms)
