"""The address a request came to, where organizations have addresses of their own (CLOUDEYE_BASE_DOMAIN).

Such an address is for the members of its organization alone: whoever logs in there is in that organization,
a session or token of another one counts for nothing there, and a name of no organization is nowhere.
"""

from __future__ import annotations

from flask import Flask, current_app, g, request

from app.core.errors import NotFoundError, NotLoggedInError, NotPermittedError
from app.service.actor import Actor
from app.service.auth import load_actor
from app.service.subdomain import Home, home_of, label_of

MOST_BRAND = 32
"""What fits beside the mark on a phone."""
EVERYWHERE = ("/healthz", "/readyz", "/metrics", "/static/")


def init_app(app: Flask) -> None:
    app.jinja_env.globals["host_brand"] = host_brand
    if app.config["BASE_DOMAIN"]:
        app.before_request(_refuse_nobodys)


def hosts_home() -> Home | None:
    """Whose address this request came to; None where it is everybody's."""
    base = current_app.config["BASE_DOMAIN"]
    if not base:
        return None
    if "home" not in g:
        label = label_of(request.host, base)
        g.home = home_of(label) if label else None
    home: Home | None = g.home
    return home


def host_brand() -> str:
    """The name of the organization whose address this is; empty where it is everybody's."""
    home = hosts_home()
    name = home.name if home else ""
    return name if len(name) <= MOST_BRAND else f"{name[: MOST_BRAND - 1].rstrip()}…"


def _refuse_nobodys() -> None:
    if request.path.startswith(EVERYWHERE):
        return
    home = hosts_home()
    if home is not None and not home.organization_id:
        raise NotFoundError("there is no organization at this address")


def held_to_host(actor: Actor | None) -> Actor | None:
    """Who asks, as far as this address is concerned: a session of another organization is nobody's here."""
    home = hosts_home() if actor is not None else None
    if actor is None or home is None or actor.organization_id == home.organization_id:
        return actor
    if actor.way == "session":
        return None
    raise NotLoggedInError("the token is for another organization than this address")


def at_host(actor: Actor, *, may_move: bool = True) -> Actor:
    """Who comes in here: at an organization's address, as a member of it.

    `NotLoggedInError` for somebody who is none, told as a wrong password is; `NotPermittedError` for
    somebody who is in already and may not move.
    """
    home = hosts_home()
    if home is None or actor.organization_id == home.organization_id:
        return actor
    if not may_move:
        raise NotPermittedError("this address is for one organization alone")
    version = actor.user.session_version
    member = load_actor(actor.user.id, home.organization_id, version, way=actor.way, ip=actor.ip)
    if member is None:
        raise NotLoggedInError("the account or the password is wrong")
    return member
