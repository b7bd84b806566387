"""Cases of `flask bug libraries --jsonl` as they come, and what is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.engine.bug.libraries import Component, Repository, Vulnerability

_KEYS = ("url", "filename", "content", "path")
_SHOWN_AS = {"filecontentreplace": "filecontent"}


class CaseError(ValueError):
    """The case cannot be read; the message names the key."""


def answer_case(
    case: Mapping[str, Any], repository: Repository, read: Callable[[str], bytes]
) -> dict[str, Any]:
    """{"id", "components"} of a case with one or more of url, filename, content and path (of the content).

    Raises CaseError, and OSError of `read`.
    """
    given = {key: case[key] for key in _KEYS if case.get(key) is not None}
    if not given:
        raise CaseError(f"one of {', '.join(_KEYS)} is needed")
    for key, value in given.items():
        if not isinstance(value, str):
            raise CaseError(f"{key}: a string is needed")
    content = given.get("content", "")
    if "path" in given and "content" not in given:
        content = read(given["path"]).decode("utf-8", "replace")
    found = repository.find(url=given.get("url", ""), filename=given.get("filename", ""), content=content)
    return {"id": case.get("id"), "components": [document_of(each) for each in found]}


def document_of(component: Component) -> dict[str, Any]:
    return {
        "component": component.component,
        "version": component.version,
        "detection": _SHOWN_AS.get(component.detection, component.detection),
        "vulnerabilities": [_advisory(each) for each in component.vulnerabilities],
    }


def _advisory(vulnerability: Vulnerability) -> dict[str, Any]:
    """What is not known is left out, as in retire.js's own data."""
    values = {
        "severity": vulnerability.severity,
        "cwe": list(vulnerability.cwe),
        "CVE": list(vulnerability.cve),
        "githubID": vulnerability.github_id,
        "below": vulnerability.below,
        "atOrAbove": vulnerability.at_or_above,
        "summary": vulnerability.summary,
        "info": list(vulnerability.info),
    }
    return {name: value for name, value in values.items() if value}
