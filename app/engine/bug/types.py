"""What goes into the weakness engine and what comes out of it.

Moments are unix seconds. Bodies are bytes after content decoding; nothing that a site sent is trusted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from app.engine.net.charset import decode
from app.engine.net.target import TargetError, parse_target

Severity = Literal["info", "low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = ("info", "low", "medium", "high", "critical")
Confidence = Literal["tentative", "firm", "certain"]
ProfileName = Literal["passive", "standard", "full"]
PROFILES: tuple[ProfileName, ...] = ("passive", "standard", "full")
BUDGETS: Mapping[ProfileName, int] = {"passive": 60, "standard": 600, "full": 3000}
"""Requests a scan may send at most, by profile."""
CONSENTS = ("reflected", "quote", "crlf", "host-header", "weak-password")
"""Probes that carry something a site might mind: off until its owner consents to them by name."""
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One request, sent as it stands. Redirects are never followed by it.

    `timeout_ms` is for everything together, `max_bytes` bounds the decompressed body.
    """

    url: str
    method: str = "GET"
    headers: Headers = ()
    body: bytes = b""
    timeout_ms: int = 10_000
    max_bytes: int = 1_000_000


@dataclass(frozen=True)
class Response:
    """What came back. `error` is a key of `app.engine.usability.reasons`; `status` is 0 without an answer.

    `headers` are in order, names as received. `address` is the server's. `is_cut`: there was more body.
    """

    request: Request
    status: int = 0
    headers: Headers = ()
    body: bytes = b""
    at: float = 0.0
    elapsed_ms: float = 0.0
    http_version: str = ""
    address: str = ""
    error: str | None = None
    is_cut: bool = False

    @property
    def url(self) -> str:
        return self.request.url

    def header(self, name: str) -> str:
        """All values of a header joined by ", ", as RFC 9110 §5.3 reads them; empty when missing."""
        return ", ".join(self.values(name))

    def values(self, name: str) -> list[str]:
        """Each value of a header by itself, in order (for Set-Cookie)."""
        name = name.lower()
        return [value for each, value in self.headers if each.lower() == name]

    @property
    def content_type(self) -> str:
        """The media type in lower case, without its parameters."""
        return self.header("content-type").partition(";")[0].strip().lower()

    @cached_property
    def text(self) -> str:
        """The body's characters; what cannot be decoded becomes U+FFFD."""
        return decode(self.body, self.header("content-type"))

    @property
    def is_answer(self) -> bool:
        """Whether it says something of what is there: not silence, refusal, overload or a fault."""
        return self.error is None and self.status not in (0, 401, 403, 408, 425, 429) and self.status < 500

    @property
    def is_html(self) -> bool:
        if self.content_type:
            return self.content_type in ("text/html", "application/xhtml+xml")
        return self.body[:512].lstrip()[:1] == b"<"


