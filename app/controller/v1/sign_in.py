"""`/user/login/providers` and `/user/links`: signing in by an organization's own service."""

from __future__ import annotations

from typing import Any

from app.controller.common import sign_in as way
from app.controller.common.output import Id, Moment, Text, Value
from app.controller.common.parser import Parser, body, query, text
from app.controller.common.proof import need_proof
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.controller.v1.user import ME, me_of
from app.service.actor import Actor
from app.service.factor import sign_in as service
from app.service.factor.providers import get_provider, providers_for
from app.service.paging import Page

OFFERED: dict[str, Value] = {"id": Id(), "name": Text()}
LINK: dict[str, Value] = {
    "id": Id(),
    "provider_id": Id(),
    "provider": Text(attribute="provider.name"),
    "email": Text(nullable=True),
    "created_at": Moment(),
    "last_used_at": Moment(nullable=True),
}
GO = {"url": Text()}


def answer_body() -> Parser:
    return (
        body()
        .add("code", text(1, 4000), required=True)
        .add("state", text(1, 500), required=True)
        .add("iss", text(1, 500))
    )


@route(routes, "/user/login/providers", "login_providers")
class LoginProviders(Resource):
    @operation(
        "List the services one can sign in by",
        parser=query().add("organization", text(1, 64), help="Its code, where there are several."),
        output=OFFERED,
        paged=True,
    )
    def get(self, actor: None, args: dict[str, Any]) -> Any:
        return Page(providers_for(args.get("organization")))


@route(routes, "/user/login/providers/<string:key>", "login_provider")
class LoginProvider(Resource):
    @operation(
        "Begin to sign in by a service",
        parser=body(),
        output=GO,
        about="`url` is where to send the browser; it comes back to the service's `redirect_uri`.",
    )
    def post(self, actor: None, args: dict[str, Any], key: str) -> dict[str, Any]:
        provider = way.provider_of(key)
        way.throttle()
        return {"url": way.begin_sign_in(provider)}


@route(routes, "/user/login/providers/<string:key>/answer", "login_provider_answer")
class LoginProviderAnswer(Resource):
    @operation("Sign in by what the service answered", parser=answer_body(), output=ME)
    def post(self, actor: None, args: dict[str, Any], key: str) -> dict[str, Any]:
        someone, _onward = way.sign_in(way.provider_of(key), args)
        return me_of(someone)


@route(routes, "/user/links", "links")
class Links(Resource):
    @operation("List what my account is linked with", parser=query(), output=LINK, paged=True)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return Page(service.list_links(actor))


@route(routes, "/user/links/<id:link_id>", "link")
class Link(Resource):
    @operation("Remove a link of my account")
    def delete(self, actor: Actor, args: dict[str, Any], link_id: int) -> None:
        service.get_link(actor, link_id)
        need_proof(actor)
        service.remove_link(actor, link_id)


@route(routes, "/user/links/with/<id:provider_id>", "link_begin")
class LinkBegin(Resource):
    @operation("Begin to link my account with a service", parser=body(), output=GO)
    def post(self, actor: Actor, args: dict[str, Any], provider_id: int) -> dict[str, Any]:
        provider = get_provider(actor, provider_id)
        need_proof(actor)
        return {"url": way.begin_link(actor, provider)}


@route(routes, "/user/links/with/<id:provider_id>/answer", "link_answer")
class LinkAnswer(Resource):
    @operation("Link my account by what the service answered", parser=answer_body(), output=LINK)
    def post(self, actor: Actor, args: dict[str, Any], provider_id: int) -> Any:
        made = way.link(actor, get_provider(actor, provider_id), args)
        return service.get_link(actor, made.id)
