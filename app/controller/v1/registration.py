"""`/user/register`, `/user/password/…`, `/user/join`: how somebody gets an account, or back into it.

None of these answers says whether there is an account of that name.
"""

from __future__ import annotations

from typing import Any

from flask import request

from app.controller.common.entering import enter
from app.controller.common.identity import client_address
from app.controller.common.output import Flag, Text, Value
from app.controller.common.parser import Parser, body, boolean, choice, identifier, text
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.controller.v1.user import ME, me_of
from app.core.settings import get_settings
from app.service.account import invite, register, reset, rules
from app.service.actor import Actor

LANGUAGES = ("en", "zh")
ACCOUNT_HELP = "E-mail address or phone number."
REGISTRATION: dict[str, Value] = {"enabled": Flag(), "email": Flag(), "phone": Flag()}
RULES: dict[str, Value] = {
    "registration": Flag(),
    "mail_channel": Text(nullable=True),
    "sms_channel": Text(nullable=True),
}
OFFER: dict[str, Value] = {
    "organization": Text(),
    "role": Text(attribute="invitation.role"),
    "invited_by": Text(attribute="invitation.invited_by"),
    "account": Text(nullable=True),
    "needs_code": Flag(),
}
WHOSE: dict[str, Value] = {"account": Text()}
RULE_CHANGES = (
    body()
    .add("registration", boolean(), help="Whether anybody may register.")
    .add("mail_channel", identifier(), nullable=True, help="The channel that e-mails go through.")
    .add("sms_channel", identifier(), nullable=True, help="The channel that text messages go through.")
)


def asking_locale(args: dict[str, Any]) -> str:
    """The language of whoever asks: named, or the browser's, or the installation's."""
    best = args.get("locale") or request.accept_languages.best_match(LANGUAGES)
    return str(best or vars(get_settings())["DEFAULT_LOCALE"])


def _asked() -> Parser:
    return (
        body()
        .add("account", text(1, 254), required=True, help=ACCOUNT_HELP)
        .add("locale", choice(*LANGUAGES), help="The language of the letter.")
    )


def _person(parser: Parser) -> Parser:
    return (
        parser.add("password", text(1, 256), required=True)
        .add("name", text(0, 200))
        .add("locale", choice(*LANGUAGES))
    )


def _shown(found: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if type(value) is int else value for name, value in found.items()}


@route(routes, "/user/register/rules", "account_rules")
class AccountRules(Resource):
    @operation("See whether people may register, and what letters go through", output=RULES)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return _shown(rules.read_rules(actor))

    @operation(
        "Change whether people may register, and what letters go through",
        parser=RULE_CHANGES,
        output=RULES,
        about="For the installation's first organization, which runs it.",
    )
    def patch(self, actor: Actor, args: dict[str, Any]) -> Any:
        return _shown(rules.change_rules(actor, args))


@route(routes, "/user/register", "register")
class Register(Resource):
    @operation("See whether one may register", output=REGISTRATION)
    def get(self, actor: None, args: dict[str, Any]) -> Any:
        return rules.registration()

    @operation(
        "Register",
        parser=_person(
            body()
            .add("account", text(1, 254), required=True, help=ACCOUNT_HELP)
            .add("code", text(1, 20), required=True, help="The eight digits that were sent.")
            .add("organization", text(0, 200), help="What the new organization is called.")
        ),
        output=ME,
        status=201,
        about="Begins a session. Ask for the code first.",
    )
    def post(self, actor: None, args: dict[str, Any]) -> Any:
        someone = register.register(ip=client_address(), **args)
        enter(someone)
        return me_of(someone)


@route(routes, "/user/register/code", "register_code")
class RegisterCode(Resource):
    @operation("Have a code sent, to register", parser=_asked(), status=202)
    def post(self, actor: None, args: dict[str, Any]) -> None:
        register.ask_registration(args["account"], ip=client_address(), locale=asking_locale(args))


@route(routes, "/user/password/forgot", "password_forgot")
class PasswordForgot(Resource):
    @operation(
        "Have a link sent, to choose a new password",
        parser=_asked(),
        status=202,
        about="The same answer whether there is such an account or not. The link is good for 30 minutes.",
    )
    def post(self, actor: None, args: dict[str, Any]) -> None:
        reset.ask_reset(args["account"], ip=client_address(), locale=asking_locale(args))


@route(routes, "/user/password/reset", "password_reset")
class PasswordReset(Resource):
    @operation(
        "Choose a new password by a link",
        parser=body()
        .add("token", text(1, 100), required=True, help="The last part of the link.")
        .add("password", text(1, 256), required=True),
        output=WHOSE,
        about="Ends every session and every token of the account. Log in afterwards.",
    )
    def post(self, actor: None, args: dict[str, Any]) -> Any:
        return reset.reset_password(args["token"], args["password"], ip=client_address())


@route(routes, "/user/join/look", "join_look")
class JoinLook(Resource):
    @operation(
        "See what an invitation offers",
        parser=body().add("token", text(1, 100), required=True, help="The last part of the link."),
        output=OFFER,
    )
    def post(self, actor: None, args: dict[str, Any]) -> Any:
        return invite.look(args["token"], ip=client_address())


@route(routes, "/user/join/code", "join_code")
class JoinCode(Resource):
    @operation(
        "Have a code sent, to join with a new account",
        parser=_asked().add("token", text(1, 100), required=True),
        status=202,
        about="Where the invitation says that it needs one.",
    )
    def post(self, actor: None, args: dict[str, Any]) -> None:
        ip, locale = client_address(), asking_locale(args)
        invite.ask_join(args["token"], args["account"], ip=ip, locale=locale)


@route(routes, "/user/join/new", "join_new")
class JoinNew(Resource):
    @operation(
        "Join with a new account",
        parser=_person(
            body()
            .add("token", text(1, 100), required=True)
            .add("account", text(1, 254), help="Where the invitation is not for an address.")
            .add("code", text(1, 20), help="Where the invitation says that it needs one.")
        ),
        output=ME,
        status=201,
        about="Begins a session.",
    )
    def post(self, actor: None, args: dict[str, Any]) -> Any:
        someone = invite.accept_new(ip=client_address(), **args)
        enter(someone)
        return me_of(someone)
