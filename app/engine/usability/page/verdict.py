"""What a loaded page means: the gravest that does not hold, the times, and what proves it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from app.engine.net.target import parse_target
from app.engine.usability.content.judge import as_text, holds
from app.engine.usability.content.patterns import UnjudgedError
from app.engine.usability.content.status_list import read_status_list
from app.engine.usability.http.evidence import masked
from app.engine.usability.page.config import BrowserConfig, Expectation
from app.engine.usability.types import Outcome, Status

# What went wrong with the browser itself says nothing about the page.
OURS = frozenset({"browser_missing", "browser_failed", "browser_crashed", "browser_memory", "browser_busy"})
_SHOWN_HEADERS = (
    "content-type",
    "date",
    "location",
    "retry-after",
    "server",
    "via",
    "x-cache",
    "x-request-id",
)
_GRAVITY: dict[Status, int] = {"down": 0, "unknown": 1, "degraded": 2, "up": 3}
_MAX_EXCERPT = 2000
_GAP_MS, _SESSION_MS = 1000.0, 5000.0
Fault = tuple[Status, str, dict[str, Any]]


def outcome_of(config: BrowserConfig, said: dict[str, Any], error: str | None, timeout_ms: int) -> Outcome:
    """`said` is what the child told (see `look`), empty when it told nothing."""
    vitals = vitals_of(said)
    faults = sorted(_faults(config, said, error, timeout_ms, vitals), key=lambda each: _GRAVITY[each[0]])
    status, reason, detail = faults[0] if faults else ("up", None, {})
    secrets = [config.password] if len(config.password) >= 4 else []
    outcome = Outcome(status, reason, masked(detail, secrets))
    outcome.http_status = said.get("status")
    host = parse_target(config.url).host
    outcome.address = next(iter(said.get("addresses", {}).get(host, ())), None)
    _add_phases(outcome, said.get("timing") or {})
    outcome.total_ms = vitals.get("load")
    outcome.facts = {"vitals": vitals, "requests": said.get("requests", 0)}
    if said.get("console"):
        outcome.facts["console_errors"] = len(said["console"])
    if said.get("failed"):
        outcome.facts["failed_parts"] = len(said["failed"])
    if status != "up":
        outcome.facts["evidence"] = masked(_evidence(said), secrets)
    return outcome


def _faults(
    config: BrowserConfig, said: dict[str, Any], error: str | None, timeout_ms: int, vitals: dict[str, Any]
) -> Iterator[Fault]:
    host = parse_target(config.url)
    if error is not None:
        detail: dict[str, Any] = {"host": host.host, "port": host.port, "timeout_ms": timeout_ms}
        detail |= {"error": error, "phase": "transfer", "address": host.host}
        yield "unknown" if error in OURS else "down", error, detail
        return
    status = said.get("status")
    if status is not None and status not in read_status_list(config.accepted_status):
        yield "down", "http_status", {"status": status, "accepted": config.accepted_status}
    if said.get("is_late"):
        yield "down", "page_unloaded", {"timeout_ms": timeout_ms}
    for number, line in enumerate(config.expectations, 1):
        fault = _missed(line, said, vitals)
        if fault is not None:
            yield fault[0], fault[1], {**fault[2], "assertion": number}
    if config.no_console_errors and said["console"]:
        yield "down", "page_console", {"count": len(said["console"]), "first": said["console"][0]}
    if config.no_failed_parts and said["failed"]:
        yield "down", "page_parts", {"count": len(said["failed"]), "first": said["failed"][0]}


def _missed(line: Expectation, said: dict[str, Any], vitals: dict[str, Any]) -> Fault | None:
    detail: dict[str, Any] = {"target": line.target, "expected": line.value[:160]}
    try:
        if line.kind == "selector":
            reason = _element(line, said["found"].get(line.target, {}), detail)
        else:
            reason = _value(line, said, vitals, detail)
    except UnjudgedError as error:
        return "unknown", "assertion_unjudged", {"target": line.value[:160], "error": str(error)}
    return None if reason is None else (line.otherwise, reason, detail)


def _element(line: Expectation, found: dict[str, Any], detail: dict[str, Any]) -> str | None:
    """Fills in `detail`; the reason, None when the element is as expected."""
    if "error" in found:
        detail["error"] = found["error"]
        return "page_selector"
    count, visible = found.get("count", 0), found.get("visible", 0)
    if line.comparison == "absent":
        detail["got"] = as_text(found.get("text", ""))
        return "css_unwanted" if count else None
    if not count:
        return None if line.comparison.startswith("not_") else "css_missing"
    if line.comparison == "visible":
        return None if visible else "page_hidden"
    if line.comparison == "present" or holds(line.comparison, found["text"], line.value):
        return None
    detail["got"] = as_text(found["text"])
    return f"css_{line.comparison}"


def _value(
    line: Expectation, said: dict[str, Any], vitals: dict[str, Any], detail: dict[str, Any]
) -> str | None:
    if line.kind in ("text", "title", "url"):
        value = said[line.kind]
        detail["got"] = as_text(value)
        prefix = {"text": "body", "title": "title", "url": "url"}[line.kind]
        return None if holds(line.comparison, value, line.value) else f"{prefix}_{line.comparison}"
    measured = vitals.get(line.kind)
    if measured is None or measured < float(line.value):
        return None
    detail |= {"got": measured, "metric": line.kind.upper() if line.kind != "load" else "load"}
    return "page_slow" if line.kind != "cls" else "page_shifts"


def vitals_of(said: dict[str, Any]) -> dict[str, Any]:
    """Times in ms since the navigation began (W3C Navigation Timing, Paint Timing, LCP), and the CLS."""
    timing = said.get("timing") or {}
    found = {
        "ttfb": timing.get("responseStart"),
        "fcp": said.get("fcp"),
        "lcp": said.get("lcp"),
        "dom_content_loaded": timing.get("domContentLoadedEventEnd"),
        "load": timing.get("loadEventEnd"),
    }
    vitals: dict[str, Any] = {name: round(value, 1) for name, value in found.items() if value}
    if timing:
        vitals["cls"] = round(layout_shift(said.get("shifts") or []), 4)
    return vitals


def layout_shift(shifts: Sequence[Sequence[float]]) -> float:
    """The largest sum of shifts that follow each other within a second, over five seconds at most."""
    worst = total = 0.0
    first = last = -_SESSION_MS * 2
    for at, value in sorted((float(each[0]), float(each[1])) for each in shifts):
        if at - last > _GAP_MS or at - first > _SESSION_MS:
            first, total = at, 0.0
        last = at
        total += value
        worst = max(worst, total)
    return worst


def _add_phases(outcome: Outcome, timing: dict[str, Any]) -> None:
    """The five slots in the order of time: to the request, first byte, document, scripts, the rest."""
    names = ("requestStart", "responseStart", "responseEnd", "domContentLoadedEventEnd", "loadEventEnd")
    slots = ("dns_ms", "connect_ms", "tls_ms", "first_byte_ms", "transfer_ms")
    before = 0.0
    for name, slot in zip(names, slots, strict=True):
        moment = timing.get(name) or 0.0
        if not moment:
            return
        setattr(outcome, slot, round(max(moment - before, 0.0), 3))
        before = max(moment, before)


def _evidence(said: dict[str, Any]) -> dict[str, Any]:
    headers = {str(name).lower(): str(value) for name, value in said.get("headers", ())}
    found: dict[str, Any] = {
        "status_line": f"HTTP {said['status']}" if said.get("status") else "",
        "url": str(said.get("url", "")).partition("?")[0][:500],
        "title": said.get("title", ""),
        "headers": [f"{name}: {headers[name][:300]}" for name in _SHOWN_HEADERS if name in headers],
        "excerpt": str(said.get("text", ""))[:_MAX_EXCERPT],
        "console": said.get("console", []),
        "failed_parts": said.get("failed", []),
        "screenshot_b64": said.get("picture", ""),
    }
    return {name: value for name, value in found.items() if value}
