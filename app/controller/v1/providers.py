"""`/settings/providers`: the services by which an organization's members sign in."""

from __future__ import annotations

from typing import Any

from app.controller.common.output import Flag, Id, Moment, Text, Texts, Value
from app.controller.common.parser import Parser, body, boolean, choice, query, text, texts
from app.controller.common.proof import need_proof
from app.controller.common.resource import Resource, operation, route
from app.controller.common.sign_in import redirect_uri
from app.controller.v1 import routes
from app.models.factor import NEW_ROLES, OidcProvider
from app.service.actor import Actor
from app.service.factor import providers as service
from app.service.factor.openid import Client
from app.service.paging import Page

PROVIDER: dict[str, Value] = {
    "id": Id(),
    "name": Text(),
    "issuer": Text(),
    "client_id": Text(),
    "has_secret": Flag(attribute=lambda row: row.sealed_secret is not None),
    "domains": Texts(),
    "new_role": Text(nullable=True),
    "proves_factor": Flag(),
    "is_active": Flag(),
    "redirect_uri": Text(attribute=lambda row: redirect_uri(row.id)),
    "created_at": Moment(),
}


def provider_body(*, required: bool) -> Parser:
    return (
        body()
        .add("name", text(1, 100), required=required, help="What its button says.")
        .add("issuer", text(1, 500), required=required, help="Its issuer, to the letter.")
        .add("client_id", text(1, 255), required=required)
        .add("client_secret", text(0, 1000), nullable=True, help="null: a public client.")
        .add("domains", texts(50, 253), help="Whose verified e-mail addresses it is believed for.")
        .add(
            "new_role", choice(*NEW_ROLES), nullable=True, help="What somebody new becomes; null: nobody new."
        )
        .add("proves_factor", boolean(), help="It asks for a second factor itself.")
        .add("is_active", boolean())
    )


@route(routes, "/settings/providers", "providers")
class Providers(Resource):
    @operation("List the sign-in services", parser=query(), output=PROVIDER, paged=True)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return Page(service.list_providers(actor))

    @operation("Add a sign-in service", parser=provider_body(required=True), output=PROVIDER, status=201)
    def post(self, actor: Actor, args: dict[str, Any]) -> OidcProvider:
        need_proof(actor)
        return service.create_provider(actor, args)


@route(routes, "/settings/providers/<id:provider_id>", "provider")
class Provider(Resource):
    @operation("Look at a sign-in service", output=PROVIDER)
    def get(self, actor: Actor, args: dict[str, Any], provider_id: int) -> OidcProvider:
        return service.get_provider(actor, provider_id)

    @operation("Change a sign-in service", parser=provider_body(required=False), output=PROVIDER)
    def patch(self, actor: Actor, args: dict[str, Any], provider_id: int) -> OidcProvider:
        service.get_provider(actor, provider_id)
        need_proof(actor)
        return service.change_provider(actor, provider_id, args)

    @operation("Delete a sign-in service", about="Its links go with it; accounts stay.")
    def delete(self, actor: Actor, args: dict[str, Any], provider_id: int) -> None:
        service.get_provider(actor, provider_id)
        need_proof(actor)
        service.delete_provider(actor, provider_id)


@route(routes, "/settings/providers/<id:provider_id>/test", "provider_test")
class ProviderTest(Resource):
    @operation(
        "Fetch a sign-in service's own description",
        parser=body(),
        output={"authorization_endpoint": Text(), "token_endpoint": Text(), "jwks_uri": Text()},
        about="424 (15002) says what it did wrong.",
    )
    def post(self, actor: Actor, args: dict[str, Any], provider_id: int) -> dict[str, Any]:
        provider = service.get_provider(actor, provider_id)
        return Client(provider, actor.organization, redirect_uri(provider.id)).discover()
