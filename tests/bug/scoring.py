"""What of a weak site's labels a scan has found: the same class, one of the same CWEs, at the same place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from app.engine.bug.types import Finding, Report
from tests.bug.weak import Weakness
from tests.bug.weak.model import EVERYWHERE


@dataclass(frozen=True)
class Score:
    """Labels found, those found under another class or CWE (with what they are called), and those missed."""

    found: tuple[Weakness, ...]
    near: tuple[tuple[Weakness, tuple[str, ...]], ...]
    missed: tuple[Weakness, ...]

    @property
    def classes(self) -> frozenset[str]:
        return frozenset(each.cls for each in self.found)


def score(report: Report, labels: Iterable[Weakness]) -> Score:
    found: list[Weakness] = []
    near: list[tuple[Weakness, tuple[str, ...]]] = []
    missed: list[Weakness] = []
    for label in labels:
        here = [each for each in report.findings if _is_there(each, label)]
        if any(_has_class(each, label) and _has_cwe(each, label) for each in here):
            found.append(label)
        elif alike := [each for each in here if _has_class(each, label) or _is_close(each, label)]:
            near.append((label, tuple(f"{each.check} {each.cls} {'/'.join(each.cwe)}" for each in alike)))
        else:
            missed.append(label)
    return Score(tuple(found), tuple(near), tuple(missed))


def false_findings(report: Report) -> list[str]:
    """On a site with nothing wrong: everything above info."""
    return [
        f"{each.severity} {each.check} {each.url} {each.parameter or ''} {each.locations[0].evidence[:120]!r}"
        for each in report.findings
        if each.severity != "info"
    ]


def _has_class(finding: Finding, label: Weakness) -> bool:
    return finding.cls in label.classes


def _has_cwe(finding: Finding, label: Weakness) -> bool:
    return any(f"CWE-{number}" in finding.cwe for number in label.cwe)


def _is_close(finding: Finding, label: Weakness) -> bool:
    """Of the label's very page and of one of its CWEs: the same thing under another name, perhaps."""
    return bool(label.path) and _has_cwe(finding, label)


def _is_there(finding: Finding, label: Weakness) -> bool:
    places = {label.path, *(part.path for part in label.parts)} - {"", EVERYWHERE, "missing"}
    if not label.path:
        return True
    paths = {unquote(urlsplit(each.url).path) for each in finding.locations}
    return bool(paths & places)
