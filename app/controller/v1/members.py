"""`/user/members`, `/user/invitations`: who belongs to the organization, and who is to."""

from __future__ import annotations

from typing import Any

from app.controller.common.identity import current_session_key
from app.controller.common.output import Flag, Id, Moment, Text, Texts, Value, Whole
from app.controller.common.parser import body, boolean, choice, identifiers, listing, text, texts
from app.controller.common.proof import need_proof
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.models import ROLES, Invitation, Membership
from app.service.account import invite, log_out
from app.service.account import membership as service
from app.service.actor import Actor
from app.service.scope.manage import MOST_SITES, MOST_TAGS


def _site_ids(row: Membership | Invitation | dict[str, Any]) -> list[str] | None:
    found = row["site_ids"] if isinstance(row, dict) else row.site_ids
    return None if found is None else [str(each) for each in found]


MEMBER: dict[str, Value] = {
    "id": Id(),
    "user_id": Id(),
    "role": Text(),
    "account": Text(attribute="user.account"),
    "email": Text(attribute="user.email", nullable=True),
    "phone": Text(attribute="user.phone", nullable=True),
    "name": Text(attribute="user.name"),
    "is_active": Flag(attribute=lambda row: row.is_active and row.user.is_active),
    "site_ids": Texts(nullable=True, attribute=_site_ids),
    "tags": Texts(nullable=True),
    "last_login_at": Moment(attribute="user.last_login_at", nullable=True),
}
INVITATION: dict[str, Value] = {
    "id": Id(),
    "account": Text(nullable=True),
    "role": Text(),
    "site_ids": Texts(nullable=True, attribute=_site_ids),
    "tags": Texts(nullable=True),
    "is_sent": Flag(),
    "invited_by": Text(),
    "created_at": Moment(),
    "expires_at": Moment(),
}
MADE: dict[str, Value] = {**INVITATION, "link": Text(nullable=True)}
CHANGES = (
    body()
    .add("role", choice(*ROLES), help="At most one's own.")
    .add("is_active", boolean(), help="false: they keep their place and may do nothing.")
)
LOG_OUT = body().add(
    "api_tokens", boolean(), default=False, help="true: their API tokens here are deleted too."
)
ENDED: dict[str, Value] = {"ended": Whole()}
INVITE = (
    body()
    .add("role", choice(*ROLES), required=True, help="At most one's own.")
    .add("account", text(1, 254), nullable=True, help="E-mail address or phone number; null: anybody's.")
    .add("site_ids", identifiers(MOST_SITES, least=0), nullable=True, help="Of these sites alone.")
    .add("tags", texts(MOST_TAGS, 50), nullable=True, help="And of those that carry one of these.")
)


@route(routes, "/user/members", "members")
class Members(Resource):
    @operation("List the organization's members", parser=listing(), output=MEMBER, paged=True)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.list_members(actor, **args)


@route(routes, "/user/members/log_out", "members_log_out")
class MembersLogOut(Resource):
    @operation(
        "Log all members out",
        parser=LOG_OUT,
        output=ENDED,
        about="Ends the sessions and log-ins by tokens in this organization, of everybody who does not stand "
        "above whoever asks, whose own session goes on. Asks for proof.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> dict[str, int]:
        need_proof(actor)
        ended = log_out.log_out_all(actor, current_session_key(), and_tokens=args["api_tokens"])
        return {"ended": ended}


@route(routes, "/user/members/<id:member_id>/log_out", "member_log_out")
class MemberLogOut(Resource):
    @operation(
        "Log a member out",
        parser=LOG_OUT,
        output=ENDED,
        about="Ends their sessions and log-ins by tokens in this organization. Asks for proof.",
    )
    def post(self, actor: Actor, args: dict[str, Any], member_id: int) -> dict[str, int]:
        service.get_member(actor, member_id)
        need_proof(actor)
        return {"ended": log_out.log_out_member(actor, member_id, and_tokens=args["api_tokens"])}


@route(routes, "/user/members/<id:member_id>", "member")
class Member(Resource):
    @operation("Read a member", output=MEMBER)
    def get(self, actor: Actor, args: dict[str, Any], member_id: int) -> Any:
        return service.get_member(actor, member_id)

    @operation("Change a member's role, or let them rest", parser=CHANGES, output=MEMBER)
    def patch(self, actor: Actor, args: dict[str, Any], member_id: int) -> Any:
        return service.change_member(actor, member_id, args)

    @operation("Remove a member", about="Their account stays, and their places elsewhere.")
    def delete(self, actor: Actor, args: dict[str, Any], member_id: int) -> None:
        service.remove_member(actor, member_id)


@route(routes, "/user/members/<id:member_id>/own", "member_own")
class MemberOwn(Resource):
    @operation(
        "Hand the organization over to a member",
        parser=body().add("current_password", text(1, 256), required=True),
        output=MEMBER,
        about="They become its owner, and whoever asks an administrator.",
    )
    def post(self, actor: Actor, args: dict[str, Any], member_id: int) -> Any:
        return service.hand_over(actor, member_id, args["current_password"])


@route(routes, "/user/invitations", "invitations")
class Invitations(Resource):
    @operation("List open invitations, newest first", parser=listing(), output=INVITATION, paged=True)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return invite.list_invitations(actor, **args)

    @operation(
        "Invite somebody",
        parser=INVITE,
        output=MADE,
        status=201,
        about="Good for 7 days. `link` is null where it went to the address by letter.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> Any:
        row, link = invite.create_invitation(actor, args)
        return {
            **{name: getattr(row, name) for name in ("id", "account", "role")},
            **_facts(row),
            "link": link,
        }


def _facts(row: Invitation) -> dict[str, Any]:
    names = ("site_ids", "tags", "is_sent", "invited_by", "created_at", "expires_at")
    return {name: getattr(row, name) for name in names}


@route(routes, "/user/invitations/<id:invitation_id>", "invitation")
class OneInvitation(Resource):
    @operation("Take an invitation back")
    def delete(self, actor: Actor, args: dict[str, Any], invitation_id: int) -> None:
        invite.revoke_invitation(actor, invitation_id)
