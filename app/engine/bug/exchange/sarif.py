"""SARIF 2.1.0: findings for code hosts and other tools that take them.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from cvss import CVSS3, CVSS4, CVSSError

from app.engine.bug.definitions import Text, UnknownRuleError, definition_of
from app.engine.bug.exchange.rows import Row
from app.engine.bug.types import SEVERITIES, Location

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
TOOL = "CloudEye"
MAX_LOCATIONS = 50
_LEVELS = {"info": "note", "low": "note", "medium": "warning", "high": "error", "critical": "error"}
_SCORES = {"info": 0.0, "low": 3.0, "medium": 5.5, "high": 8.0, "critical": 9.5}
_PRECISION = {"tentative": "low", "firm": "high", "certain": "very-high"}
_URL_SAFE = "%/:?#[]@!$&'()*+,;=-._~"
_FALSE_POSITIVE = {"en": "False positive", "zh": "误报"}
_ACCEPTED = {"en": "Accepted", "zh": "已接受"}


def sarif_of(rows: Iterable[Row], *, tool_version: str, locale: str) -> dict[str, Any]:
    """One run with its rules, the CWEs they belong to, and a result a finding.

    Accepted and false findings are suppressed results; fixed ones have passed.
    """
    rows = list(rows)
    by_rule: dict[str, list[Row]] = {}
    for row in rows:
        by_rule.setdefault(row.rule, []).append(row)
    cwes = sorted({cwe for row in rows for cwe in row.cwe}, key=lambda each: int(each[4:]))
    places = {rule: number for number, rule in enumerate(by_rule)}
    driver = {
        "name": TOOL,
        "version": tool_version,
        "language": "zh-CN" if locale.startswith("zh") else "en-US",
        "rules": [_rule(same, cwes, locale) for same in by_rule.values()],
    }
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(row, places[row.rule], locale) for row in rows],
    }
    if cwes:
        driver["supportedTaxonomies"] = [{"name": "CWE", "index": 0}]
        run["taxonomies"] = [_taxonomy(cwes)]
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rows: Sequence[Row], cwes: Sequence[str], locale: str) -> dict[str, Any]:
    """What is said of a rule holds for all its findings: values of a single one are left out of the texts."""
    first = rows[0]
    texts = _texts(first, locale)
    severity = max((row.severity for row in rows), key=SEVERITIES.index)
    own = list(dict.fromkeys(cwe for row in rows for cwe in row.cwe))
    rule: dict[str, Any] = {
        "id": first.rule,
        "name": "".join(word.capitalize() for word in first.cls.split("_")),
        "shortDescription": {"text": texts["title"]},
        "fullDescription": {"text": texts["why"] or texts["title"]},
        "help": {
            "text": _help(texts, first.references, "{text}\n\n{remedy}\n\n{links}"),
            "markdown": _help(texts, first.references, "{text}\n\n**{remedy}**\n\n{links}"),
        },
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "properties": {
            "tags": ["security", *(f"external/cwe/{cwe.lower()}" for cwe in own), *_owasp(first)],
            "precision": _PRECISION.get(first.confidence, "medium"),
            "security-severity": f"{max(_score(row) for row in rows):.1f}",
        },
    }
    if first.references:
        rule["helpUri"] = _uri(first.references[0])
    if own:
        rule["relationships"] = [_relationship(cwe, cwes) for cwe in own]
    return rule


def _result(row: Row, index: int, locale: str) -> dict[str, Any]:
    is_fixed = row.state == "fixed"
    result: dict[str, Any] = {
        "ruleId": row.rule,
        "ruleIndex": index,
        "kind": "pass" if is_fixed else "fail",
        "level": "none" if is_fixed else _LEVELS[row.severity],
        "message": {"text": _message(row, locale)},
        "locations": [_location(row, each) for each in row.locations[:MAX_LOCATIONS]]
        or [_location(row, Location(row.url))],
        "partialFingerprints": {"cloudEye/v1": row.fingerprint},
        "rank": round(10 * _score(row), 1),
        "webRequest": {"method": row.method, "target": row.url},
        "properties": {
            "site": row.site,
            "class": row.cls,
            "state": row.state,
            "severity": row.severity,
            "confidence": row.confidence,
            "source": row.source,
        },
    }
    suppression = _suppression(row, locale)
    if suppression is not None:
        result["suppressions"] = [suppression]
    return result


def _location(row: Row, place: Location) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": 1}
    if place.evidence:
        region["snippet"] = {"text": place.evidence}
    found: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": _uri(place.url)}, "region": region}
    }
    named = [("parameter", row.parameter), ("module", row.component)]
    logical = [{"name": name, "kind": kind} for kind, name in named if name]
    if logical:
        found["logicalLocations"] = logical
    return found


def _suppression(row: Row, locale: str) -> dict[str, Any] | None:
    """Who has decided that nothing is to be done, and why."""
    if row.state not in ("accepted", "false_positive"):
        return None
    words = _ACCEPTED if row.state == "accepted" else _FALSE_POSITIVE
    said = words.get(locale[:2]) or words["en"]
    if row.accepted_by:
        said += f" ({row.accepted_by}{f', → {row.accepted_until}' if row.accepted_until else ''})"
    if row.reason:
        said += f": {row.reason}"
    return {"kind": "external", "status": "accepted", "justification": said}


def _taxonomy(cwes: Sequence[str]) -> dict[str, Any]:
    return {
        "name": "CWE",
        "organization": "MITRE",
        "shortDescription": {"text": "Common Weakness Enumeration"},
        "informationUri": "https://cwe.mitre.org/",
        "isComprehensive": False,
        "taxa": [
            {"id": cwe, "helpUri": f"https://cwe.mitre.org/data/definitions/{cwe[4:]}.html"} for cwe in cwes
        ],
    }


def _relationship(cwe: str, cwes: Sequence[str]) -> dict[str, Any]:
    target = {"id": cwe, "index": cwes.index(cwe), "toolComponent": {"name": "CWE", "index": 0}}
    return {"target": target, "kinds": ["superset"]}


def _owasp(row: Row) -> list[str]:
    return [f"owasp/{row.owasp}"] if row.owasp else []


def _score(row: Row) -> float:
    """The base score of the vector, or what its severity usually means."""
    try:
        if row.cvss and row.cvss.startswith("CVSS:4"):
            return float(CVSS4(row.cvss).base_score)
        if row.cvss:
            return float(CVSS3(row.cvss).scores()[0])
    except (CVSSError, ValueError, KeyError):
        pass
    return _SCORES[row.severity]


def _message(row: Row, locale: str) -> str:
    title = row.texts(locale)["title"] or row.rule
    shown = row.locations[0].evidence if row.locations else ""
    return f"{title}: {shown}" if shown else title


class _Blanks(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def _texts(row: Row, locale: str) -> dict[str, str]:
    try:
        known = definition_of(row.rule)
    except UnknownRuleError:
        texts = row.texts(locale)
        return {**texts, "title": texts["title"] or row.rule}
    parts = {"title": known.title, "why": known.why, "remedy": known.remedy}
    return {name: _in(text, locale).format_map(_Blanks()) for name, text in parts.items()}


def _in(text: Text, locale: str) -> str:
    return text.get(locale[:2]) or text["en"]


def _help(texts: dict[str, str], references: Sequence[str], pattern: str) -> str:
    """Why and remedy, then where to read on; parts that are empty are left out."""
    values = {
        "text": texts["why"] or texts["title"],
        "remedy": texts["remedy"],
        "links": "\n".join(references[:10]),
    }
    parts = (part for part, name in zip(pattern.split("\n\n"), values, strict=True) if values[name])
    return "\n\n".join(part.format(**values) for part in parts)


def _uri(url: str) -> str:
    return quote(url, safe=_URL_SAFE)
