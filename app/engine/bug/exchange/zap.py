"""ZAP's traditional JSON report, with or without requests and responses.

https://www.zaproxy.org/docs/desktop/addons/report-generation/report-traditional-json/
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from app.engine.bug.exchange.classes import class_of
from app.engine.bug.exchange.equals import MISSING, Ours, as_ours, cookie_rule, header_rule, script_rule
from app.engine.bug.exchange.imported import (
    Imported,
    ReportError,
    add,
    cwes,
    evidence,
    links,
    loaded,
    member,
    message,
    text,
)
from app.engine.bug.types import Confidence, Severity

_RISKS: dict[str, Severity] = {"0": "info", "1": "low", "2": "medium", "3": "high"}
# 0 is what somebody has marked as a false positive.
_CONFIDENCES: dict[str, Confidence] = {"1": "tentative", "2": "firm", "3": "firm", "4": "certain"}
_TAG = re.compile(r"<[^<>]{0,300}>")
_BREAK = re.compile(r"</p>|<br ?/?>", re.I)


def parse(data: bytes) -> list[Imported]:
    """Raises ReportError, naming the member."""
    report = loaded(data)
    if not isinstance(report, dict) or "site" not in report:
        raise ReportError("site: is missing; this is no JSON report of ZAP")
    sites = report["site"] if isinstance(report["site"], list) else [report["site"]]
    items: list[Imported] = []
    for where, alert in _alerts(sites):
        for item in _items(where, alert):
            add(items, item)
    return items


def _alerts(sites: list[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, site in enumerate(sites):
        where = f"site[{number}]"
        for place, alert in enumerate(member(site, "alerts", list, where)):
            if not isinstance(alert, dict):
                raise ReportError(f"{where}.alerts[{place}]: an object is needed")
            yield f"{where}.alerts[{place}]", alert


def _items(where: str, alert: dict[str, Any]) -> Iterator[Imported]:
    confidence = str(alert.get("confidence", "2"))
    risk = str(alert.get("riskcode", ""))
    if risk not in _RISKS:
        raise ReportError(f"{where}.riskcode: 0, 1, 2 or 3 is needed")
    plugin = str(alert.get("pluginid", ""))
    if not re.fullmatch(r"-?\d{1,10}", plugin):
        raise ReportError(f"{where}.pluginid: a number is needed")
    if confidence == "0":
        return
    instances = member(alert, "instances", list, where)
    for number, instance in enumerate(instances):
        url = text(instance.get("uri")) if isinstance(instance, dict) else ""
        if not re.match(r"https?://[^\s/]", url):
            raise ReportError(f"{where}.instances[{number}].uri: an address is needed")
        yield _made(alert, instance, plugin, url)


def _made(alert: dict[str, Any], instance: dict[str, Any], plugin: str, url: str) -> Imported:
    cwe = cwes(alert.get("cweid"))
    cls, owasp = class_of(cwe)
    parameter = text(instance.get("param"), 200)
    item = Imported(
        source="zap",
        rule=f"zap.{_reference(alert, plugin)}",
        title=text(alert.get("alert") or alert.get("name"), 250) or f"ZAP {plugin}",
        url=url,
        severity=_RISKS[str(alert["riskcode"])],
        confidence=_CONFIDENCES.get(str(alert.get("confidence", "2")), "firm"),
        cls=cls,
        cwe=cwe,
        owasp=owasp,
        method=text(instance.get("method"), 10).upper() or "GET",
        parameter=parameter or None,
        evidence=evidence(instance.get("evidence"), instance.get("attack"), instance.get("otherinfo")),
        request=_message(instance, "request"),
        response=_message(instance, "response"),
        why=_plain(alert.get("desc")),
        remedy=_plain(alert.get("solution")),
        references=links(_BREAK.sub("\n", text(alert.get("reference"), 5_000))),
        of_site=plugin in _OF_SITE,
    )
    return as_ours(item, _equal(plugin, alert, instance, parameter))


def _message(instance: dict[str, Any], kind: str) -> str:
    return message("\n".join(text(instance.get(f"{kind}-{part}"), 4_000) for part in ("header", "body")))


def _plain(value: Any) -> str:
    """Paragraphs of markup as lines of text."""
    lines = html.unescape(_TAG.sub("", _BREAK.sub("\n", text(value, 5_000)))).splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())[:2_000]


def _equal(plugin: str, alert: dict[str, Any], instance: dict[str, Any], parameter: str) -> Ours | None:
    reference = _reference(alert, plugin)
    if reference in _SAME:
        return _SAME[reference]
    if plugin in _COOKIES:
        return cookie_rule(_COOKIES[plugin], parameter) if reference in (plugin, f"{plugin}-1") else None
    if plugin == "90003":
        return script_rule(text(instance.get("evidence")))
    # Site isolation: something is only missing where there is nothing to show.
    if plugin == "90004" and not text(instance.get("evidence")):
        return MISSING.get(parameter.lower())
    return None


def _reference(alert: dict[str, Any], plugin: str) -> str:
    """A rule of ZAP may raise several alerts (10055-4, 10055-5, …); older reports do not say which."""
    reference = str(alert.get("alertRef"))
    return reference if re.fullmatch(rf"{plugin}-\d{{1,3}}", reference) else plugin


# Headers and cookies: the same on every page.
_OF_SITE = frozenset(
    """
    10010 10011 10015 10016 10020 10021 10035 10036 10037 10038 10054 10055 10061 10063 90004 90033
    """.split()  # noqa: SIM905 - a list of numbers reads better in lines.
)
_COOKIES = {"10010": "without-httponly", "10011": "without-secure", "10054": "without-samesite"}
_SAME = {
    "10038": MISSING["content-security-policy"],
    "10038-1": MISSING["content-security-policy"],
    "10021": MISSING["x-content-type-options"],
    "10035": MISSING["strict-transport-security"],
    "10035-1": MISSING["strict-transport-security"],
    "10063": MISSING["permissions-policy"],
    "10063-1": MISSING["permissions-policy"],
    "10020": header_rule("missing-x-frame-options", "X-Frame-Options"),
    "10020-1": header_rule("missing-x-frame-options", "X-Frame-Options"),
    "10055-5": Ours(
        "headers.csp-unsafe-inline",
        "Content-Security-Policy",
        {"directive": "script-src", "sources": "'unsafe-inline'"},
    ),
    "10055-10": Ours("headers.csp-unsafe-eval", "Content-Security-Policy"),
    "10055-6": Ours(
        "headers.csp-unsafe-style",
        "Content-Security-Policy",
        {"directive": "style-src", "sources": "'unsafe-inline'"},
    ),
}
