"""Pictures of people: by upload or from an address, kept small, under an address of their own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import InvalidError, NotFoundError, RateLimitedError
from app.core.http import Door, DoorError
from app.core.redis import increment_within
from app.core.settings import get_settings
from app.engine.net.guard import AllowList
from app.models import Avatar, Membership, db, write
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.profile.picture import MOST_BYTES, PictureError, make_square
from app.service.scheduling.schedule import allowed_networks

TRIES_A_MINUTE = 10
SECONDS = 10.0
_NAME = re.compile(r"[0-9a-f]{64}")


def avatar_of(user_id: int) -> str | None:
    """The name of somebody's picture: its SHA-256. None: they have none."""
    return db.session.scalar(select(Avatar.sha256).where(Avatar.user_id == user_id))


def avatars_of(user_ids: Collection[int]) -> dict[int, str]:
    """The names of these people's pictures, for those who have one."""
    rows = db.session.execute(select(Avatar.user_id, Avatar.sha256).where(Avatar.user_id.in_(user_ids)))
    return {row.user_id: row.sha256 for row in rows}


def read_avatar(actor: Actor, name: str) -> bytes:
    """A picture by its name, of somebody in the actor's organization or of the actor; WebP."""
    image = None
    if _NAME.fullmatch(name):
        colleagues = select(Membership.user_id).where(Membership.organization_id == actor.organization_id)
        image = db.session.scalar(
            select(Avatar.image)
            .where(Avatar.sha256 == name, Avatar.user_id.in_(colleagues) | (Avatar.user_id == actor.user.id))
            .limit(1)
        )
    if image is None:
        raise NotFoundError("there is no such picture")
    return image


def set_avatar(actor: Actor, data: bytes) -> str:
    """Take a picture that was sent, made anew; its name. InvalidError names `picture`."""
    _count(actor)
    return _keep(actor, data, "picture")


def fetch_avatar(actor: Actor, url: str) -> str:
    """Take a picture from an address, through the guarded door; its name. InvalidError names `url`."""
    _count(actor)
    networks = AllowList.of(allowed_networks(actor.organization))
    db.session.commit()
    door = Door(
        networks,
        ca_file=get_settings().CA_FILE,
        total_seconds=SECONDS,
        max_bytes=MOST_BYTES,
        user_agent="CloudEye/1 (+avatar)",
    )
    try:
        answer = door.request("GET", url.strip(), headers={"Accept": "image/*"})
    except DoorError as error:
        raise InvalidError({"url": error.sentence}) from error
    if answer.status != 200:
        raise InvalidError({"url": f"the address answered {answer.status}"})
    return _keep(actor, answer.body, "url")


def remove_avatar(actor: Actor) -> None:
    with write() as session:
        row = session.get(Avatar, actor.user.id)
        if row is not None:
            _note(session, actor, "avatar.remove", row.sha256, None)
            session.delete(row)


def _count(actor: Actor) -> None:
    rate = increment_within(f"avatar:{actor.user.id}", TRIES_A_MINUTE, 60)
    if not rate.allowed:
        raise RateLimitedError(rate.resets_in)


def _keep(actor: Actor, data: bytes, field: str) -> str:
    try:
        image = make_square(data)
    except PictureError as error:
        raise InvalidError({field: str(error)}) from error
    name = hashlib.sha256(image).hexdigest()
    with write() as session:
        row = session.get(Avatar, actor.user.id)
        before = row.sha256 if row else None
        if row is None:
            session.add(Avatar(user_id=actor.user.id, sha256=name, image=image))
        else:
            row.sha256, row.image = name, image
        if before != name:
            _note(session, actor, "avatar.change", before, name)
    return name


def _note(session: Session, actor: Actor, action: str, before: str | None, after: str | None) -> None:
    old, new = {"picture": before} if before else None, {"picture": after} if after else None
    record_change(session, actor, action, "user", actor.user.id, before=old, after=new)
