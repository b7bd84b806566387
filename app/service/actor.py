"""Who acts: the first argument of every service that somebody calls."""

from __future__ import annotations

from dataclasses import dataclass

from app.models import Organization, User


@dataclass(frozen=True, slots=True)
class Actor:
    """A user in one organization. `way` is how they came in: session, jwt, cli or deployment.

    Who came with a deployment token acts for the user who made it, by its `name`, and where it is for one
    site, on that `site_id` alone.
    """

    user: User
    organization: Organization
    role: str
    way: str = "session"
    ip: str = ""
    name: str = ""
    site_id: int | None = None

    @property
    def organization_id(self) -> int:
        return self.organization.id
