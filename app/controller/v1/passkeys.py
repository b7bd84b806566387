"""`/user/passkeys`, and the log-in by one."""

from __future__ import annotations

from typing import Any

from flask import request

from app.controller.common.challenge import put_challenge, take_challenge
from app.controller.common.output import Flag, Id, Inside, Mapping, Moment, Text, Texts, Value
from app.controller.common.parser import body, mapping, query, text
from app.controller.common.proof import need_proof
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.service.actor import Actor
from app.service.factor import passkey as service
from app.service.paging import Page

PASSKEY: dict[str, Value] = {
    "id": Id(),
    "name": Text(),
    "is_synced": Flag(),
    "transports": Texts(),
    "created_at": Moment(),
    "last_used_at": Moment(nullable=True),
}
MADE: dict[str, Value] = {"passkey": Inside(PASSKEY), "recovery_codes": Texts()}
OPTIONS: dict[str, Value] = {"publicKey": Mapping()}


@route(routes, "/user/passkeys/options", "passkey_options")
class PasskeyOptions(Resource):
    @operation(
        "Begin with a passkey",
        parser=body(),
        output=OPTIONS,
        about="For `navigator.credentials.create`; binary values are base64url.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> dict[str, Any]:
        need_proof(actor)
        options, challenge = service.registration_options(actor, service.party_of(request.host_url))
        put_challenge("passkey", {"challenge": challenge})
        return {"publicKey": options}


@route(routes, "/user/passkeys", "passkeys")
class Passkeys(Resource):
    @operation("List my passkeys", parser=query(), output=PASSKEY, paged=True)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return Page(service.list_passkeys(actor.user))

    @operation(
        "Add a passkey",
        parser=body()
        .add("name", text(1, 100), required=True)
        .add("credential", mapping(), required=True, help="What the browser made, as JSON."),
        output=MADE,
        status=201,
        about="Gives recovery codes, once, when it is the first factor.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> dict[str, Any]:
        need_proof(actor)
        kept = take_challenge("passkey")
        party = service.party_of(request.host_url)
        passkey, codes = service.add_passkey(
            actor, party, kept["challenge"], args["credential"], args["name"]
        )
        return {"passkey": passkey, "recovery_codes": codes}


@route(routes, "/user/passkeys/<id:passkey_id>", "passkey")
class Passkey(Resource):
    @operation("Rename a passkey", parser=body().add("name", text(1, 100), required=True), output=PASSKEY)
    def patch(self, actor: Actor, args: dict[str, Any], passkey_id: int) -> Any:
        return service.rename_passkey(actor, passkey_id, args["name"])

    @operation("Remove a passkey", about="The last factor takes the recovery codes with it.")
    def delete(self, actor: Actor, args: dict[str, Any], passkey_id: int) -> None:
        service.get_passkey(actor, passkey_id)
        need_proof(actor)
        service.remove_passkey(actor, passkey_id)
