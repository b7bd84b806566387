"""`/user/factors`, `/user/totp`, `/user/recovery-codes`, `/user/proof`: second factors of one's own."""

from __future__ import annotations

from typing import Any

from app.controller.common.output import Flag, Mapping, Moment, Text, Texts, Value, Whole
from app.controller.common.parser import body, mapping, text
from app.controller.common.proof import (
    is_proved,
    need_proof,
    passkey_question,
    proof_ways,
    prove_by_code,
    prove_by_passkey,
    prove_by_password,
)
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.core.errors import InvalidError
from app.service.actor import Actor
from app.service.factor.recovery import codes_left, new_codes
from app.service.factor.reset import find_member, reset_factors
from app.service.factor.second import is_required
from app.service.factor.totp import begin_totp, confirm_totp, confirmed_since, remove_totp

FACTORS: dict[str, Value] = {
    "has_factor": Flag(),
    "is_required": Flag(),
    "totp_since": Moment(nullable=True),
    "recovery_codes_left": Whole(),
    "is_proved": Flag(),
    "proof_ways": Texts(),
}
OFFER: dict[str, Value] = {"secret": Text(), "uri": Text(), "qr": Text()}
CODES: dict[str, Value] = {"recovery_codes": Texts()}
PROOF = (
    body()
    .add("password", text(1, 256), help="Where there is no second factor.")
    .add("code", text(1, 40), help="Of the authenticator app, or a recovery code.")
    .add("credential", mapping(), help="What the browser answers to `/user/proof/options`.")
)
CODE = body().add("code", text(1, 40), required=True)
NOTHING = body()


@route(routes, "/user/factors", "factors")
class Factors(Resource):
    @operation("Look at my second factors", output=FACTORS)
    def get(self, actor: Actor, args: dict[str, Any]) -> dict[str, Any]:
        return {
            "has_factor": actor.user.has_factor,
            "is_required": is_required(actor.organization),
            "totp_since": confirmed_since(actor.user),
            "recovery_codes_left": codes_left(actor.user),
            "is_proved": actor.way == "session" and is_proved(),
            "proof_ways": proof_ways(actor),
        }


@route(routes, "/user/totp", "totp")
class Totp(Resource):
    @operation(
        "Begin with an authenticator app",
        parser=NOTHING,
        output=OFFER,
        about="Of effect once `/user/totp/confirm` had a code. `qr` is an SVG.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> Any:
        need_proof(actor)
        return begin_totp(actor)

    @operation("Remove the authenticator app", about="The last factor takes the recovery codes with it.")
    def delete(self, actor: Actor, args: dict[str, Any]) -> None:
        need_proof(actor)
        remove_totp(actor)


@route(routes, "/user/totp/confirm", "totp_confirm")
class TotpConfirm(Resource):
    @operation(
        "Confirm the authenticator app by a code",
        parser=CODE,
        output=CODES,
        about="Gives recovery codes, once, when it is the first factor.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> dict[str, Any]:
        need_proof(actor)
        codes = confirm_totp(actor, args["code"].replace(" ", ""))
        return {"recovery_codes": codes}


@route(routes, "/user/recovery-codes", "recovery_codes")
class RecoveryCodes(Resource):
    @operation("Make new recovery codes", parser=NOTHING, output=CODES, about="The ones before are void.")
    def post(self, actor: Actor, args: dict[str, Any]) -> dict[str, Any]:
        need_proof(actor)
        return {"recovery_codes": new_codes(actor)}


@route(routes, "/user/proof", "proof")
class Proof(Resource):
    @operation(
        "Confirm that it is me",
        parser=PROOF,
        about="Counts for ten minutes. Second factors are changed only by who has confirmed it.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> None:
        if "code" in args:
            prove_by_code(actor, args["code"])
        elif "credential" in args:
            prove_by_passkey(actor, args["credential"])
        elif "password" in args:
            prove_by_password(actor, args["password"])
        else:
            raise InvalidError({"code": "is missing"})


@route(routes, "/user/proof/options", "proof_options")
class ProofOptions(Resource):
    @operation("Ask for a passkey, to confirm that it is me", parser=NOTHING, output={"publicKey": Mapping()})
    def post(self, actor: Actor, args: dict[str, Any]) -> dict[str, Any]:
        return {"publicKey": passkey_question(actor)}


@route(routes, "/user/members/<id:member_id>/factors", "member_factors")
class MemberFactors(Resource):
    @operation(
        "Take a member's second factors away",
        about="For who has lost them. Ends their sessions; they log in by password alone then.",
    )
    def delete(self, actor: Actor, args: dict[str, Any], member_id: int) -> None:
        find_member(actor, member_id)
        need_proof(actor)
        reset_factors(actor, member_id)
