"""`/user/login/factor` and `/user/login/passkey`: the second step of a log-in, and the log-in in one step."""

from __future__ import annotations

from typing import Any

from flask import request

from app.controller.common.challenge import put_challenge, take_challenge
from app.controller.common.entering import complete, enter, half_actor, need_half
from app.controller.common.identity import client_address
from app.controller.common.output import Mapping
from app.controller.common.parser import body, mapping, text
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.controller.v1.user import ME, me_of
from app.service.actor import Actor
from app.service.auth import log_in_as
from app.service.factor.passkey import check_passkey, login_options, party_of
from app.service.factor.second import check_code

PURPOSE = "login"


@route(routes, "/user/login/factor", "login_factor")
class LoginFactor(Resource):
    @operation(
        "Do the second step of a log-in, by a code",
        parser=body().add("code", text(1, 40), required=True, help="The app's, or a recovery code."),
        output=ME,
        about="With the cookie that `/user/login` set; it counts for ten minutes.",
    )
    def post(self, actor: None, args: dict[str, Any]) -> dict[str, Any]:
        someone = need_half()
        complete(someone, check_code(someone, args["code"]))
        return me_of(someone)


@route(routes, "/user/login/passkey/options", "login_passkey_options")
class LoginPasskeyOptions(Resource):
    @operation(
        "Ask for a passkey, to log in",
        parser=body(),
        output={"publicKey": Mapping()},
        about="For `navigator.credentials.get`. Between the two steps it asks for the user's own alone.",
    )
    def post(self, actor: None, args: dict[str, Any]) -> dict[str, Any]:
        return {"publicKey": passkey_question()}


@route(routes, "/user/login/passkey", "login_passkey")
class LoginPasskey(Resource):
    @operation(
        "Log in with a passkey",
        parser=body().add("credential", mapping(), required=True, help="What the browser gave, as JSON."),
        output=ME,
        about="It is both steps in one, or the second one.",
    )
    def post(self, actor: None, args: dict[str, Any]) -> dict[str, Any]:
        return me_of(enter_by_passkey(args["credential"]))


def passkey_question() -> dict[str, Any]:
    """What the browser needs to show a passkey; its challenge is kept in the session."""
    half = half_actor()
    options, challenge = login_options(party_of(request.host_url), half.user if half else None)
    put_challenge(PURPOSE, {"challenge": challenge})
    return options


def enter_by_passkey(credential: dict[str, Any]) -> Actor:
    """The actor whose passkey it is, logged in."""
    kept, half = take_challenge(PURPOSE), half_actor()
    party = party_of(request.host_url)
    user = check_passkey(party, kept["challenge"], credential, half.user if half else None)
    if half is not None:
        complete(half, "passkey")
        return half
    someone = log_in_as(user, ip=client_address())
    enter(someone, how="passkey", is_whole=True)
    return someone
