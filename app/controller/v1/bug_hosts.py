"""`/bug/hosts`: showing that the hosts of a site are yours, which active checks need."""

from __future__ import annotations

from typing import Any

from app.controller.common.output import Flag, Id, Many, Mapping, Moment, Text, Value
from app.controller.common.parser import body, choice, text
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.models import HostOwnership
from app.models.bug import OWNERSHIP_METHODS
from app.service.actor import Actor
from app.service.bug import host as service
from app.service.bug.say import check_sentence

CHECK: dict[str, Value] = {
    "at": Moment(),
    "method": Text(),
    "is_ok": Flag(),
    "code": Text(),
    "sentence": Text(attribute=lambda check: check_sentence(check, "en")),
    "by": Text(),
}
HOST: dict[str, Value] = {
    "id": Id(),
    "site_id": Id(),
    "host": Text(),
    "state": Text(),
    "method": Text(nullable=True),
    "verified_at": Moment(nullable=True),
    "last_checked_at": Moment(nullable=True),
    "next_check_at": Moment(nullable=True),
    "ways": Mapping(attribute=lambda host: service.ways_of(host)),
}
WHOLE_HOST: dict[str, Value] = {
    **HOST,
    "history": Many(CHECK, attribute=lambda host: service.host_history(host)),
}


@route(routes, "/bug/sites/<id:site_id>/hosts", "bug_hosts")
class Hosts(Resource):
    @operation(
        "List a site's hosts, that of its own address first",
        output={"items": Many(HOST)},
        about="`ways` says what to put where. A meta tag alone permits passive scans only.",
    )
    def get(self, actor: Actor, args: dict[str, Any], site_id: int) -> Any:
        return {"items": service.list_hosts(actor, site_id)}

    @operation(
        "Add another host of a site",
        parser=body().add("host", text(0, 300), default="", help="Such as www.site.example; must be given."),
        output=WHOLE_HOST,
        status=201,
    )
    def post(self, actor: Actor, args: dict[str, Any], site_id: int) -> HostOwnership:
        return service.add_host(actor, site_id, **args)


@route(routes, "/bug/hosts/<id:host_id>", "bug_host")
class OneHost(Resource):
    @operation("Look at a host, and what its checks have said", output=WHOLE_HOST)
    def get(self, actor: Actor, args: dict[str, Any], host_id: int) -> HostOwnership:
        return service.get_host(actor, host_id)

    @operation("Remove a host")
    def delete(self, actor: Actor, args: dict[str, Any], host_id: int) -> None:
        service.delete_host(actor, host_id)


@route(routes, "/bug/hosts/<id:host_id>/check", "bug_host_check")
class HostCheck(Resource):
    @operation(
        "Look now whether a host is shown to be yours",
        parser=body().add("method", choice(*OWNERSHIP_METHODS), help="Left out: all three."),
        output=WHOLE_HOST,
        about="Answers when it has looked, within some five seconds. It is looked at again before each "
        "active scan and every 30 days.",
    )
    def post(self, actor: Actor, args: dict[str, Any], host_id: int) -> HostOwnership:
        return service.check_host(actor, host_id, **args)


@route(routes, "/bug/hosts/<id:host_id>/revoke", "bug_host_revoke")
class HostRevoke(Resource):
    @operation(
        "Give up what was shown: active checks of the host end",
        output=WHOLE_HOST,
        about="The host gets a new token, so that the old proof is worth nothing.",
    )
    def post(self, actor: Actor, args: dict[str, Any], host_id: int) -> HostOwnership:
        return service.revoke_host(actor, host_id)
