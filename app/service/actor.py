"""Who acts: the first argument of every service that somebody calls."""

from __future__ import annotations

from dataclasses import dataclass

from app.models import Organization, User


@dataclass(frozen=True, slots=True)
class Actor:
    """A user in one organization. `way` is how they came in: session, jwt or cli."""

    user: User
    organization: Organization
    role: str
    way: str = "session"
    ip: str = ""

    @property
    def organization_id(self) -> int:
        return self.organization.id
