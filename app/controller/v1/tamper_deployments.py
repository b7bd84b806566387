"""`/tamper/deployments`: releases that announce themselves, and the tokens their scripts do it with."""

from __future__ import annotations

from typing import Any

from app.controller.common.output import Id, Moment, Text, Texts, Value
from app.controller.common.parser import body, identifier, integer, listing, moment, text, texts
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.models import Deployment, DeploymentToken
from app.service.actor import Actor
from app.service.tamper import deployment as service
from app.service.tamper import deployment_token as tokens

DEPLOYMENT: dict[str, Value] = {
    "id": Id(),
    "site_id": Id(),
    "site": Text(attribute="site.name"),
    "state": Text(attribute=lambda deployment: service.state_of(deployment)),
    "paths": Texts(),
    "announced_by": Text(),
    "note": Text(),
    "starts_at": Moment(),
    "ends_at": Moment(),
    "finished_at": Moment(nullable=True),
    "revoked_at": Moment(nullable=True),
    "created_at": Moment(),
}
TOKEN: dict[str, Value] = {
    "id": Id(),
    "name": Text(),
    "site_id": Id(nullable=True),
    "created_by": Id(nullable=True),
    "created_at": Moment(),
    "last_used_at": Moment(nullable=True),
    "revoked_at": Moment(nullable=True),
}
NEW_TOKEN: dict[str, Value] = {**TOKEN, "token": Text()}
BY_TOKEN = (
    "With a log-in, or with a deployment token: as `Authorization: Bearer cedt_…`, or signed by "
    "X-CloudEye-Token (its id), X-CloudEye-Timestamp (unix seconds) and X-CloudEye-Signature, the hex "
    "HMAC-SHA256 keyed with the token over `timestamp.METHOD.path.body`."
)


@route(routes, "/tamper/deployments", "deployments")
class Deployments(Resource):
    @operation(
        "List deployments, newest first",
        parser=listing().add("site_id", identifier()),
        output=DEPLOYMENT,
        paged=True,
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.list_deployments(actor, **args)

    @operation(
        "Announce a release before it begins",
        parser=body()
        .add("site_id", identifier(), required=True)
        .add("paths", texts(service.MAX_PATHS, 500), help="Patterns such as /news/*; left out: all pages.")
        .add("minutes", integer(*service.MINUTES), default=service.DEFAULT_MINUTES)
        .add("starts_at", moment(), help="Left out: now.")
        .add("note", text(0, 2000)),
        output=DEPLOYMENT,
        status=201,
        about=f"What changes on these paths in the window becomes the baseline. {BY_TOKEN}",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> Deployment:
        return service.announce(actor, args)


@route(routes, "/tamper/deployments/<id:deployment_id>", "deployment")
class OneDeployment(Resource):
    @operation("Look at a deployment", output=DEPLOYMENT)
    def get(self, actor: Actor, args: dict[str, Any], deployment_id: int) -> Deployment:
        return service.get_deployment(actor, deployment_id)


@route(routes, "/tamper/deployments/<id:deployment_id>/finish", "deployment_finish")
class DeploymentFinish(Resource):
    @operation(
        "Say that a release is out",
        output=DEPLOYMENT,
        about=f"Its pages are looked at now; two minutes later the window is closed. {BY_TOKEN}",
    )
    def post(self, actor: Actor, args: dict[str, Any], deployment_id: int) -> Deployment:
        return service.finish(actor, deployment_id)


@route(routes, "/tamper/deployments/<id:deployment_id>/revoke", "deployment_revoke")
class DeploymentRevoke(Resource):
    @operation("Take an announcement back", output=DEPLOYMENT)
    def post(self, actor: Actor, args: dict[str, Any], deployment_id: int) -> Deployment:
        return service.revoke(actor, deployment_id)


@route(routes, "/tamper/deployments/tokens", "deployment_tokens")
class DeploymentTokens(Resource):
    @operation("List deployment tokens, newest first", parser=listing(), output=TOKEN, paged=True)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return tokens.list_tokens(actor, **args)

    @operation(
        "Make a deployment token",
        parser=body()
        .add("name", text(1, 200), required=True)
        .add("site_id", identifier(), nullable=True, help="The only site it is for; left out: any."),
        output=NEW_TOKEN,
        status=201,
        about="`token` is shown this once.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> dict[str, Any]:
        token, text = tokens.create_token(actor, args)
        return {**{name: getattr(token, name) for name in TOKEN}, "token": text}


@route(routes, "/tamper/deployments/tokens/<id:token_id>/revoke", "deployment_token_revoke")
class DeploymentTokenRevoke(Resource):
    @operation("Revoke a deployment token", output=TOKEN)
    def post(self, actor: Actor, args: dict[str, Any], token_id: int) -> DeploymentToken:
        return tokens.revoke_token(actor, token_id)
