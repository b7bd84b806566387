"""`/user/members/<id>/scope`: the sites that a member is narrowed to."""

from __future__ import annotations

from typing import Any

from app.controller.common.output import Id, Text, Texts, Value
from app.controller.common.parser import body, identifiers, texts
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.models import Membership
from app.service.actor import Actor
from app.service.scope import manage as service


def _ids(member: Membership) -> list[str] | None:
    return None if member.site_ids is None else [str(each) for each in member.site_ids]


SCOPE: dict[str, Value] = {
    "id": Id(),
    "role": Text(),
    "site_ids": Texts(nullable=True, attribute=_ids),
    "tags": Texts(nullable=True),
}
CHANGES = (
    body()
    .add("site_ids", identifiers(service.MOST_SITES, least=0), nullable=True, help="These sites.")
    .add("tags", texts(service.MOST_TAGS, 50), nullable=True, help="And those that carry one of these.")
)


@route(routes, "/user/members/<id:member_id>/scope", "member_scope")
class MemberScope(Resource):
    @operation(
        "See what a member is narrowed to",
        output=SCOPE,
        about="Both null: the whole organization.",
    )
    def get(self, actor: Actor, args: dict[str, Any], member_id: int) -> Any:
        return service.get_member(actor, member_id)

    @operation(
        "Narrow a member to some sites",
        parser=CHANGES,
        output=SCOPE,
        about="What is left away is null; both null is the whole organization. Owners cannot be narrowed.",
    )
    def patch(self, actor: Actor, args: dict[str, Any], member_id: int) -> Any:
        return service.set_scope(actor, member_id, args.get("site_ids"), args.get("tags"))
