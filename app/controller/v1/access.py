"""`/user/…`: log-ins by tokens, logging out, one's sessions, and one's API tokens."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request

from app.controller.common.answer import answer
from app.controller.common.credentials import (
    REFRESH_COOKIE,
    drop_cookies,
    family_id,
    put_cookies,
)
from app.controller.common.csrf import check_csrf, masked
from app.controller.common.host import at_host
from app.controller.common.identity import client_address, current_session_key, end_session
from app.controller.common.output import Flag, Id, Moment, Text, Texts, Value, Whole, dump
from app.controller.common.parser import body, boolean, integer, listing, text, texts
from app.controller.common.proof import need_fresh
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.core.errors import InvalidError
from app.service.access import api_tokens, logins
from app.service.access.tokens import (
    REFRESH_DAYS,
    csrf_of_family,
    end_family,
    exchange,
    family_of_refresh,
    issue_tokens,
)
from app.service.actor import Actor
from app.service.auth import log_in
from app.service.factor.second import check_second
from app.service.permission.roles import PERMISSIONS

TOKENS: dict[str, Value] = {
    "access_token": Text(nullable=True),
    "refresh_token": Text(nullable=True),
    "token_type": Text(),
    "expires_in": Whole(),
    "csrf_token": Text(nullable=True),
}
LOGIN: dict[str, Value] = {
    "key": Text(),
    "kind": Text(),
    "how": Text(),
    "ip": Text(),
    "agent": Text(),
    "began_at": Moment(),
    "last_seen_at": Moment(),
    "is_current": Flag(),
}
API_TOKEN: dict[str, Value] = {
    "id": Id(),
    "name": Text(),
    "scopes": Texts(),
    "created_at": Moment(),
    "expires_at": Moment(),
    "last_used_at": Moment(nullable=True),
    "last_used_ip": Text(),
}
GRANT = (
    body()
    .add("account", text(1, 254), help="With `password`: a first pair of tokens.")
    .add("password", text(1, 256))
    .add("code", text(1, 40), help="With `password`, of who has a second factor: a code of it.")
    .add("refresh_token", text(1, 4000), help="Instead: a new pair for an old one, which ends with it.")
    .add("cookie", boolean(), help="Give the tokens as HttpOnly cookies; changes need `csrf_token` then.")
)
NEW_TOKEN = (
    body()
    .add("name", text(1, 200), required=True)
    .add("scopes", texts(100, 50), required=True, help="Some of your own permissions.")
    .add("days", integer(*api_tokens.DAYS), default=api_tokens.DEFAULT_DAYS, help="How long it is good for.")
)


@route(routes, "/user/logout", "logout")
class Logout(Resource):
    @operation("Log out", about="Ends the session, or the log-in by tokens that the request came with.")
    def post(self, actor: Actor, args: dict[str, Any]) -> Response:
        family = family_id()
        response = answer(None)
        if actor.way == "session":
            logins.note_logout(actor)
            end_session()
        elif family is not None:
            end_family(actor, family, "logout")
            drop_cookies(response)
        return response


@route(routes, "/user/token", "token")
class Token(Resource):
    @operation(
        "Get tokens",
        parser=GRANT,
        output=TOKENS,
        about="By account and password, or by a refresh token. A refresh token is good once: one that comes "
        "a second time ends the log-in. With `cookie` and nothing else, the refresh token is taken from its "
        "cookie, and `X-CSRF-Token` must be sent.",
    )
    def post(self, actor: None, args: dict[str, Any]) -> Response:
        is_cookie = bool(args.get("cookie"))
        someone, tokens = self._refreshed(args) if _is_refresh(args) else self._granted(args)
        g.actor = someone
        data = {**tokens, "csrf_token": None}
        if is_cookie:
            family = family_of_refresh(tokens["refresh_token"])
            data.update(access_token=None, refresh_token=None, csrf_token=masked(csrf_of_family(family)))
        response = answer(dump(data, TOKENS))
        if is_cookie:
            put_cookies(response, tokens, REFRESH_DAYS * 86400)
        return response

    def _granted(self, args: dict[str, Any]) -> tuple[Actor, dict[str, Any]]:
        missing = {name: "is missing" for name in ("account", "password") if name not in args}
        if missing:
            raise InvalidError(missing)
        someone = at_host(log_in(args["account"], args["password"], ip=client_address(), way="jwt"))
        check_second(someone, args.get("code"))
        return someone, issue_tokens(someone, agent=_agent())

    def _refreshed(self, args: dict[str, Any]) -> tuple[Actor, dict[str, Any]]:
        given = args.get("refresh_token")
        if given is None:
            given = request.cookies[REFRESH_COOKIE]
            check_csrf(csrf_of_family(family_of_refresh(given)))
        return exchange(given, ip=client_address(), agent=_agent())


def _is_refresh(args: dict[str, Any]) -> bool:
    by_cookie = bool(args.get("cookie")) and "account" not in args and REFRESH_COOKIE in request.cookies
    return "refresh_token" in args or by_cookie


def _agent() -> str:
    return request.headers.get("User-Agent", "")


@route(routes, "/user/sessions", "sessions")
class Sessions(Resource):
    @operation(
        "List where I am logged in",
        parser=listing(),
        output=LOGIN,
        paged=True,
        about="Sessions and log-ins by tokens, the last used first.",
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return logins.list_logins(actor, current_session_key(), **args)


@route(routes, "/user/sessions/<key:key>", "session")
class Session(Resource):
    @operation("End one of my log-ins", about="Asks for proof ten minutes after the log-in.")
    def delete(self, actor: Actor, args: dict[str, Any], key: str) -> None:
        need_fresh(actor)
        logins.end_login(actor, key)


@route(routes, "/user/sessions/end_others", "sessions_end_others")
class SessionsEndOthers(Resource):
    @operation(
        "End all my log-ins but this one",
        output={"ended": Whole()},
        about="Asks for proof ten minutes after the log-in.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> dict[str, int]:
        need_fresh(actor)
        return {"ended": logins.end_other_logins(actor, current_session_key())}


@route(routes, "/user/permissions", "permissions")
class Permissions(Resource):
    @operation("List the permissions there are, by role", output={role: Texts() for role in PERMISSIONS})
    def get(self, actor: Actor, args: dict[str, Any]) -> dict[str, list[str]]:
        return {role: sorted(permissions) for role, permissions in PERMISSIONS.items()}


@route(routes, "/user/tokens", "api_tokens")
class ApiTokens(Resource):
    @operation("List my API tokens, newest first", parser=listing(), output=API_TOKEN, paged=True)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return api_tokens.list_api_tokens(actor, **args)

    @operation(
        "Make an API token",
        parser=NEW_TOKEN,
        output={**API_TOKEN, "token": Text()},
        status=201,
        about="`token` is given this once. Send it as `Authorization: Bearer ce_…`.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> dict[str, Any]:
        token, said = api_tokens.create_api_token(actor, args)
        return {**{name: getattr(token, name) for name in API_TOKEN}, "token": said}


@route(routes, "/user/tokens/<id:api_token_id>", "api_token")
class ApiToken(Resource):
    @operation("Delete an API token")
    def delete(self, actor: Actor, args: dict[str, Any], api_token_id: int) -> None:
        api_tokens.delete_api_token(actor, api_token_id)
