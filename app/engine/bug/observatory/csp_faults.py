"""What is weak in a content security policy: every kind by itself, where the test names the gravest only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.engine.bug.observatory.csp import BROAD, INLINE, has_proof, look_at
from app.engine.bug.observatory.csp_policy import Policies
from app.engine.bug.observatory.seen import Seen

_PLAIN = ("http:", "ftp:")


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind` is unsafe-inline, unsafe-eval, wildcard, insecure-scheme, unsafe-style, invalid, report-only or
    missing; `directive` and `sources` say where it stands."""

    kind: str
    directive: str = ""
    sources: tuple[str, ...] = ()


def faults_of(seen: Seen) -> Iterator[Fault]:
    verdict = look_at(seen)
    if verdict.policies is None:
        yield Fault(_KINDS[verdict.result])
        return
    if verdict.result == "csp-header-invalid":
        yield Fault("invalid", "script-src", ("'strict-dynamic'",))
    yield from _script_faults(verdict.policies)
    if seen.scheme == "https":
        yield from _plain_faults(verdict.policies)
    style = verdict.policies.sources("style-src", "default-src")
    if style & INLINE and not has_proof(style):
        yield _fault("unsafe-style", "style-src", style & INLINE)


_KINDS = {
    "csp-not-implemented": "missing",
    "csp-not-implemented-but-reporting-enabled": "report-only",
    "csp-header-invalid": "invalid",
}


def _script_faults(policies: Policies) -> Iterator[Fault]:
    """The test has already taken out of the sources what a nonce, hash or 'strict-dynamic' makes harmless."""
    script = policies.sources("script-src", "default-src")
    if script & INLINE:
        yield _fault("unsafe-inline", "script-src", script & INLINE)
    if "'unsafe-eval'" in script:
        yield _fault("unsafe-eval", "script-src", {"'unsafe-eval'"})
    for name in ("script-src", "object-src"):
        broad = policies.sources(name, "default-src") & BROAD
        if broad:
            yield _fault("wildcard", name, broad)


def _plain_faults(policies: Policies) -> Iterator[Fault]:
    for name, sources in policies.directives.items():
        plain = {source for source in sources if source.startswith(_PLAIN)} - BROAD
        if plain:
            yield _fault("insecure-scheme", name, plain)


def _fault(kind: str, directive: str, sources: set[str]) -> Fault:
    return Fault(kind, directive, tuple(sorted(sources)))
