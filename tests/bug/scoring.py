"""What of a weak site's labels a scanner has found: the same class, one of its CWEs, at the same place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from app.engine.bug.types import Report
from tests.bug.weak import Weakness
from tests.bug.weak.model import EVERYWHERE


@dataclass(frozen=True)
class Seen:
    """One finding of a scanner. Without `cwe` its class alone counts; `paths` are where it was seen."""

    name: str
    classes: frozenset[str]
    paths: frozenset[str]
    cwe: frozenset[str] | None = None


@dataclass(frozen=True)
class Score:
    """Labels found, those found under another class or CWE (with what they are called), and those missed."""

    found: tuple[Weakness, ...]
    near: tuple[tuple[Weakness, tuple[str, ...]], ...]
    missed: tuple[Weakness, ...]

    @property
    def classes(self) -> frozenset[str]:
        return frozenset(each.cls for each in self.found)


def score(seen: Iterable[Seen], labels: Iterable[Weakness]) -> Score:
    everything = tuple(seen)
    found: list[Weakness] = []
    near: list[tuple[Weakness, tuple[str, ...]]] = []
    missed: list[Weakness] = []
    for label in labels:
        here = [each for each in everything if _is_there(each, label)]
        if any(_has_class(each, label) and _has_cwe(each, label) for each in here):
            found.append(label)
        elif alike := [each for each in here if _has_class(each, label) or _is_close(each, label)]:
            near.append((label, tuple(each.name for each in alike)))
        else:
            missed.append(label)
    return Score(tuple(found), tuple(near), tuple(missed))


def of_report(report: Report) -> Iterator[Seen]:
    """What a scan of the engine has found."""
    for each in report.findings:
        paths = frozenset(path_of(location.url) for location in each.locations)
        name = f"{each.check} {each.cls} {'/'.join(each.cwe)}"
        yield Seen(name, frozenset({each.cls}), paths, frozenset(each.cwe))


def of_document(document: Mapping[str, Any]) -> Iterator[Seen]:
    """What `flask bug scan --json` says that it has found."""
    for each in document["findings"]:
        paths = frozenset(path_of(location["url"]) for location in each["locations"])
        yield Seen(each["check"], frozenset({each["class"]}), paths, frozenset(each["cwe"]))


def false_findings(report: Report) -> list[str]:
    """On a site with nothing wrong: everything above info."""
    return [
        f"{each.severity} {each.check} {each.url} {each.parameter or ''} {each.locations[0].evidence[:120]!r}"
        for each in report.findings
        if each.severity != "info"
    ]


def path_of(url: str) -> str:
    return unquote(urlsplit(url).path)


def _has_class(seen: Seen, label: Weakness) -> bool:
    return not seen.classes.isdisjoint(label.classes)


def _has_cwe(seen: Seen, label: Weakness) -> bool:
    return seen.cwe is None or any(f"CWE-{number}" in seen.cwe for number in label.cwe)


def _is_close(seen: Seen, label: Weakness) -> bool:
    """Of the label's very page and of one of its CWEs: the same thing under another name, perhaps."""
    return bool(label.path) and len(seen.paths) == 1 and _has_cwe(seen, label)


def _is_there(seen: Seen, label: Weakness) -> bool:
    places = {label.path, *(part.path for part in label.parts)} - {"", EVERYWHERE, "missing"}
    return not label.path or not seen.paths.isdisjoint(places)
