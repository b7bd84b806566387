"""The checks: one file each in `app/engine/bug/checks`, found by itself. What they say is in `definitions`.

Three kinds, by what they look at:

- `page_check`: every page and file that the crawl brought, one by one; asks for nothing.
- `site_check`: all that was gathered of the site together; asks for nothing.
- `probe`: asks for something of its own (`Asker`). `profile` is the smallest that runs it, `consent` one of
  `types.CONSENTS` that the owner must have given. A probe of profile "passive" asks for nothing that an
  ordinary visitor would not.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from app.engine.bug.types import Hit, ProfileName

if TYPE_CHECKING:
    from app.engine.bug.gathered import Gathered
    from app.engine.bug.http.asker import Asker
    from app.engine.bug.page import Page

Kind = Literal["page", "site", "probe"]
PageLook = Callable[["Page", "Gathered"], Iterator[Hit]]
SiteLook = Callable[["Gathered"], Iterator[Hit]]
Probe = Callable[["Asker", "Gathered"], Iterator[Hit]]


@dataclass(frozen=True, slots=True)
class Check:
    """One check. `order` is when a probe runs: small ones first. `widens`: in the profile full it asks for
    more than in standard.
    """

    name: str
    kind: Kind
    look: Callable[..., Iterator[Hit]]
    profile: ProfileName = "passive"
    consent: str | None = None
    order: int = 50
    widens: bool = False


_found: dict[str, Check] = {}


def page_check(name: str) -> Callable[[PageLook], PageLook]:
    def add(look: PageLook) -> PageLook:
        _add(Check(name, "page", look))
        return look

    return add


def site_check(name: str) -> Callable[[SiteLook], SiteLook]:
    def add(look: SiteLook) -> SiteLook:
        _add(Check(name, "site", look))
        return look

    return add


def probe(
    name: str,
    *,
    profile: ProfileName = "standard",
    consent: str | None = None,
    order: int = 50,
    widens: bool = False,
) -> Callable[[Probe], Probe]:
    """`order`: small ones go first, so that a small budget is spent on what matters most.

    One that `widens` runs twice in a full scan, first as in a standard one: so the likely paths of every
    probe come before the unlikely ones of any. It must not ask again for what was asked.
    """

    def add(look: Probe) -> Probe:
        _add(Check(name, "probe", look, profile, consent, order, widens))
        return look

    return add


def _add(check: Check) -> None:
    if check.name in _found:
        raise ValueError(f"two checks are called {check.name}")
    _found[check.name] = check


@cache
def all_checks() -> tuple[Check, ...]:
    """Every check: of pages, of the site, then probes in their order."""
    package = importlib.import_module("app.engine.bug.checks")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    kinds = {"page": 0, "site": 1, "probe": 2}
    return tuple(sorted(_found.values(), key=lambda each: (kinds[each.kind], each.order, each.name)))


def is_of_probe(rule: str) -> bool:
    """Whether a rule is a probe's, which asks for its places itself; others judge what the crawl brings."""
    name = rule.partition(".")[0]
    return any(check.name == name and check.kind == "probe" for check in all_checks())
