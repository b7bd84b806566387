"""Users about themselves."""

from __future__ import annotations

from typing import Any

from app.core.errors import NotPermittedError
from app.models import User, write
from app.service.account.confirm import confirm_password
from app.service.account.own_password import check_is_another
from app.service.account.password import check_own_password, hash_password
from app.service.actor import Actor
from app.service.audit import changed, record_change
from app.service.permission.check import PERSONAL, may
from app.service.permission.roles import SESSION
from app.service.values import plain_name


def change_me(actor: Actor, changes: dict[str, Any]) -> User:
    """Change one's own name, language, theme or password (`current_password`, `password`).

    A new password is for a session to set; it ends every session and log-in by tokens of before.
    """
    hashed = _new_password(actor, changes)
    with write() as session:
        user = session.get_one(User, actor.user.id)
        before = {"name": user.name, "locale": user.locale, "theme": user.theme}
        for name in ("name", "locale", "theme"):
            if name in changes:
                setattr(user, name, plain_name(changes[name]) if name == "name" else changes[name])
        if hashed:
            user.password_hash = hashed
            user.must_change_password = False
            user.session_version += 1
        after = {"name": user.name, "locale": user.locale, "theme": user.theme}
        old, new = changed(before, after)
        if hashed:
            new["password"] = "changed"
        if new:
            record_change(session, actor, "user.change", "user", user.id, before=old, after=new)
    return user


def _new_password(actor: Actor, changes: dict[str, Any]) -> str | None:
    if not changes.get("password"):
        return None
    if not may(actor, SESSION):
        raise NotPermittedError(PERSONAL)
    confirm_password(actor, changes.get("current_password") or "")
    check_own_password(actor.user, changes["password"], also=(actor.organization.name,))
    check_is_another(actor.user, changes["password"])
    return hash_password(changes["password"])
