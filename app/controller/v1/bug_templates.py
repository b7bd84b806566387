"""`/bug/templates`: the operator's own nuclei-format templates."""

from __future__ import annotations

from typing import Any

from app.controller.common.output import Flag, Id, Many, Moment, Text, Value
from app.controller.common.parser import body, boolean, listing, text
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.models import BugTemplate
from app.service.actor import Actor
from app.service.bug import template as service

TEMPLATE: dict[str, Value] = {
    "id": Id(),
    "name": Text(),
    "title": Text(),
    "severity": Text(),
    "filename": Text(),
    "is_enabled": Flag(),
    "is_refused": Flag(),
    "refused": Many({"reason": Text(), "what": Text(), "sentence": Text()}),
    "uploaded_by": Text(),
    "created_at": Moment(),
    "updated_at": Moment(),
}
WHOLE_TEMPLATE: dict[str, Value] = {
    **TEMPLATE,
    "body": Text(attribute=lambda template: template.body.decode("utf-8", "replace")),
}


@route(routes, "/bug/templates", "bug_templates")
class Templates(Resource):
    @operation(
        "List templates, newest first",
        parser=listing(searchable=True).add("is_refused", boolean()),
        output=TEMPLATE,
        paged=True,
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.list_templates(actor, **args)

    @operation(
        "Upload a template, or a newer version of one with the same id",
        parser=body()
        .add("body", text(1, service.MAX_BYTES), required=True, help="YAML, at most 200 kB.")
        .add("filename", text(0, 200), default=""),
        output=WHOLE_TEMPLATE,
        status=201,
        about="One that is not supported is kept with the reason, and never run.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> BugTemplate:
        return service.upload_template(actor, **args)


@route(routes, "/bug/templates/<id:template_id>", "bug_template")
class OneTemplate(Resource):
    @operation("Look at a template", output=WHOLE_TEMPLATE)
    def get(self, actor: Actor, args: dict[str, Any], template_id: int) -> BugTemplate:
        return service.get_template(actor, template_id)

    @operation(
        "Switch a template on or off",
        parser=body().add("is_enabled", boolean()),
        output=WHOLE_TEMPLATE,
    )
    def patch(self, actor: Actor, args: dict[str, Any], template_id: int) -> BugTemplate:
        return service.change_template(actor, template_id, **args)

    @operation("Delete a template")
    def delete(self, actor: Actor, args: dict[str, Any], template_id: int) -> None:
        service.delete_template(actor, template_id)
