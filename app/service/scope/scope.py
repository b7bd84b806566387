"""The sites that somebody is narrowed to, as a value."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """The sites of these ids, and those of the organization that carry one of these tags."""

    organization_id: int
    site_ids: frozenset[int] = frozenset()
    tags: frozenset[str] = frozenset()

    def covers(self, site_id: int | None, tags: Collection[str]) -> bool:
        """Is a site of this id and these tags among them?"""
        return site_id in self.site_ids or not self.tags.isdisjoint(tags)


def scope_of(
    organization_id: int, site_ids: Iterable[int] | None, tags: Iterable[str] | None
) -> Scope | None:
    """The scope of a membership with these columns; None, the whole organization, when both are None."""
    if site_ids is None and tags is None:
        return None
    return Scope(organization_id, frozenset(site_ids or ()), frozenset(tags or ()))


def scope_key(scope: Scope | None) -> str:
    """What tells apart, in the names of what is kept for a while, what people of different scopes see."""
    if scope is None:
        return ""
    said = json.dumps([sorted(scope.site_ids), sorted(scope.tags)])
    return hashlib.sha256(said.encode()).hexdigest()[:16]
