"""Content-Security-Policy: does it keep foreign script out?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.engine.bug.observatory.csp_policy import (
    NONE,
    Policies,
    PolicyError,
    read_meta_policies,
    read_policies,
    split_policies,
)
from app.engine.bug.observatory.seen import Seen

NAME = "content-security-policy"
BROAD = frozenset({"ftp:", "http:", "https:", "*", "http://*", "http://*.*", "https://*", "https://*.*"})
"""Sources that hold for nearly every host."""
INLINE = frozenset({"'unsafe-inline'", "data:"})
_PROOFS = ("'sha256-", "'sha384-", "'sha512-", "'nonce-")
_PASSIVE = ("img-src", "media-src")
_PASSED = (
    "csp-implemented-with-no-unsafe",
    "csp-implemented-with-no-unsafe-default-src-none",
    "csp-implemented-with-unsafe-inline-in-style-src-only",
    "csp-implemented-with-insecure-scheme-in-passive-content-only",
)


@dataclass
class Verdict:
    """`policies` is None where there is none, or none that can be read."""

    result: str
    policies: Policies | None = None


def judge(seen: Seen) -> str:
    return look_at(seen).result


def look_at(seen: Seen) -> Verdict:
    header = seen.page.header(NAME)
    in_header = split_policies([header] if header is not None else [])
    in_meta = split_policies(seen.meta_policies)
    try:
        policies = read_policies([*in_header, *in_meta])
    except PolicyError:
        return Verdict("csp-header-invalid")
    if not _size(in_header, in_meta):
        is_reported = bool(seen.page.header(f"{NAME}-report-only"))
        return Verdict("csp-not-implemented" + ("-but-reporting-enabled" if is_reported else ""))
    result = _strength(policies, is_https=seen.scheme == "https")
    if policies.is_doubled and result in _PASSED:
        result = "csp-implemented-but-duplicate-directives"
    return Verdict(result, policies)


def _size(in_header: list[str], in_meta: list[str]) -> int:
    """How many directives count, where meta elements may have only some of them."""
    return _count(read_policies, in_header) + _count(read_meta_policies, in_meta)


def _count(read: Callable[[Sequence[str]], Policies], policies: list[str]) -> int:
    try:
        return len(read(policies))
    except PolicyError:
        return 0


def _strength(policies: Policies, *, is_https: bool) -> str:
    """The gravest that holds, in this order:

    1. 'strict-dynamic' without nonce or hash, 2. inline script or script and objects from nearly anywhere,
    3. script or other active content by plain HTTP, 4. eval, 5. pictures and media by plain HTTP,
    6. inline style or style from nearly anywhere.
    """
    script = policies.sources("script-src", "default-src")
    style = policies.sources("style-src", "default-src")
    objects = policies.sources("object-src", "default-src")
    for sources in (script, style):
        if has_proof(sources):
            sources.discard("'unsafe-inline'")
    if "'strict-dynamic'" in script:
        if not has_proof(script):
            return "csp-header-invalid"
        _apply_strict_dynamic(script)
    if script & (BROAD | INLINE) or objects & BROAD:
        return "csp-implemented-with-unsafe-inline"
    if is_https and _has_plain(_active(policies) | script):
        return "csp-implemented-with-insecure-scheme"
    if "'unsafe-eval'" in script | style:
        return "csp-implemented-with-unsafe-eval"
    return _lesser_strength(policies, style, is_https=is_https)


def _lesser_strength(policies: Policies, style: set[str], *, is_https: bool) -> str:
    if is_https and _has_plain(_passive(policies)):
        return "csp-implemented-with-insecure-scheme-in-passive-content-only"
    if style & (BROAD | INLINE):
        return "csp-implemented-with-unsafe-inline-in-style-src-only"
    if policies.directives.get("default-src") == {NONE}:
        return "csp-implemented-with-no-unsafe-default-src-none"
    return "csp-implemented-with-no-unsafe"


def has_proof(sources: set[str]) -> bool:
    """Whether a nonce or a hash says which inline code may run."""
    return any(source.startswith(_PROOFS) for source in sources)


def _apply_strict_dynamic(script: set[str]) -> None:
    """With 'strict-dynamic', hosts and schemes no longer count."""
    ignored = tuple(BROAD)
    for source in list(script):
        if source.startswith(ignored) or source in ("'self'", "'unsafe-inline'"):
            script.discard(source)


def _active(policies: Policies) -> set[str]:
    passive = (*_PASSIVE, "script-src")
    return set().union(*(each for name, each in policies.directives.items() if name not in passive))


def _passive(policies: Policies) -> set[str]:
    found: set[str] = set()
    for name in _PASSIVE:
        found |= policies.directives.get(name) or policies.directives.get("default-src") or set()
    return found


def _has_plain(sources: set[str]) -> bool:
    return any(source.startswith(("http:", "ftp:")) for source in sources)
