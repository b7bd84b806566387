"""What a plan expects of an answer beyond its status: version, keywords, assertions."""

from __future__ import annotations

from typing import Any

from app.engine.usability.content.answer import Answer
from app.engine.usability.content.judge import judged
from app.engine.usability.http.body import BodyUnreadableError
from app.engine.usability.http.plan import Plan
from app.engine.usability.types import Status

Verdict = tuple[Status, str, dict[str, Any]]


def unmet(plan: Plan, answer: Answer, version: str) -> Verdict | None:
    """The gravest that does not hold; None when all does. `version` is the one of HTTP that was spoken."""
    wanted = plan.config.http_version.removesuffix("-prior-knowledge")
    if wanted not in ("auto", version):
        return "down", "http_version", {"got": version, "expected": wanted}
    return _keyword(plan, answer) or _assertion(plan, answer)


def _keyword(plan: Plan, answer: Answer) -> Verdict | None:
    config = plan.config
    if not (config.keyword or config.keyword_absent):
        return None
    try:
        text = answer.text
    except BodyUnreadableError as error:
        return "down", "body_unreadable", {"error": str(error)}
    if config.keyword and config.keyword not in text:
        return "down", "keyword_missing", {"keyword": config.keyword}
    if config.keyword_absent and config.keyword_absent in text:
        return "down", "keyword_present", {"keyword": config.keyword_absent}
    return None


def _assertion(plan: Plan, answer: Answer) -> Verdict | None:
    misses = judged(plan.assertions, answer)
    if not misses:
        return None
    first = misses[0]
    detail = {**first.detail, "assertion": first.number}
    others = [miss.number for miss in misses[1:]]
    if others:
        detail["others"] = others
    return first.status, first.reason, detail
