"""A storm: many incidents at once are one message, and one more when they are over.

What joins it while it lasts is not told to those who have heard of the storm; its end is in the storm's. A
channel that had no part in it so far gets its own message.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select, update

from app.core.clock import to_ms
from app.core.snowflake import next_id
from app.engine.notify.words import note
from app.engine.usability.alerting.incident import is_storm_over
from app.engine.usability.alerting.manners import rank
from app.models import AlertStorm, Incident, IncidentNotice
from app.service.alerting.say import put_notice, tell
from app.service.alerting.target import Target, first_targets
from app.service.alerting.told import BY_PEOPLE, HEARD, JOINED
from app.service.alerting.turn import Turn, with_names


def running(turn: Turn) -> AlertStorm | None:
    return turn.session.scalar(
        select(AlertStorm)
        .where(AlertStorm.organization_id == turn.organization.id, AlertStorm.ended_at.is_(None))
        .order_by(AlertStorm.id)
        .limit(1)
        .execution_options(populate_existing=True)
    )


def begin(turn: Turn, told_ids: Sequence[int]) -> AlertStorm:
    """A new storm; what was told singly within the last minute and is still open belongs to it."""
    storm = AlertStorm(
        id=next_id(), organization_id=turn.organization.id, started_at=turn.at, joined_at=turn.at
    )
    turn.session.add(storm)
    turn.session.execute(
        update(Incident)
        .where(
            Incident.id.in_(told_ids),
            Incident.organization_id == turn.organization.id,
            Incident.closed_at.is_(None),
            Incident.telling == "told",
        )
        .values(storm_id=storm.id)
        .execution_options(synchronize_session=False)
    )
    return storm


def join(turn: Turn, storm: AlertStorm, incidents: Sequence[Incident]) -> None:
    """Put incidents that would be told now into the storm, and tell those who do not know of it yet."""
    for incident in incidents:
        incident.storm_id = storm.id
    _tell_of(turn, storm, incidents, _channels_that_know(turn, storm))
    storm.joined_at = turn.at


def worsen(turn: Turn, storm: AlertStorm, incidents: Sequence[Incident]) -> None:
    """What became graver in it: told to all when nothing in the storm was that grave, so at most twice.

    Else only those hear of it who have no part in the storm yet, since they want only what is grave.
    """
    before = max(rank((each.escalation or {}).get("level", each.level)) for each in members(turn, storm))
    is_news = max(rank(each.level) for each in incidents) > before
    _tell_of(turn, storm, incidents, set() if is_news else _channels_that_know(turn, storm))


def _tell_of(turn: Turn, storm: AlertStorm, incidents: Sequence[Incident], knows: set[int]) -> None:
    """One message to each channel that does not know; for those that do, a note that they hear the end."""
    noted = {
        (target.channel_id, each.id)
        for target, several in _who_knows(turn, incidents).items()
        for each in several
    }
    fresh: dict[int, tuple[Target, list[Incident]]] = {}
    for incident in incidents:
        for target in first_targets(turn, incident):
            if target.channel_id not in knows:
                fresh.setdefault(target.channel_id, (target, []))[1].append(incident)
            elif (target.channel_id, incident.id) not in noted:
                put_notice(
                    turn, incident, JOINED, "held", target, held_by="storm", why={"storm": str(storm.id)}
                )
    theirs = _open_by_channel(turn, storm) if fresh else {}
    for target, several in fresh.values():
        tell(
            turn,
            "storm.opened",
            {target: several},
            note=note("storm"),
            why={"storm": str(storm.id)},
            context=theirs.get(target.channel_id, ()),
        )


def members(turn: Turn, storm: AlertStorm) -> list[Incident]:
    statement = select(Incident).where(Incident.storm_id == storm.id).order_by(Incident.id)
    return list(turn.session.scalars(with_names(statement)))


def _open_by_channel(turn: Turn, storm: AlertStorm) -> dict[int, list[Incident]]:
    """What is in it already and still open: whoever hears of the storm now sees all of it that goes there."""
    found: dict[int, list[Incident]] = defaultdict(list)
    for incident in members(turn, storm):
        if incident.closed_at is None:
            for target in first_targets(turn, incident):
                found[target.channel_id].append(incident)
    return found


def _channels_that_know(turn: Turn, storm: AlertStorm) -> set[int]:
    """Only what was really told counts: a channel that keeps quiet hours has its own list when they end."""
    rows = turn.session.scalars(
        select(IncidentNotice.channel_id)
        .join(Incident, Incident.id == IncidentNotice.incident_id)
        .where(
            Incident.storm_id == storm.id,
            IncidentNotice.kind == "storm.opened",
            IncidentNotice.state == "told",
        )
        .distinct()
    )
    return {channel_id for channel_id in rows if channel_id is not None}


def end_storms(turn: Turn) -> None:
    """Say that a storm is over, with what is left of it; from then on each is told by itself."""
    storm = running(turn)
    if storm is None:
        return
    turn.session.flush()
    left = _count(turn, storm, Incident.closed_at.is_(None))
    if not is_storm_over(to_ms(storm.joined_at), left, turn.at_ms):
        return
    if _count(turn, storm, Incident.telling == "closing"):
        return  # Their ends are the storm's: decided about once it is over, each would be told by itself too.
    storm.ended_at = turn.at
    whole = members(turn, storm)
    for incident in whole:
        if incident.closed_by in BY_PEOPLE:
            put_notice(turn, incident, "incident.closed", "dropped", why={"reason": "paused"})
    whom = _who_knows(turn, [each for each in whole if each.closed_by not in BY_PEOPLE])
    tell(turn, "storm.closed", whom, why={"storm": str(storm.id), "open": left})


def _count(turn: Turn, storm: AlertStorm, condition: ColumnElement[bool]) -> int:
    statement = select(func.count()).select_from(Incident).where(Incident.storm_id == storm.id, condition)
    return turn.session.scalar(statement) or 0


def _who_knows(turn: Turn, incidents: Sequence[Incident]) -> dict[Target, list[Incident]]:
    """Target → the incidents it has heard of, alone or as part of the storm."""
    by_id = {each.id: each for each in incidents}
    rows = turn.session.execute(
        select(IncidentNotice.incident_id, IncidentNotice.channel_id)
        .where(
            IncidentNotice.incident_id.in_(by_id),
            (IncidentNotice.state == "told") & IncidentNotice.kind.in_(HEARD)
            | (IncidentNotice.kind == JOINED),
            IncidentNotice.channel_id.is_not(None),
        )
        .distinct()
    )
    found: dict[Target, list[Incident]] = defaultdict(list)
    for incident_id, channel_id in rows:
        if channel_id in turn.channels:
            found[Target(channel_id)].append(by_id[incident_id])
    return found
