"""What a template has found, as a hit with the template's own texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.engine.bug.mask import mask_headers, mask_words
from app.engine.bug.templates.judge import Outcome
from app.engine.bug.templates.texts import clean
from app.engine.bug.templates.types import Info, Template
from app.engine.bug.types import Hit, Response

_MAX_EVIDENCE = 300
_CLASSES: tuple[tuple[str, str], ...] = (
    ("default-login", "default_credentials"),
    ("rce", "remote_code_execution"),
    ("sqli", "sql_injection"),
    ("ssti", "template_injection"),
    ("xxe", "xml_external_entity"),
    ("ssrf", "server_side_request_forgery"),
    ("lfi", "path_traversal"),
    ("traversal", "path_traversal"),
    ("xss", "cross_site_scripting"),
    ("crlf", "crlf_injection"),
    ("redirect", "open_redirect"),
    ("takeover", "subdomain_takeover"),
    ("cors", "cors_misconfiguration"),
    ("auth-bypass", "authentication_bypass"),
    ("fileupload", "unrestricted_upload"),
    ("listing", "directory_listing"),
    ("backup", "backup_exposed"),
    ("token", "secret_exposed"),
    ("tokens", "secret_exposed"),
    ("git", "version_control_exposed"),
    ("svn", "version_control_exposed"),
    ("panel", "panel_exposed"),
    ("exposure", "information_exposure"),
    ("exposures", "information_exposure"),
    ("disclosure", "information_exposure"),
    ("misconfig", "misconfiguration"),
    ("misconfiguration", "misconfiguration"),
    ("cve", "known_vulnerability"),
    ("tech", "technology_detected"),
)
"""The weakness by the template's tags, the most telling first."""


@dataclass(frozen=True, slots=True)
class Event:
    """One answer that a template found worth telling."""

    response: Response
    outcome: Outcome


def hits_of(template: Template, event: Event) -> Iterator[Hit]:
    """One hit a named matcher, or one in all."""
    for name in dict.fromkeys(event.outcome.names) or ("",):
        yield Hit(
            rule=template.rule,
            url=event.response.url,
            evidence=_evidence(event),
            method=event.response.request.method,
            parameter=clean(name, 100) or None,
            detail=_detail(template, name, event.outcome),
            response=event.response,
            severity=template.info.severity,
            cvss=template.info.cvss,
            cwe=template.info.cwe,
            confidence="firm",
            references=template.info.references,
        )


def class_of(info: Info) -> str:
    return next((name for tag, name in _CLASSES if tag in info.tags), "template_match")


def _detail(template: Template, name: str, outcome: Outcome) -> Mapping[str, Any]:
    info = template.info
    extracted = [each for values in outcome.extracted.values() for each in values]
    return {
        "title": f"{info.name} ({clean(name, 100)})" if name else info.name,
        "why": info.description or info.name,
        "remedy": info.remediation,
        "class": class_of(info),
        "template": template.id,
        "tags": sorted(info.tags)[:20],
        "extracted": [mask_words(clean(each)) for each in extracted[:20]],
    }


def _evidence(event: Event) -> str:
    parts = [text for text in dict.fromkeys(event.outcome.seen) if text]
    for name, values in event.outcome.extracted.items():
        shown = ", ".join(mask_words(clean(value, 100)) for value in values[:5])
        parts.append(f"{clean(name, 50)}: {shown}" if name else shown)
    text = "; ".join(parts) or f"status {event.response.status}"
    return clean(mask_headers(text), _MAX_EVIDENCE)
