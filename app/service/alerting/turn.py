"""One organization's turn: whoever decides for it holds its row, and has its wishes and channels at hand."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from sqlalchemy import ColumnElement, CursorResult, Select, select, update
from sqlalchemy.orm import Session, joinedload

from app.core.clock import to_ms
from app.engine.notify.routing import Plan
from app.engine.usability.alerting.escalation import Ladder
from app.engine.usability.alerting.manners import Alerting, Manners
from app.models import AlertTurn, Channel, EscalationPolicy, Incident, Organization
from app.service.channel.routing import plan_of

log = logging.getLogger("cloudeye.alerting")
Wishes = TypeVar("Wishes", bound=BaseModel)


@dataclass(slots=True)
class Turn:
    """What one transaction of deciding knows. `channels` are the enabled ones, with their manners."""

    session: Session
    organization: Organization
    at: datetime
    wishes: Alerting
    channels: dict[int, Manners]
    plan: Plan = field(default_factory=Plan)
    deliveries: int = 0
    # There may be more that is due: the transaction ends here, so that others get at the database.
    is_cut: bool = False
    _ladders: dict[int, tuple[EscalationPolicy, Ladder] | None] = field(default_factory=dict)

    @property
    def at_ms(self) -> int:
        return to_ms(self.at)

    def ladder_of(self, incident: Incident) -> tuple[EscalationPolicy, Ladder] | None:
        """The policy of the incident's monitor, else the organization's; None: everybody is told at once."""
        own = incident.monitor.escalation_id if incident.monitor else None
        for wanted in (own, self.wishes.escalation_id):
            if wanted is not None and (found := self._ladder(wanted)) is not None:
                return found
        return None

    def _ladder(self, policy_id: int) -> tuple[EscalationPolicy, Ladder] | None:
        if policy_id not in self._ladders:
            row = self.session.scalar(
                select(EscalationPolicy).where(
                    EscalationPolicy.id == policy_id,
                    EscalationPolicy.organization_id == self.organization.id,
                )
            )
            self._ladders[policy_id] = _readable(row) if row else None
        return self._ladders[policy_id]


def _readable(policy: EscalationPolicy) -> tuple[EscalationPolicy, Ladder] | None:
    """What cannot be read any more must not keep an alarm from anybody."""
    try:
        return policy, ladder_of(policy)
    except ValidationError:
        log.warning("alerting.policy_unreadable", extra={"policy_id": policy.id})
        return None


def ladder_of(policy: EscalationPolicy) -> Ladder:
    return Ladder.model_validate(
        {
            "steps": policy.steps,
            "repeats": policy.repeats,
            "repeat_minutes": policy.repeat_minutes,
            "remind_minutes": policy.remind_minutes,
        }
    )


def wishes_of(organization: Organization) -> Alerting:
    return _kept(Alerting, organization.alerting)


def manners_of(channel: Channel) -> Manners:
    return _kept(Manners, channel.manners)


def _kept(kind: type[Wishes], data: dict[str, Any] | None) -> Wishes:
    """What is stored; what cannot be read any more must not keep an alarm from anybody."""
    try:
        return kind.model_validate(data or {})
    except ValidationError:
        log.warning("alerting.wishes_unreadable", extra={"kind": kind.__name__})
        return kind()


def begin_turn(session: Session, organization_id: int, at: datetime) -> Turn | None:
    """Take the organization's row, waiting for whoever has it; None when the organization is gone."""
    organization = session.get(Organization, organization_id)
    if organization is None:
        return None
    session.refresh(organization)
    channels = session.scalars(
        select(Channel)
        .where(Channel.organization_id == organization_id, Channel.is_enabled.is_(True))
        .order_by(Channel.id)
        .execution_options(populate_existing=True)
    )
    known = {channel.id: manners_of(channel) for channel in channels}
    plan = plan_of(session, organization_id)
    return Turn(session, organization, at, wishes_of(organization), known, plan)


def take(session: Session, organization_id: int) -> bool:
    """Lock the organization's row of turns. False: there is none yet; make it.

    It is the transaction's first statement: what is read after it is as the turn before has left it.
    """
    taken = session.execute(
        update(AlertTurn)
        .where(AlertTurn.organization_id == organization_id)
        .values(turns=(AlertTurn.turns + 1) % 1_000_000)
        .execution_options(synchronize_session=False)
    )
    return isinstance(taken, CursorResult) and taken.rowcount == 1


AT_ONCE = 200


def with_names(statement: Select[Incident]) -> Select[Incident]:
    """Incidents as they are now, with what messages name of them."""
    return statement.options(
        joinedload(Incident.site), joinedload(Incident.monitor), joinedload(Incident.watch)
    ).execution_options(populate_existing=True)


def load_due(turn: Turn, *conditions: ColumnElement[bool]) -> list[Incident]:
    """The organization's incidents of which this is true, locked: the recorder speaks again after us.

    Locked by themselves: together with their sites and monitors, which results refer to, the recorder and we
    could wait for each other.
    """
    locking = (
        select(Incident.id)
        .where(Incident.organization_id == turn.organization.id, *conditions)
        .order_by(Incident.id)
        .limit(AT_ONCE)
        .with_for_update()
    )
    ids = list(turn.session.scalars(locking))
    turn.is_cut = turn.is_cut or len(ids) == AT_ONCE
    statement = select(Incident).where(Incident.id.in_(ids)).order_by(Incident.id)
    return list(turn.session.scalars(with_names(statement))) if ids else []
