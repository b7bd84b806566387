"""Whom a step of a policy reaches: channels, whoever is on call, and people by their own channels."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy import select

from app.engine.notify.routing import Asked, route
from app.engine.usability.alerting.escalation import Step
from app.engine.usability.alerting.rota import Layers, Override
from app.engine.usability.alerting.rota import Rota as Rules
from app.models import Incident, Membership, Rota, RotaOverride, User
from app.service.alerting.turn import Turn

log = logging.getLogger("cloudeye.alerting")


@dataclass(frozen=True, slots=True)
class Target:
    """A channel, and for whom it was chosen."""

    channel_id: int
    user_id: int | None = None


SEVERITIES = {"down": "critical", "regional": "warning", "degraded": "warning"}


def by_rules(turn: Turn, incident: Incident) -> list[Target]:
    """The channels that the rules name, as without any policy; every enabled one where no rule fits."""
    asked = Asked("incident", SEVERITIES.get(incident.level, "critical"), *_site_of(incident))
    routed = route(turn.plan, asked, turn.channels)
    chosen = turn.channels if routed.channels is None else routed.channels
    return [Target(channel_id) for channel_id in chosen]


def _site_of(incident: Incident) -> tuple[int, frozenset[str]]:
    return incident.site_id, frozenset(incident.site.tags)


def first_targets(turn: Turn, incident: Incident) -> list[Target]:
    """Whom the first step of its policy reaches. Where that is nobody, or there is none, the rules say."""
    found = turn.ladder_of(incident)
    return (step_targets(turn, found[1].steps[0]) if found else []) or by_rules(turn, incident)


def step_targets(turn: Turn, step: Step) -> list[Target]:
    """The enabled channels of a step, each once."""
    people = [*_on_call(turn, step.rotas), *step.users]
    targets = [Target(channel_id) for channel_id in step.channels]
    targets += [Target(channel, user) for user in people for channel in channels_of(turn, user)]
    chosen: dict[int, Target] = {}
    for target in targets:
        if target.channel_id in turn.channels:
            chosen.setdefault(target.channel_id, target)
    return list(chosen.values())


def channels_of(turn: Turn, user_id: int) -> list[int]:
    """Where a member of the organization is reached; nowhere who rests, or whose account is closed."""
    channels = turn.session.scalar(
        select(Membership.contact_channels)
        .join(User, User.id == Membership.user_id)
        .where(Membership.organization_id == turn.organization.id, Membership.user_id == user_id)
        .where(Membership.is_active.is_(True), User.is_active.is_(True))
    )
    return [channel_id for channel_id in channels or [] if channel_id in turn.channels]


def _on_call(turn: Turn, rota_ids: tuple[int, ...]) -> list[int]:
    if not rota_ids:
        return []
    rows = turn.session.scalars(
        select(Rota).where(Rota.organization_id == turn.organization.id, Rota.id.in_(rota_ids))
    )
    present = [_present(turn, row) for row in rows]
    return [user_id for user_id in present if user_id is not None]


def _present(turn: Turn, rota: Rota) -> int | None:
    """Who is on call. A rota that cannot be read any more must not keep an alarm from the others."""
    try:
        return rules_of(rota, overrides_of(turn, rota)).who(turn.at)
    except (ValueError, LookupError):
        log.warning("alerting.rota_unreadable", extra={"rota_id": rota.id})
        return None


def overrides_of(turn: Turn, rota: Rota) -> list[RotaOverride]:
    return list(
        turn.session.scalars(
            select(RotaOverride).where(RotaOverride.rota_id == rota.id, RotaOverride.ends_at > turn.at)
        )
    )


def rules_of(rota: Rota, overrides: list[RotaOverride]) -> Rules:
    """A stored rota as the engine knows it."""
    layers = Layers.model_validate({"layers": rota.layers}).layers
    return Rules(
        rota.zone,
        layers,
        [Override(each.user_id, each.starts_at, each.ends_at, each.id) for each in overrides],
    )
