"""What a template consists of once it is read, and why one is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from app.engine.bug.types import Severity

if TYPE_CHECKING:
    from app.engine.bug.templates.flow import Flow

Condition = Literal["or", "and"]
Attack = Literal["batteringram", "pitchfork", "clusterbomb"]

REASONS: Mapping[str, str] = {
    "alias": "the YAML uses aliases",
    "annotation": "a raw request's annotation",
    "expression": "an expression that cannot be read",
    "extractor": "an extractor that cannot be read",
    "field": "a field that is not supported",
    "flow": "a flow in JavaScript, or one that cannot be read",
    "fuzzing": "fuzzing of an existing request",
    "function": "a function that is not supported",
    "host-header": "a request with a foreign Host header, without the owner's consent",
    "id": "no usable id",
    "info": "no usable info",
    "intrusive": "tagged as one that may do harm",
    "json": "a JSON query beyond paths",
    "matcher": "a matcher that cannot be read",
    "method": "a method that may change something",
    "other-host": "a request to another host",
    "out-of-band": "needs a server that the site calls back",
    "payload-file": "a payload file that is not beside the template",
    "payloads": "payloads",
    "protocol": "another protocol than HTTP",
    "regex": "a regular expression that RE2 refuses",
    "request": "a request that cannot be read",
    "self-contained": "brings its own target",
    "size": "too large",
    "unsafe": "a malformed request on purpose",
    "variable": "a variable that nobody gives",
    "workflow": "a workflow",
    "xpath": "an XPath that cannot be read",
    "yaml": "no YAML of a template",
}
"""Why a template may be refused."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A template that will not run: `reason` is a key of REASONS, `what` names the offending part."""

    id: str
    reason: str
    what: str = ""


class RefusedError(Exception):
    """Raised where a part of a template is read that is not supported. `reason` is a key of REASONS."""

    def __init__(self, reason: str, what: str = "") -> None:
        super().__init__(f"{reason}: {what}")
        self.reason = reason
        self.what = what[:200]


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator permits and gives. `read` gives a file beside the template by its name, None without
    it; `variables` are such as an account for templates that log in."""

    allow_writes: bool = False
    allow_host_header: bool = False
    read: Callable[[str], bytes | None] | None = None
    variables: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Matcher:
    """`values` are as the kind needs them: texts, bytes, numbers, patterns, expressions or XPaths."""

    kind: str
    values: tuple[Any, ...]
    part: str = "body"
    condition: Condition = "or"
    name: str = ""
    is_negative: bool = False
    is_internal: bool = False
    ignores_case: bool = False


@dataclass(frozen=True, slots=True)
class Extractor:
    """`values` are as the kind needs them: patterns, names, JSON paths, XPaths or expressions."""

    kind: str
    values: tuple[Any, ...]
    part: str = "body"
    name: str = ""
    is_internal: bool = False
    ignores_case: bool = False
    group: int = 0
    attribute: str = ""


@dataclass(frozen=True, slots=True)
class Operators:
    matchers: tuple[Matcher, ...] = ()
    extractors: tuple[Extractor, ...] = ()
    condition: Condition = "or"


@dataclass(frozen=True, slots=True)
class Step:
    """One request with its placeholders. `target` is an address with placeholders, or a path of the site."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    timeout_ms: int = 10_000
    once: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """One entry of `http`. `redirects` is 0 when none are followed."""

    id: str
    steps: tuple[Step, ...]
    operators: Operators
    payloads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    attack: Attack = "batteringram"
    redirects: int = 0
    keeps_cookies: bool = True
    stops_at_first: bool = False
    iterates_all: bool = False
    allows_unresolved: bool = False
    max_size: int = 0


@dataclass(frozen=True, slots=True)
class Info:
    """`cwe` are such as "CWE-79"; `cvss` is a 3.x vector or None; `products` and `vendors` are in lower
    case."""

    name: str
    severity: Severity
    description: str = ""
    remediation: str = ""
    tags: frozenset[str] = frozenset()
    cwe: tuple[str, ...] = ()
    cvss: str | None = None
    references: tuple[str, ...] = ()
    products: frozenset[str] = frozenset()
    vendors: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Template:
    id: str
    info: Info
    blocks: tuple[Block, ...]
    variables: tuple[tuple[str, str], ...] = ()
    flow: Flow | None = None
    stops_at_first: bool = False

    @property
    def rule(self) -> str:
        return f"templates.{self.id}"
