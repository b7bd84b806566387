"""`/user/avatar`: one's own picture; `/user/avatars/<name>`: the pictures themselves."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.controller.common.output import Text, Value
from app.controller.common.parser import body, text
from app.controller.common.picture import FIELD, sent_picture
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import PREFIX, routes
from app.service.actor import Actor
from app.service.profile import avatar as service
from app.service.profile.picture import MEDIA

AVATAR: dict[str, Value] = {"url": Text(nullable=True)}
MULTIPART = {
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "properties": {FIELD: {"type": "string", "format": "binary"}},
            "required": [FIELD],
        }
    }
}


def url_of(name: str | None) -> dict[str, str | None]:
    return {"url": f"{PREFIX}/user/avatars/{name}" if name else None}


@route(routes, "/user/avatar", "avatar")
class Avatar(Resource):
    @operation("Where my picture is", output=AVATAR)
    def get(self, actor: Actor, args: dict[str, Any]) -> dict[str, str | None]:
        return url_of(service.avatar_of(actor.user.id))

    @operation(
        "Upload my picture",
        takes=MULTIPART,
        output=AVATAR,
        about="PNG, JPEG, WebP or GIF, 2 MB at most with everything around it. What is kept is made anew: "
        "256 × 256 pixels of WebP and nothing else.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> dict[str, str | None]:
        return url_of(service.set_avatar(actor, sent_picture()))

    @operation("Remove my picture")
    def delete(self, actor: Actor, args: dict[str, Any]) -> None:
        service.remove_avatar(actor)


@route(routes, "/user/avatar/fetch", "avatar_fetch")
class Fetch(Resource):
    @operation(
        "Take my picture from an address",
        parser=body().add("url", text(1, 2048), required=True),
        output=AVATAR,
        about="At most 5 MB. Private addresses are refused, save those the organization allows.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> dict[str, str | None]:
        return url_of(service.fetch_avatar(actor, args["url"]))


@route(routes, "/user/avatars/<string:key>", "avatar_image")
class Image(Resource):
    @operation("The picture of somebody in the organization", media=MEDIA)
    def get(self, actor: Actor, args: dict[str, Any], key: str) -> Response:
        response = Response(service.read_avatar(actor, key), mimetype=MEDIA)
        # Another picture has another name, so this one may be kept for ever by whoever was let in.
        response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
        response.headers["Content-Disposition"] = "inline"
        return response
