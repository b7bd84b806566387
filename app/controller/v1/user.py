"""`/user/…`: log in and out, tokens, oneself, the organization's members, the audit log."""

from __future__ import annotations

from typing import Any

from app.controller.common.identity import (
    begin_session,
    check_csrf,
    client_address,
    csrf_token,
    end_session,
)
from app.controller.common.output import Flag, Id, Inside, Mapping, Moment, Text, Texts, Value, Whole
from app.controller.common.parser import body, choice, identifier, listing, text
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.core.errors import InvalidError
from app.service.actor import Actor
from app.service.audit import list_entries
from app.service.auth import actor_of_token, issue_tokens, log_in
from app.service.permission import PERMISSIONS
from app.service.user import change_me, list_members

USER = {"id": Id(), "email": Text(), "name": Text(), "locale": Text(nullable=True), "theme": Text()}
ORGANIZATION = {"id": Id(), "code": Text(), "name": Text(), "timezone": Text(), "locale": Text()}
ME: dict[str, Value] = {
    "user": Inside(USER),
    "organization": Inside(ORGANIZATION),
    "role": Text(),
    "permissions": Texts(),
    "csrf_token": Text(nullable=True),
}
TOKENS = {"access_token": Text(), "refresh_token": Text(), "token_type": Text(), "expires_in": Whole()}
MEMBER: dict[str, Value] = {
    "id": Id(),
    "role": Text(),
    "email": Text(attribute="user.email"),
    "name": Text(attribute="user.name"),
    "is_active": Flag(attribute="user.is_active"),
    "last_login_at": Moment(attribute="user.last_login_at", nullable=True),
}
ENTRY: dict[str, Value] = {
    "id": Id(),
    "at": Moment(),
    "user_id": Id(nullable=True),
    "user_email": Text(),
    "way": Text(),
    "ip": Text(),
    "request_id": Text(),
    "action": Text(),
    "object_type": Text(),
    "object_id": Id(nullable=True),
    "before": Mapping(nullable=True),
    "after": Mapping(nullable=True),
}
CREDENTIALS = (
    body()
    .add("account", text(1, 254), required=True, help="The e-mail address.")
    .add("password", text(1, 256), required=True)
)
GRANT = (
    body()
    .add("account", text(1, 254), help="With `password`: a first pair of tokens.")
    .add("password", text(1, 256))
    .add("refresh_token", text(1, 4000), help="Instead: a new pair for an old one.")
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
        "permissions": sorted(PERMISSIONS[actor.role]),
        "csrf_token": csrf_token() if actor.way == "session" else None,
    }


@route(routes, "/user/login", "login")
class Login(Resource):
    @operation(
        "Log in with a session",
        parser=CREDENTIALS,
        output=ME,
        about="Sets a cookie. Send `csrf_token` back as `X-CSRF-Token` with every change.",
    )
    def post(self, actor: None, args: dict[str, Any]) -> dict[str, Any]:
        someone = log_in(args["account"], args["password"], ip=client_address())
        begin_session(someone)
        return me_of(someone)


@route(routes, "/user/logout", "logout")
class Logout(Resource):
    @operation("Log out", about="Ends the session; a token just runs out.")
    def post(self, actor: Actor, args: dict[str, Any]) -> None:
        if actor.way == "session":
            end_session()


@route(routes, "/user/token", "token")
class Token(Resource):
    @operation(
        "Get tokens", parser=GRANT, output=TOKENS, about="By account and password, or by a refresh token."
    )
    def post(self, actor: None, args: dict[str, Any]) -> dict[str, Any]:
        if "refresh_token" in args:
            return issue_tokens(actor_of_token(args["refresh_token"], kind="refresh", ip=client_address()))
        missing = {name: "is missing" for name in ("account", "password") if name not in args}
        if missing:
            raise InvalidError(missing)
        return issue_tokens(log_in(args["account"], args["password"], ip=client_address(), way="jwt"))


@route(routes, "/user/me", "me")
class Me(Resource):
    @operation("Who am I", output=ME)
    def get(self, actor: Actor, args: dict[str, Any]) -> dict[str, Any]:
        return me_of(actor)

    @operation("Change my name, language, theme or password", parser=MY_CHANGES, output=ME)
    def patch(self, actor: Actor, args: dict[str, Any]) -> dict[str, Any]:
        user = change_me(actor, args)
        fresh = Actor(user, actor.organization, actor.role, actor.way, actor.ip)
        if "password" in args and actor.way == "session":
            check_csrf()
            begin_session(fresh)
        return me_of(fresh)


@route(routes, "/user/members", "members")
class Members(Resource):
    @operation("List the organization's members", parser=listing(), output=MEMBER, paged=True)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return list_members(actor, **args)


@route(routes, "/user/audit", "audit")
class Audit(Resource):
    @operation(
        "List the audit log, newest first",
        parser=listing().add("action", text(1, 64)).add("object_id", identifier()),
        output=ENTRY,
        paged=True,
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return list_entries(actor, **args)
