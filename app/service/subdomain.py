"""Addresses of organizations: `acme.example.org` belongs to the organization `acme`, where that is set up."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from app.core.redis import TtlCache
from app.models import Organization, db

NOBODYS = ("", "www")
SECONDS = 10


@dataclass(frozen=True, slots=True)
class Home:
    """Whose an address is. `organization_id` is 0 where there is no such organization."""

    organization_id: int
    name: str


_known: TtlCache[Home] = TtlCache(SECONDS, 1000)


def label_of(host: str, base_domain: str) -> str:
    """What stands before the base domain in a host; empty for the domain itself and for every other host."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    name, end = name.lower().rstrip("."), f".{base_domain}"
    label = name.removesuffix(end) if base_domain and name.endswith(end) else ""
    return "" if label in NOBODYS else label


def home_of(label: str) -> Home:
    """The organization with this code, whatever the case of its letters."""
    return _known.get_or_make(label, lambda: _look(label))


def forget_homes() -> None:
    _known.clear()


def _look(label: str) -> Home:
    row = db.session.execute(
        select(Organization.id, Organization.name).where(func.lower(Organization.code) == label).limit(1)
    ).first()
    return Home(row[0], row[1]) if row else Home(0, "")
