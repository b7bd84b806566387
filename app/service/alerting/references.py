"""Ids that somebody names in a policy or a rota: each has to be the organization's own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import InvalidError
from app.engine.notify.registry import problems
from app.models import Channel, EscalationPolicy, Membership, Rota
from app.service.actor import Actor

Shape = TypeVar("Shape", bound=BaseModel)


def shaped(kind: type[Shape], values: Any, field: str = "") -> Shape:
    """`values` as `kind` has it. Raises InvalidError naming what is wrong, under `field` if there is one."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise InvalidError(_named(problems(error), field)) from error


def _named(found: dict[str, str], field: str) -> dict[str, str]:
    """pydantic names a whole model's problem by nothing at all, which `problems` calls config."""
    whole = field or "steps"
    return {
        whole if name == "config" else f"{field}.{name}" if field else name: why
        for name, why in found.items()
    }


def check_channels(session: Session, actor: Actor, ids: Iterable[int], field: str) -> None:
    _check(
        session, select(Channel.id), Channel.organization_id == actor.organization_id, Channel.id, ids, field
    )


def check_rotas(session: Session, actor: Actor, ids: Iterable[int], field: str) -> None:
    _check(session, select(Rota.id), Rota.organization_id == actor.organization_id, Rota.id, ids, field)


def check_policies(session: Session, actor: Actor, ids: Iterable[int], field: str) -> None:
    own = EscalationPolicy.organization_id == actor.organization_id
    _check(session, select(EscalationPolicy.id), own, EscalationPolicy.id, ids, field)


def check_users(session: Session, actor: Actor, ids: Iterable[int], field: str) -> None:
    own = Membership.organization_id == actor.organization_id
    _check(session, select(Membership.user_id), own, Membership.user_id, ids, field)


def _check(session: Session, statement: Any, own: Any, column: Any, ids: Iterable[int], field: str) -> None:
    wanted = set(ids)
    known = set(session.scalars(statement.where(own, column.in_(wanted)))) if wanted else set()
    if wanted - known:
        raise InvalidError({field: "names something that is not there"})
