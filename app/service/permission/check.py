"""May they? The one question, asked of the tables in `rules`, by every face.

An endpoint that is in none of them is refused to everybody, and a test fails for it.
"""

from __future__ import annotations

import importlib
import pkgutil

from app.core.errors import NotLoggedInError, NotPermittedError
from app.service.actor import Actor
from app.service.permission import rules
from app.service.permission.narrowed import KEPT
from app.service.permission.roles import PERMISSIONS, PUBLIC, SELF, SESSION, SESSION_ONLY, grantable

LOOKING = ("GET", "HEAD", "OPTIONS")
PERSONAL = "this is done in a session, not by a token or a signed call"
UNCHANGING = "a token or a signed call changes nothing about its user"
NARROWED = "this is for members who are not narrowed to some sites"
PRESENT = ("session", "cli")
"""Ways of somebody who is there in person."""


def _gather() -> dict[tuple[str, str], str]:
    gathered: dict[tuple[str, str], str] = {}
    for found in pkgutil.iter_modules(rules.__path__, f"{rules.__name__}."):
        table: dict[tuple[str, str], str] = importlib.import_module(found.name).RULES
        if twice := gathered.keys() & table.keys():
            raise RuntimeError(f"{found.name} gives a second rule to {sorted(twice)}")
        gathered |= table
    return gathered


RULES = _gather()


def rule_of(endpoint: str, method: str) -> str | None:
    """The permission an endpoint asks for; None when nobody has given it a rule."""
    return RULES.get((endpoint, "GET" if method in ("HEAD", "OPTIONS") else method))


def may(actor: Actor, permission: str, *, changes: bool = False) -> bool:
    """`changes` says that more than looking is meant: what is narrowed changes nothing about its user."""
    if permission == SELF:
        return actor.way != "deployment" and (actor.scopes is None or not changes)
    if permission == SESSION:
        return actor.way == "session"
    if permission in SESSION_ONLY and actor.way not in PRESENT:
        return False
    if actor.scope is not None and permission not in KEPT:
        return False
    return permission in PERMISSIONS[actor.role] and (actor.scopes is None or permission in actor.scopes)


def permissions_of(actor: Actor) -> list[str]:
    """What they may, by role, way and scopes."""
    return sorted(each for each in PERMISSIONS[actor.role] if may(actor, each))


def grantable_by(actor: Actor, role: str | None = None) -> frozenset[str]:
    """What they can hand to a token of their own, or to a program that acts for somebody of this role."""
    return frozenset(each for each in grantable(role or actor.role) if may(actor, each))


def authorise(actor: Actor | None, endpoint: str, method: str) -> None:
    """Let pass, or raise what stands in the way."""
    rule = rule_of(endpoint, method)
    if rule == PUBLIC:
        return
    if actor is None:
        raise NotLoggedInError
    if rule is None or not may(actor, rule, changes=method not in LOOKING):
        raise NotPermittedError(_why_not(actor, rule))


def _why_not(actor: Actor, rule: str | None) -> str | None:
    """What stands in the way besides the role; None where it is the role."""
    if (rule == SESSION or rule in SESSION_ONLY) and actor.way not in PRESENT:
        return PERSONAL
    if rule == SELF and actor.way != "deployment":
        return UNCHANGING
    if rule not in PERMISSIONS[actor.role]:
        return None
    if actor.scope is not None and rule not in KEPT:
        return NARROWED
    return f"this token or app was not given the permission {rule}"
