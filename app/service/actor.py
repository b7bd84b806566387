"""Who acts: the first argument of every service that somebody calls."""

from __future__ import annotations

from dataclasses import dataclass

from app.models import Organization, User
from app.service.scope.scope import Scope


@dataclass(frozen=True, slots=True)
class Actor:
    """A user in one organization. `way` is how they came in: session, jwt, token, signed, cli or deployment.

    `scopes` narrows what the role permits, to these permissions alone: for who came with a named API token
    or as a signed client, which goes by its `name`. None narrows nothing.

    `scope` narrows what they find and change to some sites; None: the whole organization.

    `began_ms` is when the log-in began that they came by; None for who came by none.

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
    scopes: frozenset[str] | None = None
    scope: Scope | None = None
    began_ms: int | None = None

    @property
    def organization_id(self) -> int:
        return self.organization.id
