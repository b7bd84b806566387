"""retire.js's repository: how libraries give themselves away, and which versions have known weaknesses.

The format is of https://github.com/RetireJS/retire.js (repository/jsrepository-v5.json). Extractors
`func` and `ast` need a running page or a syntax tree; they are not used. Data that has not this shape is
refused whole; a single expression that Python cannot say is left out and named in `refused`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.engine.bug.libraries.javascript import Expression, PatternError, translate
from app.engine.bug.libraries.naming import plain
from app.engine.bug.libraries.versions import is_at_or_above

SEVERITIES = ("none", "low", "medium", "high", "critical")
NOT_LIBRARIES = frozenset({"dont check"})
"""Entries that tell retire.js's browser extension what to leave alone."""
MAX_BYTES = 20_000_000
_VERSION = ("§§version§§", r"[0-9][0-9.a-z_\-]+")
_REPLACE = re.compile(r"/(.*[^\\])/([^/]+)/")


class RepositoryError(ValueError):
    """The data is no repository of libraries; the message says where it is wrong."""


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """One advisory. It holds for versions from `at_or_above` (empty: from the first) to before `below`."""

    severity: str
    cwe: tuple[str, ...] = ()
    cve: tuple[str, ...] = ()
    github_id: str = ""
    below: str = ""
    at_or_above: str = ""
    excludes: tuple[str, ...] = ()
    summary: str = ""
    info: tuple[str, ...] = ()

    def holds_for(self, version: str) -> bool:
        if self.below and is_at_or_above(version, self.below):
            return False
        if self.at_or_above and not is_at_or_above(version, self.at_or_above):
            return False
        return version not in self.excludes


@dataclass(frozen=True, slots=True)
class Extractor:
    """One way to know a component. `replacement` makes the version of several groups, as `$1.$2`."""

    component: str
    expression: Expression
    replacement: str = ""


@dataclass(frozen=True, slots=True)
class Entries:
    """A repository taken apart: extractors by kind in the data's order, hashes of whole files, advisories.

    `names` are those under which packages and files go around, in `plain` form, with their components.
    """

    extractors: Mapping[str, tuple[Extractor, ...]]
    hashes: Mapping[str, tuple[str, str]]
    vulnerabilities: Mapping[str, tuple[Vulnerability, ...]]
    names: Mapping[str, str]
    refused: tuple[str, ...] = ()


KINDS = ("uri", "filename", "filecontent", "filecontentreplace")


def read_entries(data: bytes) -> Entries:
    """The repository of its JSON. Raises RepositoryError."""
    return _Reading(_document(data)).entries()


def _document(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise RepositoryError(f"more than {MAX_BYTES} bytes")
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise RepositoryError(f"no JSON: {error}") from None
    if not isinstance(document, dict) or not document:
        raise RepositoryError("an object with one entry a library is needed")
    return document


class _Reading:
    def __init__(self, document: dict[str, Any]) -> None:
        self.document = {name: entry for name, entry in document.items() if name not in NOT_LIBRARIES}
        self.refused: list[str] = []

    def entries(self) -> Entries:
        extractors: dict[str, list[Extractor]] = {kind: [] for kind in KINDS}
        hashes: dict[str, tuple[str, str]] = {}
        vulnerabilities = {}
        for name, entry in self.document.items():
            given = _of(entry, dict, name).get("extractors")
            ways = _of(given, dict, f"{name}.extractors")
            for kind in KINDS:
                extractors[kind] += self._extractors(name, kind, ways)
            for digest, version in _of(ways.get("hashes", {}), dict, f"{name}.hashes").items():
                hashes.setdefault(digest, (name, _of(version, str, f"{name}.hashes")))
            listed = _of(entry.get("vulnerabilities", []), list, f"{name}.vulnerabilities")
            vulnerabilities[name] = tuple(_vulnerability(each, f"{name}.vulnerabilities") for each in listed)
        if not any(extractors.values()) and not hashes:
            raise RepositoryError("no entry says how its library is known")
        return Entries(
            {kind: tuple(each) for kind, each in extractors.items()},
            hashes,
            vulnerabilities,
            self._names(),
            tuple(self.refused),
        )

    def _names(self) -> dict[str, str]:
        """A component's own name first; a name that two claim is the first one's."""
        found: dict[str, str] = {}
        for name in self.document:
            found.setdefault(plain(name), name)
        for name, entry in self.document.items():
            others = [entry.get("npmname", ""), *_of(entry.get("bowername", []), list, f"{name}.bowername")]
            for other in others:
                if _of(other, str, f"{name}.npmname"):
                    found.setdefault(plain(other), name)
        return found

    def _extractors(self, name: str, kind: str, ways: dict[str, Any]) -> Iterator[Extractor]:
        for given in _of(ways.get(kind, []), list, f"{name}.{kind}"):
            source = _of(given, str, f"{name}.{kind}").replace(*_VERSION)
            replacement = ""
            if kind == "filecontentreplace":
                parts = _REPLACE.fullmatch(source)
                if parts is None:
                    raise RepositoryError(f"{name}.{kind}: not /expression/replacement/")
                source, replacement = parts.groups()
            if kind == "filename":
                source = f"^{source}$"
            try:
                yield Extractor(name, translate(source), replacement)
            except PatternError as error:
                self.refused.append(f"{name}.{kind}: {error}: {given}")


def _of(value: Any, kind: type[Any], where: str) -> Any:
    if not isinstance(value, kind):
        raise RepositoryError(f"{where}: {kind.__name__} is needed")
    return value


def _vulnerability(given: Any, where: str) -> Vulnerability:
    _of(given, dict, where)
    identifiers = _of(given.get("identifiers", {}), dict, f"{where}.identifiers")
    severity = given.get("severity", "medium")
    if severity not in SEVERITIES:
        raise RepositoryError(f"{where}.severity: not one of {', '.join(SEVERITIES)}")
    texts = {name: _of(given.get(name, ""), str, f"{where}.{name}") for name in ("below", "atOrAbove")}
    return Vulnerability(
        severity=severity,
        cwe=_texts(given.get("cwe", []), f"{where}.cwe"),
        cve=_texts(identifiers.get("CVE", []), f"{where}.CVE"),
        github_id=_of(identifiers.get("githubID", ""), str, f"{where}.githubID"),
        below=texts["below"],
        at_or_above=texts["atOrAbove"],
        excludes=_texts(given.get("excludes", []), f"{where}.excludes"),
        summary=_of(identifiers.get("summary", ""), str, f"{where}.summary"),
        info=_texts(given.get("info", []), f"{where}.info"),
    )


def _texts(value: Any, where: str) -> tuple[str, ...]:
    return tuple(_of(each, str, where) for each in _of(value, list, where))