@dataclass(frozen=True, slots=True)
class Hit:
    """What a check has seen: a rule of `app/engine/bug/definitions`, and where.

    `parameter` is the parameter, cookie, header or form field it is about, `component` the software (never
    with its version). `detail` holds values that the definition's texts name in braces. `evidence` is an
    excerpt for people; secrets in it are masked by whoever writes it (`app.engine.bug.mask`). Fields that are
    None or empty are taken from the definition.
    """

    rule: str
    url: str
    evidence: str = ""
    method: str = "GET"
    parameter: str | None = None
    component: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    response: Response | None = None
    severity: Severity | None = None
    cvss: str | None = None
    cwe: tuple[str, ...] = ()
    confidence: Confidence | None = None
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Location:
    """One place where a finding was seen. `request` and `response` are excerpts, secrets masked."""

    url: str
    evidence: str = ""
    request: str = ""
    response: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One weakness of a site. Its texts are in the definitions (`app.engine.bug.finding.describe`).

    `check` is the rule, such as `cookies.without-secure`; `place` is what the fingerprint says of where:
    the normalised path, empty for the whole site. `cwe` are such as "CWE-614", the main one first.
    """

    check: str
    cls: str
    severity: Severity
    confidence: Confidence
    fingerprint: str
    place: str
    method: str
    url: str
    parameter: str | None
    component: str | None
    cvss: str | None
    cwe: tuple[str, ...]
    owasp: str | None
    detail: Mapping[str, Any]
    references: tuple[str, ...]
    locations: tuple[Location, ...]


@dataclass(frozen=True, slots=True)
class Skip:
    """A check that did not run, or not to its end, and why: a code, and values of its sentence."""

    check: str
    reason: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Login:
    """How to be let in: headers to send along (a cookie, a token), or a form's fields to fill.

    `logged_in` is a text that only somebody inside sees; without it the log-in counts as failed.
    """

    headers: Headers = ()
    form_url: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    logged_in: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a scan may do.

    `hosts` are the names that may be asked actively, by the ports of the address, or by another port where
    that stands with the name (`shop.example:8443`); without any the scan is passive, whatever the profile.
    `rate` is in requests a second. `allow` are networks that may be contacted although they are not public.
    `reread` are pages that showed known findings, `revisit` (rule, address) of what probes have found: both
    are looked at again first. `only` restricts the checks to these rules or check names (for the retest of
    one finding). `library_data` is retire.js's repository (JSON), empty for none. `templates` are
    nuclei-format templates (YAML); `template_writes` lets them use other methods than GET, HEAD and OPTIONS,
    and payloads.
    """

    url: str
    profile: ProfileName = "standard"
    budget: int = 600
    rate: float = 2.0
    connections: int = 2
    hosts: frozenset[str] = frozenset()
    consents: frozenset[str] = frozenset()
    allow: tuple[str, ...] = ()
    ca_file: str = ""
    dns_servers: tuple[str, ...] = ()
    scan_id: str = ""
    login: Login | None = None
    reread: tuple[str, ...] = ()
    revisit: tuple[tuple[str, str], ...] = ()
    only: frozenset[str] = frozenset()
    library_data: bytes = b""
    templates: Sequence[bytes] = ()
    template_writes: bool = False
    max_pages: int = 50
    max_depth: int = 4
    max_seconds: float = 3600.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a scan is. `stage` is crawl, passive, active, templates or end."""

    stage: str
    check: str
    requests: int
    budget: int
    pages: int
    checks_done: int
    checks: int
    findings: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a scan has really looked at, so that what it no longer sees may be called fixed.

    `answered` are places (normalised paths) that gave an answer, `unknown` those that gave none (a time-out,
    a refusal, an overload); `done` are the names of checks, and rules of templates, that ran to their end;
    `asked` are the places that a probe has looked at, by its name; `read` those that the crawl brought for
    all other checks (None: all that answered).
    """

    done: frozenset[str] = frozenset()
    answered: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    asked: Mapping[str, frozenset[str]] = field(default_factory=dict)
    read: frozenset[str] | None = None

    def has_run(self, rule: str, place: str) -> bool:
        """Whether the rule's check ran, to its end, at that place (empty: the whole site)."""
        check = rule.partition(".")[0]
        # A template is a check of its own.
        if (rule if check == "templates" else check) not in self.done:
            return False
        if not place:
            return True
        return self.has_looked_at(check, place)

    def has_looked_at(self, check: str, place: str) -> bool:
        """Whether the place answered, and the check could see what."""
        others = self.answered if self.read is None else self.read
        return place in self.asked.get(check, others) and place in self.answered and place not in self.unknown


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a scan. `is_complete` is False when something of the plan was left out: `ended` says that
    it was stopped (stopped), ran out of time (time) or requests (budget), or that the site gave no answers
    any more (errors), or would not let us in (login). What was looked at until then is in the coverage.

    `headers` is the Observatory's result for the site: {"score", "grade", "tests"}; `tls` what the TLS probe
    learned. `technologies` are names with their versions, empty where unknown.
    """

    url: str
    started_at: float
    finished_at: float
    requests: int
    pages: tuple[str, ...]
    findings: tuple[Finding, ...]
    skipped: tuple[Skip, ...]
    coverage: Coverage
    is_complete: bool
    ended: str = ""
    headers: Mapping[str, Any] | None = None
    tls: Mapping[str, Any] | None = None
    technologies: Mapping[str, str] = field(default_factory=dict)


def host_and_port(url: str) -> str:
    """`https://a.example:8443/x` → `a.example:8443`; the default port is left out. Empty for no address."""
    try:
        return parse_target(url).authority
    except TargetError:
        return ""
