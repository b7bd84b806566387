"""The same for many monitors at once: pause, resume, delete, change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.core.errors import ConflictError, InvalidError, NotFoundError
from app.models import Monitor, db
from app.service.actor import Actor
from app.service.monitor.manage import (
    change_monitor,
    delete_monitor,
    matching,
    pause_monitor,
    resume_monitor,
)

ACTS = ("pause", "resume", "delete", "change")
MOST = 500
# What may be said of many at once; the rest is each monitor's own.
CHANGEABLE = (
    "interval_seconds",
    "timeout_seconds",
    "confirm_count",
    "recover_count",
    "retry_seconds",
    "slow_ms",
    "slow_factor",
    "locations",
    "quorum",
    "escalation_id",
    "dependencies",
)


@dataclass(slots=True)
class Done:
    """How many it was done to, those it was refused for (monitor id → field → why), and how many are left."""

    count: int = 0
    refused: dict[int, dict[str, str]] = field(default_factory=dict)
    left: int = 0


def act_on_many(
    actor: Actor,
    act: str,
    *,
    ids: Sequence[int] | None = None,
    wanted: Mapping[str, Any] | None = None,
    values: Mapping[str, Any] | None = None,
) -> Done:
    """Do one thing to the monitors of these ids, or to those that match a filter (see `monitor.matching`).

    At most 500 at a time, the oldest first. Each is changed by itself: one that refuses holds up no other.
    Raises InvalidError when it is not said to which, or which change.
    """
    values = values or {}
    if (ids is None) == (wanted is None):
        raise InvalidError({"ids": "say either ids or a filter"})
    if act == "change" and not values:
        raise InvalidError({"values": "must not be empty"})
    chosen, left = _chosen(actor, ids, wanted)
    doing: dict[str, Callable[[int], object]] = {
        "pause": lambda each: pause_monitor(actor, each),
        "resume": lambda each: resume_monitor(actor, each, runs=False),
        "delete": lambda each: delete_monitor(actor, each),
        "change": lambda each: change_monitor(actor, each, dict(values), runs=False),
    }
    done = Done(left=left)
    for each in chosen:
        try:
            doing[act](each)
            done.count += 1
        except InvalidError as error:
            done.refused[each] = dict(error.fields)
        except (ConflictError, NotFoundError) as error:
            done.refused[each] = {"monitor": str(error)}
    return done


def _chosen(
    actor: Actor, ids: Sequence[int] | None, wanted: Mapping[str, Any] | None
) -> tuple[list[int], int]:
    """Their ids, and how many more there are. One that is named and not there is refused in its turn."""
    if ids is not None:
        found = sorted(set(ids))
    else:
        statement = matching(actor, **(wanted or {})).with_only_columns(Monitor.id)
        found = list(db.session.scalars(statement.order_by(Monitor.id)))
    return found[:MOST], max(0, len(found) - MOST)
