"""How people get accounts on this installation: whether they may register, and what letters go through.

The installation is run by its first organization: its owners decide here, or whoever has the command line.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from app.core.errors import InvalidError, NotPermittedError
from app.models import Channel, Organization, db, write
from app.service.account.letter import SETTINGS, can_reach, reaches
from app.service.actor import Actor
from app.service.audit import changed, record_change
from app.service.setting import forget_settings, get_setting, put_setting

FIELDS = ("registration", "mail_channel", "sms_channel")


def runs_installation(actor: Actor) -> bool:
    """Whether theirs is the organization that runs the installation: the first one."""
    return actor.organization_id == db.session.scalar(select(func.min(Organization.id)))


def registration() -> dict[str, bool]:
    """Whether people may register, and by what."""
    is_on = bool(get_setting("registration"))
    return {
        "enabled": is_on,
        "email": is_on and can_reach("email"),
        "phone": is_on and can_reach("phone"),
    }


def read_rules(actor: Actor) -> dict[str, Any]:
    """The rules as they are."""
    _check(actor)
    return {name: get_setting(name) for name in FIELDS}


def offered_channels(actor: Actor, kind: str) -> list[Channel]:
    """The channels that can send to single people by this kind of address."""
    own = select(Channel).where(Channel.organization_id == actor.organization_id).order_by(Channel.name)
    return [each for each in db.session.scalars(own.limit(500)) if reaches(each.type) == kind]


def change_rules(actor: Actor, values: dict[str, Any]) -> dict[str, Any]:
    """Change some of the rules; a channel must be one of one's own that can send to single people."""
    _check(actor)
    before = read_rules(actor)
    for kind, name in SETTINGS.items():
        offered = {each.id for each in offered_channels(actor, kind)}
        if values.get(name) is not None and values[name] not in offered:
            raise InvalidError({name: "is not a channel that can send to single people"})
    old, new = changed(before, {name: values[name] for name in FIELDS if name in values})
    if new:
        with write() as session:
            for name, value in new.items():
                put_setting(session, name, value)
            record_change(session, actor, "accounts.change", "setting", None, before=old, after=new)
        forget_settings()
    return read_rules(actor)


def _check(actor: Actor) -> None:
    if not runs_installation(actor):
        raise NotPermittedError("only the organization that runs this installation decides that")
