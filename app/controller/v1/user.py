"""`/user/…`: log in with a session, oneself, the organization's members."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.controller.common.credentials import token_csrf
from app.controller.common.csrf import csrf_token
from app.controller.common.entering import enter
from app.controller.common.host import at_host
from app.controller.common.identity import client_address, renew_session
from app.controller.common.output import Flag, Id, Inside, Text, Texts, Value
from app.controller.common.parser import body, choice, text
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.service.account.me import change_me
from app.service.account.reset import warn_of_change
from app.service.actor import Actor
from app.service.auth import log_in
from app.service.factor.second import check_second
from app.service.permission.check import permissions_of

USER: dict[str, Value] = {
    "id": Id(),
    "email": Text(nullable=True),
    "phone": Text(nullable=True),
    "name": Text(),
    "locale": Text(nullable=True),
    "theme": Text(),
    "must_change_password": Flag(),
}
ORGANIZATION: dict[str, Value] = {
    "id": Id(),
    "code": Text(),
    "name": Text(),
    "timezone": Text(),
    "locale": Text(),
}
SCOPE: dict[str, Value] = {"site_ids": Texts(), "tags": Texts()}
"""What a member is narrowed to: these sites, and those that carry one of these tags."""
ME: dict[str, Value] = {
    "user": Inside(USER),
    "organization": Inside(ORGANIZATION),
    "role": Text(),
    "scope": Inside(SCOPE, nullable=True),
    "permissions": Texts(),
    "csrf_token": Text(nullable=True),
}
CREDENTIALS = (
    body()
    .add("account", text(1, 254), required=True, help="The e-mail address or the phone number.")
    .add("password", text(1, 256), required=True)
    .add("code", text(1, 40), help="Of a second factor: the authenticator app's, or a recovery code.")
)
MY_CHANGES = (
    body()
    .add("name", text(0, 200))
    .add("locale", choice("en", "zh"), nullable=True)
    .add("theme", choice("auto", "light", "dark"))
    .add("current_password", text(1, 256), help="Needed to change the password.")
    .add("password", text(1, 256))
)


def me_of(actor: Actor) -> dict[str, Any]:
    return {
        "user": actor.user,
        "organization": actor.organization,
        "role": actor.role,
        "scope": _scope_of(actor),
        "permissions": permissions_of(actor),
        "csrf_token": csrf_token() if actor.way == "session" else token_csrf(),
    }


def _scope_of(actor: Actor) -> dict[str, list[str]] | None:
    """None is the whole organization."""
    if actor.scope is None:
        return None
    site_ids = sorted(actor.scope.site_ids)
    return {"site_ids": [str(each) for each in site_ids], "tags": sorted(actor.scope.tags)}


@route(routes, "/user/login", "login")
class Login(Resource):
    @operation(
        "Log in with a session",
        parser=CREDENTIALS,
        output=ME,
        about="Sets a cookie. Send `csrf_token` back as `X-CSRF-Token` with every change. Who has a second "
        "factor and sends no `code` gets 401 with code 10009, and goes on at `/user/login/factor`.",
    )
    def post(self, actor: None, args: dict[str, Any]) -> dict[str, Any]:
        someone = at_host(log_in(args["account"], args["password"], ip=client_address()))
        if "code" in args:
            check_second(someone, args["code"])
        enter(someone, is_whole="code" in args)
        return me_of(someone)


@route(routes, "/user/me", "me")
class Me(Resource):
    @operation("Who am I", output=ME)
    def get(self, actor: Actor, args: dict[str, Any]) -> dict[str, Any]:
        return me_of(actor)

    @operation("Change my name, language, theme or password", parser=MY_CHANGES, output=ME)
    def patch(self, actor: Actor, args: dict[str, Any]) -> dict[str, Any]:
        fresh = replace(actor, user=change_me(actor, args))
        if "password" in args:
            renew_session(fresh)
            warn_of_change(fresh.user)
        return me_of(fresh)
