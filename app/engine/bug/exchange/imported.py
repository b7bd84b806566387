"""What another tool has reported, in the shape of a finding of ours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import orjson

from app.engine.bug.definitions import Definition, UnknownRuleError, definition_of
from app.engine.bug.finding.fingerprint import fingerprint, place_of
from app.engine.bug.mask import mask_address, mask_text
from app.engine.bug.types import Confidence, Finding, Location, Severity, host_and_port

Source = Literal["nuclei", "zap", "wapiti"]
MAX_BYTES = 50_000_000
MAX_ITEMS = 20_000
MAX_LOCATIONS = 100
_MAX_TEXT = 2_000
_MAX_EVIDENCE = 300
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_CWE = re.compile(r"(?i)\s*(?:cwe-)?(\d{1,5})\s*")


class ReportError(ValueError):
    """The file cannot be used; the message names the line or the member."""


@dataclass(frozen=True, slots=True)
class Imported:
    """One place of one weakness. `rule` is ours (`headers.missing-csp`) where the two are certainly the same,
    else the tool's (`zap.40012`); texts, severity and classes of ours win then. `values` fill the braces of
    our texts. `of_site`: it is about the site, however many pages show it.
    """

    source: Source
    rule: str
    title: str
    url: str
    severity: Severity = "info"
    confidence: Confidence = "firm"
    cls: str = "other"
    cwe: tuple[str, ...] = ()
    owasp: str | None = None
    cvss: str | None = None
    method: str = "GET"
    parameter: str | None = None
    evidence: str = ""
    request: str = ""
    response: str = ""
    why: str = ""
    remedy: str = ""
    references: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    of_site: bool = False

    @property
    def site(self) -> str:
        """Host (and port) that it is of; empty when the address cannot be read."""
        return host_and_port(self.url)

    @property
    def definition(self) -> Definition | None:
        try:
            return definition_of(self.rule)
        except UnknownRuleError:
            return None

    @property
    def place(self) -> str:
        known = self.definition
        is_of_site = self.of_site if known is None else known.scope == "site"
        return "" if is_of_site else place_of(self.url)

    @property
    def fingerprint(self) -> str:
        return fingerprint(
            self.site, self.rule, method=self.method, place=self.place, parameter=self.parameter
        )


def findings_of(items: Iterable[Imported]) -> tuple[Finding, ...]:
    """One finding a fingerprint, with up to `MAX_LOCATIONS` places."""
    found: dict[str, Finding] = {}
    for item in items:
        mark = item.fingerprint
        known = found.get(mark)
        if known is None:
            found[mark] = _finding(item, mark)
        elif len(known.locations) < MAX_LOCATIONS and not _has(known, item):
            found[mark] = replace(known, locations=(*known.locations, _location(item)))
    return tuple(found.values())


def _finding(item: Imported, mark: str) -> Finding:
    known = item.definition
    detail = {"imported": item.source, "title": item.title, "why": item.why, "remedy": item.remedy}
    return Finding(
        check=item.rule,
        cls=known.cls if known is not None else item.cls,
        severity=known.severity if known is not None else item.severity,
        confidence=item.confidence,
        fingerprint=mark,
        place=item.place,
        method=item.method,
        url=mask_address(item.url),
        parameter=item.parameter,
        component=None,
        cvss=known.cvss if known is not None else item.cvss,
        cwe=tuple(dict.fromkeys((*(known.cwe if known is not None else ()), *item.cwe))),
        owasp=known.owasp if known is not None else item.owasp,
        detail={**detail, **item.values},
        references=tuple(dict.fromkeys((*(known.references if known is not None else ()), *item.references))),
        locations=(_location(item),),
    )


def _location(item: Imported) -> Location:
    told = (item.url, item.evidence, item.request, item.response)
    return Location(*(mask_address(each) for each in told))


def _has(known: Finding, item: Imported) -> bool:
    return mask_address(item.url) in {each.url for each in known.locations}


def loaded(data: bytes) -> Any:
    """JSON. Raises ReportError when it is too large or none."""
    if len(data) > MAX_BYTES:
        raise ReportError(f"The file is larger than {MAX_BYTES // 1_000_000} MB.")
    try:
        return orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise ReportError(f"The file is no JSON: {error}") from None


def member(value: Any, name: str, kind: type, where: str) -> Any:
    """A member that must be there, of that type. Raises ReportError."""
    found = value.get(name) if isinstance(value, dict) else None
    if not isinstance(found, kind):
        needed = {"dict": "an object", "list": "a list", "str": "a string"}[kind.__name__]
        raise ReportError(f"{where}{'.' if where else ''}{name}: {needed} is needed")
    return found


def add(items: list[Imported], item: Imported) -> None:
    """Raises ReportError when there are too many."""
    if len(items) >= MAX_ITEMS:
        raise ReportError(f"The file holds more than {MAX_ITEMS} results.")
    items.append(item)


def text(value: Any, most: int = _MAX_TEXT) -> str:
    """A string of the report, bounded and without control characters; empty for anything else."""
    return _CONTROL.sub(" ", value[: 2 * most]).strip()[:most] if isinstance(value, str) else ""


def evidence(*values: Any) -> str:
    """Excerpts joined on one line, secrets in them masked."""
    said = " · ".join(" ".join(each.split()) for each in (text(value, 1_000) for value in values) if each)
    return mask_text(said)[:_MAX_EVIDENCE]


def message(value: Any) -> str:
    """A request or response, secrets in it masked."""
    return mask_text(text(value, 4_000).replace("\r\n", "\n"))[:_MAX_TEXT]


def cwes(value: Any) -> tuple[str, ...]:
    """`"cwe-79"`, `"79"`, `79`, or a list of such → `("CWE-79",)`."""
    values = value if isinstance(value, list) else [value]
    found = (_CWE.fullmatch(str(each)[:20]) for each in values[:20])
    numbers = (int(each[1]) for each in found if each is not None)
    return tuple(dict.fromkeys(f"CWE-{number}" for number in numbers if number > 0))


def links(value: Any) -> tuple[str, ...]:
    """The http(s) addresses of a list, or of a text with one a line."""
    values = (
        value if isinstance(value, list) else re.split(r"[\s<>\"]+", value) if isinstance(value, str) else []
    )
    texts = (text(each, 500) for each in values[:200])
    return tuple(dict.fromkeys(each for each in texts if re.match(r"https?://[^\s/]", each)))[:20]


def slug(value: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")[:80] or "unnamed"
