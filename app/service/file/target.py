"""What a file is attached to: a site, an incident or a finding."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.models import Attachment, Finding, Incident, Site
from app.service.actor import Actor
from app.service.owned import fetch_own

KINDS = ("site", "incident", "finding")


@dataclass(frozen=True, slots=True)
class Target:
    """`kind` is one of `KINDS`, `id` that thing's, `site_id` its site's."""

    kind: str
    id: int
    site_id: int

    @property
    def word(self) -> str:
        return f"{self.kind}:{self.id}"

    def attachment(self, actor: Actor) -> Attachment:
        """A new row for a file to hang on."""
        return Attachment(
            organization_id=actor.organization_id,
            target=self.word,
            site_id=self.site_id,
            incident_id=self.id if self.kind == "incident" else None,
            finding_id=self.id if self.kind == "finding" else None,
            user_id=actor.user.id,
        )


def target_of(session: Session, actor: Actor, kind: str, identifier: int) -> Target:
    """The thing of this kind and id, when it is the actor's organization's; `NotFoundError` else."""
    if kind == "incident":
        return Target(kind, identifier, fetch_own(session, Incident, actor, identifier).site_id)
    if kind == "finding":
        return Target(kind, identifier, fetch_own(session, Finding, actor, identifier).site_id)
    return Target("site", identifier, fetch_own(session, Site, actor, identifier).id)


def targets_of(
    session: Session,
    actor: Actor,
    *,
    site_id: int | None = None,
    incident_id: int | None = None,
    finding_id: int | None = None,
) -> list[Target]:
    """All things that are named."""
    named = (("site", site_id), ("incident", incident_id), ("finding", finding_id))
    return [
        target_of(session, actor, kind, identifier) for kind, identifier in named if identifier is not None
    ]
