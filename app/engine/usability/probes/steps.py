"""Several HTTP requests in order: log in, go somewhere, look whether it worked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from app.engine.usability.http.plan import PlanCache
from app.engine.usability.registry import MonitorConfig, MonitorType, Text, register
from app.engine.usability.steps.config import StepsConfig
from app.engine.usability.types import Check, Done

if TYPE_CHECKING:
    from app.engine.usability.loop import ProbeLoop


@register
class StepsMonitor(MonitorType):
    name: ClassVar[str] = "steps"
    title: ClassVar[Text] = {"en": "HTTP in several steps", "zh": "多步骤 HTTP"}
    doc: ClassVar[Text] = {
        "en": "Makes several requests in order, which share cookies; a later one may use values of an "
        "earlier answer, such as a token. The first step that does not hold is named. The phases add up "
        "over all steps.",
        "zh": "按顺序发出多个请求，请求之间共享 Cookie；后面的请求可以使用之前响应中的值，例如令牌。"
        "会指出第一个不符合要求的步骤。各阶段的耗时为所有步骤之和。",
    }
    Config: ClassVar[type[MonitorConfig]] = StepsConfig
    # The steps share the time.
    defaults: ClassVar[dict[str, Any]] = {"timeout_seconds": 30}

    def __init__(self) -> None:
        self._configs: PlanCache[StepsConfig] = PlanCache(
            lambda check: StepsConfig.model_validate(check.config)
        )

    def start(self, loop: ProbeLoop, check: Check, done: Done) -> None:
        from app.engine.usability.steps.run import StepsRun

        StepsRun(loop, check, self._configs.get(check), done).begin()

    def told(self, facts: dict[str, Any], locale: str) -> list[tuple[str, str]]:
        """Each step with its status and its time."""
        lines = []
        for number, step in enumerate(facts.get("steps", ()), 1):
            parts = [str(step["http_status"] or "–"), f"{step['total_ms']:.0f} ms"]
            lines.append((f"{number}. {step['name']}", " · ".join(parts)))
        return lines
