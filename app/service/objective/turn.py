"""The turn that looks at every objective: how it stands, and whom to tell when it burns or no longer does.

A change of level is an event of the site's timeline and a message to the organization's channels, in one
transaction with the objective's row. The message is keyed by objective and moment, so that it is told once.
"""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.core.clock import from_ms, now_ms
from app.core.settings import get_settings
from app.core.snowflake import next_id
from app.engine.notify.message import Message
from app.engine.usability.series.budget import LEVELS, RULES, Rule, burning
from app.models import Event, Objective, Organization, Site, db, write
from app.service.channel.delivery import enqueue_deliveries
from app.service.objective.measure import measured
from app.service.objective.say import sentence_of

log = logging.getLogger("cloudeye.objective")
AT_ONCE = 100
HOLD_MS = 10 * 60_000
"""An alert stands for so long at least, so that a rate about its limit is not told each minute."""


def evaluate_all(at_ms: int | None = None) -> int:
    """Look at every enabled objective of living sites; returns how many deliveries were put in the outbox."""
    at_ms = now_ms() if at_ms is None else at_ms
    after, deliveries = 0, 0
    while True:
        ids = list(
            db.session.scalars(
                select(Objective.id)
                .join(Objective.site)
                .where(Objective.id > after, Objective.is_enabled.is_(True), Site.archived_at.is_(None))
                .order_by(Objective.id)
                .limit(AT_ONCE)
            )
        )
        if not ids:
            return deliveries
        deliveries += sum(evaluate(each, at_ms) for each in ids)
        after = ids[-1]


def evaluate(objective_id: int, at_ms: int) -> int:
    """Look at one objective and tell what has changed; returns how many deliveries that made."""
    objective = db.session.get(Objective, objective_id, populate_existing=True)
    if objective is None:
        return 0
    organization = db.session.get_one(Organization, objective.organization_id)
    status = measured(objective, organization, at_ms)
    with write() as session:
        present = session.scalar(
            select(Objective)
            .where(Objective.id == objective_id)
            .options(joinedload(Objective.site), joinedload(Objective.monitor))
            .with_for_update(of=Objective)
            .execution_options(populate_existing=True)
        )
        if present is None or not present.is_enabled:
            return 0
        present.status, present.evaluated_ms = status, at_ms
        present.keep_updated_at()
        return _change(session, present, organization, burning(status["rates"]), at_ms)


def _change(
    session: Session, objective: Objective, organization: Organization, rule: Rule | None, at_ms: int
) -> int:
    """From the level that stands to the one that was found: a graver one at once, a milder one later."""
    before, after = objective.burning, rule.level if rule else None
    if before == after:
        return 0
    is_graver = after is not None and (before is None or LEVELS.index(after) < LEVELS.index(before))
    if not is_graver and at_ms - (objective.burning_since_ms or 0) < HOLD_MS:
        return 0
    objective.burning, objective.burning_since_ms = after, at_ms
    kind = "objective.burning" if rule else "objective.calm"
    told = rule or next(each for each in RULES if each.level == before)
    session.add(_event(objective, kind, told, at_ms))
    if rule is not None and not is_graver:
        return (
            0  # A milder alert is on the timeline; nobody is told that it is less bad, only that it is over.
        )
    message = _message(objective, organization, kind, told, at_ms)
    return enqueue_deliveries(session, objective.organization_id, message)


def _event(objective: Objective, kind: str, rule: Rule, at_ms: int) -> Event:
    return Event(
        organization_id=objective.organization_id,
        site_id=objective.site_id,
        monitor_id=objective.monitor_id,
        kind=kind,
        severity=rule.severity if kind == "objective.burning" else "info",
        at=from_ms(at_ms),
        detail={"objective": objective.name, "objective_id": str(objective.id), **_facts(objective, rule)},
    )


def _facts(objective: Objective, rule: Rule) -> dict[str, Any]:
    status = objective.status or {}
    return {
        "level": rule.level,
        "factor": rule.factor,
        "long": rule.long,
        "rate": (status.get("rates") or {}).get(rule.long),
        "left": status.get("left"),
        "target": objective.target,
        "window": objective.window,
    }


def _message(objective: Objective, organization: Organization, kind: str, rule: Rule, at_ms: int) -> Message:
    base: str = vars(get_settings())["BASE_URL"]
    facts = _facts(objective, rule)
    monitor = objective.monitor
    return Message(
        id=str(next_id()),
        kind=kind,
        at=from_ms(at_ms),
        severity=rule.severity if kind == "objective.burning" else "info",
        organization={"id": str(organization.id), "name": organization.name},
        site={"id": str(objective.site_id), "name": objective.site.name, "base_url": objective.site.base_url},
        monitor={"id": str(monitor.id), "name": monitor.name, "type": monitor.type} if monitor else {},
        objective={"id": str(objective.id), "name": objective.name, "kind": objective.kind, **facts},
        sentence={locale: sentence_of(kind, facts, locale) for locale in ("en", "zh")},
        url=f"{base.rstrip('/')}/objectives/{objective.id}" if base else None,
    )
