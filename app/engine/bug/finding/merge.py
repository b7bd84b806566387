"""From what checks have seen to findings: one a weakness, however many places it shows itself at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cvss import CVSS3, CVSS4, CVSSError

from app.engine.bug.definitions import Definition, UnknownRuleError, definition_of
from app.engine.bug.finding.fingerprint import fingerprint, place_of
from app.engine.bug.mask import mask_address, mask_evidence, mask_headers
from app.engine.bug.types import SEVERITIES, Finding, Hit, Location, Request, Response, Severity

MAX_LOCATIONS = 100
"""Of one finding. More are counted with the detail's `locations`, not kept."""
_MAX_EVIDENCE = 500
_MAX_EXCERPT = 2_000
_MAX_READ = 4_000
"""Characters that are looked at for secrets, of which the first are kept."""


def findings_of(hits: Iterable[Hit], site: str) -> tuple[Finding, ...]:
    """Findings, the gravest first. `site` is the host (and port) they are of, for the fingerprint."""
    found: dict[str, Finding] = {}
    for hit in hits:
        made = _finding(hit, site)
        known = found.get(made.fingerprint)
        found[made.fingerprint] = made if known is None else _merged(known, made)
    return tuple(sorted(found.values(), key=_rank))


def severity_of(vector: str) -> Severity | None:
    """The rating of a CVSS 3.x or 4.0 base vector; None when it cannot be read."""
    try:
        if vector.startswith("CVSS:4"):
            word = str(CVSS4(vector).severity)
        else:
            word = str(CVSS3(vector).severities()[0])
    except (CVSSError, ValueError, KeyError):
        return None
    word = word.lower()
    return "info" if word == "none" else next((each for each in SEVERITIES if each == word), None)


def _finding(hit: Hit, site: str) -> Finding:
    known = _definition(hit.rule)
    # A template is its own definition.
    scope = known.scope if known is not None else hit.detail.get("scope", "page")
    place = "" if scope == "site" else place_of(hit.url)
    method = hit.method.upper()
    mark = fingerprint(
        site, hit.rule, method=method, place=place, parameter=hit.parameter, component=hit.component
    )
    location = Location(
        mask_address(hit.url[:_MAX_READ])[:2000],
        mask_evidence(hit.evidence[:_MAX_READ])[:_MAX_EVIDENCE],
        _request_excerpt(hit.response.request) if hit.response is not None else "",
        _response_excerpt(hit.response) if hit.response is not None else "",
    )
    return Finding(
        check=hit.rule,
        cls=known.cls if known is not None else str(hit.detail.get("class") or hit.rule.partition(".")[0]),
        severity=_severity(hit, known),
        confidence=hit.confidence or (known.confidence if known is not None else "firm"),
        fingerprint=mark,
        place=place,
        method=method,
        url=mask_address(hit.url[:_MAX_READ])[:2000],
        parameter=hit.parameter,
        component=hit.component,
        cvss=hit.cvss or (known.cvss if known is not None else None),
        cwe=tuple(dict.fromkeys((*hit.cwe, *(known.cwe if known is not None else ())))),
        owasp=known.owasp if known is not None else hit.detail.get("owasp"),
        detail={name: _masked(value) for name, value in hit.detail.items()},
        references=tuple(dict.fromkeys((*hit.references, *(known.references if known is not None else ())))),
        locations=(location,),
    )


def _masked(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_masked(each) for each in value]
    return mask_address(value[:_MAX_READ]) if isinstance(value, str) else value


def _definition(rule: str) -> Definition | None:
    try:
        return definition_of(rule)
    except UnknownRuleError:
        return None


def _severity(hit: Hit, known: Definition | None) -> Severity:
    if hit.severity is not None:
        return hit.severity
    by_vector = severity_of(hit.cvss) if hit.cvss else None
    return by_vector or (known.severity if known is not None else "info")


def _merged(known: Finding, more: Finding) -> Finding:
    """One finding of two: the graver one's words, and every place once."""
    head, other = (known, more) if _rank(known) <= _rank(more) else (more, known)
    places = {location.url: location for location in (*more.locations, *known.locations)}
    ordered = {location.url: places[location.url] for location in (*known.locations, *more.locations)}
    values: dict[str, Any] = {name: getattr(head, name) for name in Finding.__slots__}
    values["locations"] = tuple(ordered.values())[:MAX_LOCATIONS]
    values["url"] = known.url
    values["cwe"] = tuple(dict.fromkeys((*head.cwe, *other.cwe)))
    values["references"] = tuple(dict.fromkeys((*head.references, *other.references)))
    values["detail"] = _merged_detail(head.detail, other.detail)
    return Finding(**values)


def _merged_detail(head: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    return {**other, **head}


def _rank(finding: Finding) -> tuple[int, str, str]:
    return -SEVERITIES.index(finding.severity), finding.check, finding.url


def _request_excerpt(request: Request) -> str:
    lines = [f"{request.method} {request.url}", *(f"{name}: {value}" for name, value in request.headers)]
    return mask_address(mask_headers("\n".join(lines)[:_MAX_READ]))[:_MAX_EXCERPT]


def _response_excerpt(response: Response) -> str:
    """Status and headers. The body's part that matters is the evidence, whose secrets are masked."""
    lines = [f"HTTP/{response.http_version or '1.1'} {response.status}"]
    lines += [f"{name}: {value}" for name, value in response.headers]
    return mask_address(mask_headers("\n".join(lines)[:_MAX_READ]))[:_MAX_EXCERPT]
