"""`/user/organizations`, `/user/contact`, `/user/join`: a user's own places and addresses."""

from __future__ import annotations

from typing import Any

from app.controller.common.going_over import check_unbound, check_unbound_for, go_over, settle
from app.controller.common.output import Flag, Id, Inside, Many, Text, Value
from app.controller.common.parser import body, choice, text
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.controller.v1.user import ME, me_of
from app.service.access.tokens import issue_tokens
from app.service.account import contact, invite
from app.service.account import organizations as service
from app.service.actor import Actor

PLACE: dict[str, Value] = {
    "id": Id(attribute="organization.id"),
    "code": Text(attribute="organization.code"),
    "name": Text(attribute="organization.name"),
    "role": Text(),
    "is_active": Flag(),
    "is_present": Flag(),
}
PLACES: dict[str, Value] = {"items": Many(PLACE), "may_create": Flag()}
PAIR: dict[str, Value] = {"access_token": Text(), "refresh_token": Text()}
MOVED: dict[str, Value] = {**ME, "tokens": Inside(PAIR, nullable=True)}
CONTACT: dict[str, Value] = {"email": Text(nullable=True), "phone": Text(nullable=True)}


def moved(asker: Actor, there: Actor) -> dict[str, Any]:
    """Be who `there` is: the session goes over, and a token's holder gets new ones."""
    tokens = None
    if there.way == "session":
        go_over(there)
    else:
        pair = issue_tokens(there, began_ms=asker.began_ms)
        tokens = {name: pair[name] for name in PAIR}
    return {**me_of(there), "tokens": tokens}


@route(routes, "/user/organizations", "organizations")
class Organizations(Resource):
    @operation("List my organizations", output=PLACES)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return {"items": service.list_places(actor), "may_create": service.may_create(actor)}

    @operation(
        "Make an organization and go over to it",
        parser=body().add("name", text(1, 200), required=True),
        output=MOVED,
        status=201,
        about="For who owns one already; for everybody where people may register.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> Any:
        check_unbound()
        return moved(actor, service.create_organization(actor, args["name"]))


@route(routes, "/user/organizations/<id:organization_id>/switch", "organization_switch")
class OrganizationSwitch(Resource):
    @operation(
        "Go over to another of my organizations",
        parser=body(),
        output=MOVED,
        about="A session goes over, with a new id and a new CSRF token; by token, `tokens` are new ones.",
    )
    def post(self, actor: Actor, args: dict[str, Any], organization_id: int) -> Any:
        check_unbound()
        return moved(actor, service.switch_organization(actor, organization_id))


@route(routes, "/user/organizations/<id:organization_id>/leave", "organization_leave")
class OrganizationLeave(Resource):
    @operation(
        "Leave one of my organizations",
        parser=body(),
        about="Its last owner cannot. Who leaves the present one is logged out, or goes over to another.",
    )
    def post(self, actor: Actor, args: dict[str, Any], organization_id: int) -> None:
        check_unbound_for(actor, organization_id)
        settle(actor, service.leave_organization(actor, organization_id))


@route(routes, "/user/join", "join")
class Join(Resource):
    @operation(
        "Join an organization by an invitation",
        parser=body().add("token", text(1, 100), required=True, help="The last part of the link."),
        output=MOVED,
        about="With the account one is logged in with.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> Any:
        check_unbound()
        return moved(actor, invite.accept_as(actor, args["token"]))


@route(routes, "/user/contact", "my_contact")
class Contact(Resource):
    @operation(
        "Change my e-mail address or phone number",
        parser=body()
        .add("account", text(1, 254), required=True, help="The new one.")
        .add("code", text(1, 20), required=True, help="The eight digits that were sent there.")
        .add("current_password", text(1, 256), required=True),
        output=CONTACT,
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> Any:
        return contact.change_contact(actor, args["account"], args["code"], args["current_password"])


@route(routes, "/user/contact/code", "my_contact_code")
class ContactCode(Resource):
    @operation(
        "Have a code sent to a new address of mine",
        parser=body().add("account", text(1, 254), required=True),
        status=202,
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> None:
        contact.ask_contact(actor, args["account"])


@route(routes, "/user/contact/forget", "my_contact_forget")
class ContactForget(Resource):
    @operation(
        "Give up my e-mail address or phone number",
        parser=body()
        .add("kind", choice("email", "phone"), required=True)
        .add("current_password", text(1, 256), required=True),
        output=CONTACT,
        about="One of both has to stay.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> Any:
        return contact.forget_contact(actor, args["kind"], args["current_password"])
