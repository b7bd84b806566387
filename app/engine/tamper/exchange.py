"""One case of the exchange format (docs/exchange.md) judged: a page's approved copies, and the page now.

Reading files is the caller's: `read` gives the bytes of a path and may raise OSError.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

from app.engine.tamper.inventory import Inventory, take_inventory
from app.engine.tamper.judge import ViewCase, judge
from app.engine.tamper.profile import Profile, learn
from app.engine.tamper.sentences import sentence
from app.engine.tamper.types import Observation, Options, Reason, Scope, Verdict

Read = Callable[[str], bytes]


class CaseError(ValueError):
    """What is wrong with a case, naming the field."""


def judge_case(case: Mapping[str, Any], read: Read) -> dict[str, Any]:
    """`{"id", "verdict", "alerts", "ms"}`. `ms` is the judging of the page now: its inventory and the
    verdict, without reading files and learning the approved copies. Raises CaseError and OSError."""
    url = _text(case, "url", "")
    scope = Scope(tuple(case.get("watch") or ()), tuple(case.get("ignore") or ()))
    profile = learn(_baselines(case, "baselines", url, read, scope))
    options = Options(
        allowed=frozenset(case.get("allowed") or ()),
        words=tuple(case.get("words") or ()),
        allowed_words=frozenset(case.get("allowed_words") or ()),
    )
    current = _observation(case.get("current"), "current", url, read)
    views = [_view(view, number, url, read, scope) for number, view in enumerate(case.get("views") or ())]
    begun = perf_counter()
    others = [
        ViewCase(name, learned, take_inventory(seen, scope))
        for name, learned, seen in views
        if seen is not None
    ]
    verdict = judge(profile, take_inventory(current, scope), others, options)
    return {"id": case.get("id"), **document_of(verdict), "ms": round((perf_counter() - begun) * 1000, 2)}


def document_of(verdict: Verdict, locale: str = "en") -> dict[str, Any]:
    """`{"verdict", "alerts"}`; notices stand among the alerts with their level."""
    return {
        "verdict": verdict.verdict,
        "alerts": [reason_document(reason, locale) for reason in verdict.reasons],
    }


def reason_document(reason: Reason, locale: str = "en") -> dict[str, Any]:
    return {
        "class": reason.cls,
        "severity": reason.severity,
        "level": reason.level,
        "sentence": sentence(reason.code, reason.detail, locale),
        "where": reason.where,
        "before": reason.before,
        "after": reason.after,
        "key": reason.key,
    }


def _baselines(holder: Mapping[str, Any], field: str, url: str, read: Read, scope: Scope) -> list[Inventory]:
    found = holder.get(field)
    if not isinstance(found, list) or not found:
        raise CaseError(f"{field}: a list of at least one approved copy is needed")
    return [
        take_inventory(_observation(each, f"{field}[{number}]", url, read), scope)
        for number, each in enumerate(found)
    ]


def _view(
    view: Any, number: int, url: str, read: Read, scope: Scope
) -> tuple[str, Profile, Observation | None]:
    field = f"views[{number}]"
    if not isinstance(view, Mapping):
        raise CaseError(f"{field}: an object is needed")
    headers = view.get("headers") or {}
    name = "; ".join(f"{key}: {value}" for key, value in headers.items())[:120] or field
    profile = learn(_baselines(view, "baselines", url, read, scope)) if view.get("baselines") else Profile()
    current = view.get("current")
    return name, profile, _observation(current, f"{field}.current", url, read) if current else None


def _observation(page: Any, field: str, url: str, read: Read) -> Observation:
    if not isinstance(page, Mapping):
        raise CaseError(f"{field}: an object with a path is needed")
    path = _text(page, "path", f"{field}.")
    status, at = page.get("status", 200), page.get("at", 0)
    if not isinstance(status, int) or not isinstance(at, (int, float)):
        raise CaseError(f"{field}: status and at are numbers")
    return Observation(url, status, read(path), int(at), str(page.get("content_type") or "text/html"))


def _text(holder: Mapping[str, Any], field: str, prefix: str) -> str:
    value = holder.get(field)
    if not isinstance(value, str) or not value:
        raise CaseError(f"{prefix}{field}: a text is needed")
    return value
