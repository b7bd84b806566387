"""nuclei's results, as `-jsonl` (one a line) or `-json-export` (a list) writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson

from app.engine.bug.exchange.classes import class_of
from app.engine.bug.exchange.equals import MISSING, Ours, as_ours
from app.engine.bug.exchange.imported import (
    MAX_BYTES,
    Imported,
    ReportError,
    add,
    cwes,
    evidence,
    links,
    loaded,
    member,
    message,
    slug,
    text,
)
from app.engine.bug.mask import mask_secret
from app.engine.bug.types import SEVERITIES

_CVSS = re.compile(r"CVSS:[34]\.\d/[A-Z:/]{10,200}")
_RUN = re.compile(r"[\w+/=-]{20,300}")
_ADDRESS = re.compile(r"[\w.-]{1,253}(?::(\d{1,5}))?(/[^\s]{0,2000})?")


def parse(data: bytes) -> list[Imported]:
    """Raises ReportError, naming the line."""
    items: list[Imported] = []
    for where, entry in _entries(data):
        item = _item(where, entry)
        if item is not None:
            add(items, item)
    return items


def _entries(data: bytes) -> Iterator[tuple[str, Any]]:
    if data[:100].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"[":
        for number, entry in enumerate(loaded(data)):
            yield f"[{number}]", entry
        return
    if len(data) > MAX_BYTES:
        raise ReportError(f"The file is larger than {MAX_BYTES // 1_000_000} MB.")
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        if not line.strip():
            continue
        try:
            yield f"line {number}", orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise ReportError(f"line {number}: no JSON: {error}") from None


def _item(where: str, entry: Any) -> Imported | None:
    if not isinstance(entry, dict):
        raise ReportError(f"{where}: an object is needed")
    if entry.get("matcher-status") is False:
        return None
    template = text(entry.get("template-id") or entry.get("templateID"), 100)
    if not template:
        raise ReportError(f"{where}.template-id: a string is needed")
    info = member(entry, "info", dict, where)
    url = _url(entry)
    if not url:
        raise ReportError(f"{where}.matched-at: an address is needed")
    return _made(template, info, entry, url)


def _made(template: str, info: dict[str, Any], entry: dict[str, Any], url: str) -> Imported:
    severity = text(info.get("severity"), 20).lower()
    classes = info.get("classification")
    classes = classes if isinstance(classes, dict) else {}
    cwe = cwes(classes.get("cwe-id"))
    cls, owasp = class_of(cwe)
    matcher = text(entry.get("matcher-name"), 100)
    vector = text(classes.get("cvss-metrics"), 200)
    item = Imported(
        source="nuclei",
        rule=f"nuclei.{slug(template)}",
        title=_title(text(info.get("name"), 250) or template, matcher),
        url=url,
        severity=next((each for each in SEVERITIES if each == severity), "info"),
        cls=cls,
        cwe=cwe,
        owasp=owasp,
        cvss=vector if _CVSS.fullmatch(vector) else None,
        method=_method(entry),
        parameter=text(entry.get("fuzzing_parameter"), 100) or matcher or None,
        evidence=evidence(matcher, _extracted(entry)),
        request=message(entry.get("request")),
        response=message(entry.get("response")),
        why=text(info.get("description")) or text(info.get("impact")),
        remedy=text(info.get("remediation")),
        references=links(info.get("reference")),
    )
    return as_ours(item, _equal(template, matcher))


def _equal(template: str, matcher: str) -> Ours | None:
    return MISSING.get(matcher.lower()) if template == "http-missing-security-headers" else None


def _title(name: str, matcher: str) -> str:
    return f"{name} ({matcher})" if matcher else name


def _url(entry: dict[str, Any]) -> str:
    """Where it matched; what is no web address (a host, host and port) becomes one."""
    for name in ("matched-at", "matched", "url", "host"):
        value = text(entry.get(name))
        if re.match(r"https?://[^\s/]", value):
            return value
        found = _ADDRESS.fullmatch(value)
        if found is not None:
            return f"{'http' if found[1] == '80' else 'https'}://{value.removesuffix(':80').removesuffix(':443')}"
    return ""


def _method(entry: dict[str, Any]) -> str:
    found = re.match(r"([A-Z]{3,10}) ", text(entry.get("request"), 20))
    return found[1] if found is not None else "GET"


def _extracted(entry: dict[str, Any]) -> str:
    """What was extracted may be the very secret that was found."""
    values = entry.get("extracted-results")
    shown = [text(each, 300) for each in values[:5]] if isinstance(values, list) else []
    return ", ".join(_RUN.sub(_hidden, each) for each in shown)


def _hidden(found: re.Match[str]) -> str:
    """Long runs of letters and digits are tokens, and words or paths are not."""
    run = found[0]
    is_token = any(each.isdigit() for each in run) and any(each.isalpha() for each in run)
    return mask_secret(run) if is_token else run
