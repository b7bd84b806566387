"""What is known of each weakness, apart from how it is detected: one TOML file a check.

A table a rule; `cookies.toml` with `[without-secure]` defines the rule `cookies.without-secure`:

    [without-secure]
    class = "cookie_without_secure"     # snake case; the weakness, whichever check sees it
    severity = "medium"                 # info, low, medium, high or critical; agrees with `cvss`
    cvss = "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N"   # left out for info
    cwe = ["CWE-614"]                   # the main one first
    owasp = "A05:2021"                  # OWASP Top 10 of 2021
    scope = "page"                      # "site": one finding for the whole site, with many locations
    confidence = "firm"                 # tentative, firm or certain
    title = { en = "…", zh = "…" }      # {name} stands for values of the hit's detail
    why = { en = "…", zh = "…" }        # what it means, and what somebody could do with it
    remedy = { en = "…", zh = "…" }
    references = ["https://…"]
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from app.engine.bug.types import Confidence, Severity

Scope = Literal["site", "page"]
Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Definition:
    """One rule's texts and classification; `rule` is "<file>.<table>"."""

    rule: str
    cls: str
    severity: Severity
    title: Text
    why: Text
    remedy: Text
    cwe: tuple[str, ...]
    owasp: str | None = None
    cvss: str | None = None
    scope: Scope = "page"
    confidence: Confidence = "firm"
    references: tuple[str, ...] = ()


class UnknownRuleError(LookupError):
    """No definition has this name."""


@cache
def all_definitions() -> Mapping[str, Definition]:
    """Every definition by its rule. Raises ValueError for a table that cannot be read."""
    found: dict[str, Definition] = {}
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        for name, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
            rule = f"{path.stem}.{name}"
            found[rule] = _definition(rule, table)
    return found


def definition_of(rule: str) -> Definition:
    """The rule's definition. Raises UnknownRuleError."""
    try:
        return all_definitions()[rule]
    except KeyError:
        raise UnknownRuleError(rule) from None


def _definition(rule: str, table: dict[str, Any]) -> Definition:
    values = {**table, "cls": table.get("class")}
    values.pop("class", None)
    for name in ("cwe", "references"):
        values[name] = tuple(values.get(name, ()))
    try:
        return Definition(rule=rule, **values)
    except TypeError as error:
        raise ValueError(f"{rule}: {error}") from None
