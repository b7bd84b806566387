"""JavaScript libraries with published weaknesses, whether the site's own or of a content delivery network."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from app.engine.bug.gathered import Gathered
from app.engine.bug.libraries import Repository, RepositoryError, Vulnerability
from app.engine.bug.libraries.usage import Use, uses_of
from app.engine.bug.libraries.versions import is_at_or_above
from app.engine.bug.registry import site_check
from app.engine.bug.types import SEVERITIES, Hit, Severity, Skip

UNMAINTAINED = ("CWE-1104",)
"""What an entry names that says no more than that a version is no longer maintained."""
# The advisories' data has words, no vectors: these are of the words' usual weaknesses, such as a cross-site
# scripting for "medium" and code of an attacker for "critical".
VECTORS: dict[Severity, str] = {
    "low": "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N",
    "medium": "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N",
    "high": "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H",
    "critical": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
}
_WAYS = {
    "uri": "address",
    "filename": "file name",
    "filecontent": "content",
    "filecontentreplace": "content",
    "hash": "hash",
    "name": "package's name",
    "banner": "banner",
}
_NEXT_MAJOR = re.compile(r"(\d{1,4})(?:\.9{3,6}){1,2}")
"""Such as 2.999.999: how the data writes "any version before 3"."""
_GUESSES = ("name", "banner")
_MOST_NAMED = 12
_MAIN = ("CWE-1395", "CWE-1104")


@site_check("libraries")
def libraries(gathered: Gathered) -> Iterator[Hit]:
    data = gathered.plan.library_data
    if not data:
        _skip(gathered, "no_library_data")
        return
    try:
        repository = _repository(data)
    except RepositoryError as error:
        _skip(gathered, "bad_library_data", str(error))
        return
    by_name: dict[str, list[Use]] = {}
    for use in uses_of(gathered, repository):
        gathered.technologies.setdefault(use.component.component, use.component.version)
        by_name.setdefault(use.component.component, []).append(use)
    for uses in by_name.values():
        yield from _hits(uses)


@lru_cache(maxsize=2)
def _repository(data: bytes) -> Repository:
    return Repository.parse(data)


def _skip(gathered: Gathered, reason: str, what: str = "") -> None:
    gathered.shared.setdefault("skips", []).append(Skip("libraries", reason, {"what": what} if what else {}))


def _hits(uses: list[Use]) -> Iterator[Hit]:
    """One finding a library: the versions in which it is used, the worst advisory, every place."""
    bad = [use for use in uses if any(map(_is_weakness, use.component.vulnerabilities))]
    if bad:
        yield from _told("libraries.vulnerable", bad, filter(_is_weakness, _advisories(bad)))
        return
    old = [use for use in uses if use.component.vulnerabilities]
    if old:
        yield from _told("libraries.end-of-life", old, _advisories(old))


def _is_weakness(vulnerability: Vulnerability) -> bool:
    return vulnerability.cwe != UNMAINTAINED


def _advisories(uses: list[Use]) -> list[Vulnerability]:
    return list(dict.fromkeys(each for use in uses for each in use.component.vulnerabilities))


def _told(rule: str, uses: list[Use], holding: Iterable[Vulnerability]) -> Iterator[Hit]:
    advisories = sorted(holding, key=lambda each: -_rank(each))
    severity = _severity(advisories[0])
    cwe = tuple(cwe for each in advisories for cwe in each.cwe)
    names = list(dict.fromkeys(_name_of(each) for each in advisories))
    detail = {
        "library": uses[0].component.component,
        "version": ", ".join(dict.fromkeys(use.component.version for use in uses)),
        "advisories": [*names[:_MOST_NAMED], *(["…"] if len(names) > _MOST_NAMED else [])],
        "cve": list(dict.fromkeys(cve for each in advisories for cve in each.cve)),
        "fixed_in": _fixed_in(advisories),
    }
    for use in uses:
        for place in use.places:
            yield Hit(
                rule,
                place,
                evidence=f"{use.component.component} {use.component.version} by its "
                f"{_WAYS[use.component.detection]}: {use.source}"[:300],
                component=use.component.component,
                detail=detail,
                severity=severity,
                confidence="tentative" if use.component.detection in _GUESSES else None,
                cvss=VECTORS.get(severity),
                cwe=(*_MAIN, *cwe) if set(cwe) != set(UNMAINTAINED) else (),
                references=_references(advisories),
            )


def _rank(vulnerability: Vulnerability) -> int:
    return SEVERITIES.index(_severity(vulnerability))


def _severity(vulnerability: Vulnerability) -> Severity:
    return next((each for each in SEVERITIES if each == vulnerability.severity), "info")


def _name_of(vulnerability: Vulnerability) -> str:
    return (vulnerability.cve or (vulnerability.github_id or vulnerability.summary[:80] or "?",))[0]


def _fixed_in(advisories: list[Vulnerability]) -> str:
    """The first version in which none of the advisories holds."""
    highest = ""
    for advisory in advisories:
        if advisory.below and (not highest or is_at_or_above(advisory.below, highest)):
            highest = advisory.below
    whole = _NEXT_MAJOR.fullmatch(highest)
    return f"{int(whole[1]) + 1}.0.0" if whole else highest or "?"


def _references(advisories: list[Vulnerability]) -> tuple[str, ...]:
    addresses = (address for each in advisories for address in each.info if address.startswith("https://"))
    return tuple(dict.fromkeys(addresses))[:_MOST_NAMED]
