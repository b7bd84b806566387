"""`/files`: evidence that people upload, at sites, incidents and findings."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.controller.common.file_answer import file_answer, thumbnail_answer
from app.controller.common.output import Flag, Id, Inside, Many, Moment, Text, Value, Whole
from app.controller.common.parser import Parser, body, choice, identifier, listing, query
from app.controller.common.resource import Resource, operation, route
from app.controller.common.upload import FIELD, received
from app.controller.v1 import routes
from app.core.errors import InvalidError
from app.service.actor import Actor
from app.service.file import manage as service
from app.service.file.quota import use_of
from app.service.file.target import KINDS
from app.service.file.thumbnail import MEDIA
from app.service.file.upload import MOST_FILES, Outcome

ATTACHMENT: dict[str, Value] = {
    "id": Id(),
    "site_id": Id(),
    "incident_id": Id(nullable=True),
    "finding_id": Id(nullable=True),
    "created_at": Moment(),
}
FILE: dict[str, Value] = {
    "id": Id(),
    "name": Text(),
    "media": Text(),
    "size": Whole(),
    "sha256": Text(),
    "width": Whole(nullable=True),
    "height": Whole(nullable=True),
    "user_id": Id(nullable=True),
    "uploaded_by": Text(),
    "created_at": Moment(),
    "attachments": Many(ATTACHMENT),
}
RESULT: dict[str, Value] = {
    "name": Text(),
    "file": Inside(FILE, nullable=True),
    "error": Text(nullable=True),
    "is_known": Flag(),
}
USE: dict[str, Value] = {"used_bytes": Whole(), "quota_bytes": Whole(), "files": Whole()}
TAKEN: dict[str, Value] = {"results": Many(RESULT), "use": Inside(USE)}
MULTIPART = {
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "properties": {
                FIELD: {
                    "type": "array",
                    "items": {"type": "string", "format": "binary"},
                    "minItems": 1,
                    "maxItems": MOST_FILES,
                }
            },
            "required": [FIELD],
        }
    }
}


def _naming(parser: Parser) -> Parser:
    """The things that files are attached to."""
    return (
        parser.add("site_id", identifier()).add("incident_id", identifier()).add("finding_id", identifier())
    )


HUNG = (
    body()
    .add("kind", choice(*KINDS), required=True, help="What it is attached to.")
    .add("id", identifier(), required=True, help="That thing's id.")
)


@route(routes, "/files", "files")
class Files(Resource):
    @operation(
        "List files, newest first",
        parser=_naming(listing(searchable=True)),
        output=FILE,
        paged=True,
        about="All, or those at what is named. A site's are also those of its incidents and findings.",
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.list_files(actor, **args)

    @operation(
        "Upload files",
        parser=_naming(query()),
        takes=MULTIPART,
        output=TAKEN,
        status=201,
        about=f"Up to {MOST_FILES}, in the field `{FIELD}`, attached to all that is named. Each has a "
        "result: `file`, or `error` with the reason. When none is kept the answer is 400, with the results.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> Any:
        targets = service.find_targets(actor, **args)
        results = received().finish(targets)
        if all(each.file is None for each in results):
            raise NoneKeptError(results)
        return {"results": results, "use": use_of(actor.organization_id)}


class NoneKeptError(InvalidError):
    """Not one of the files was kept; `data.results` says why."""

    def __init__(self, results: list[Outcome]) -> None:
        super().__init__({FIELD: "; ".join(f"{each.name}: {each.error}" for each in results)})
        told = [{"name": each.name, "file": None, "error": each.error} for each in results]
        self.data = {"fields": self.fields, "results": told}


@route(routes, "/files/use", "files_use")
class FilesUse(Resource):
    @operation("See how much room the organization's files take", output=USE)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return use_of(actor.organization_id)


@route(routes, "/files/<id:file_id>", "file")
class OneFile(Resource):
    @operation("Look at a file", output=FILE)
    def get(self, actor: Actor, args: dict[str, Any], file_id: int) -> Any:
        return service.get_file(actor, file_id)

    @operation("Delete a file everywhere", about="Its bytes go with the last file that has them.")
    def delete(self, actor: Actor, args: dict[str, Any], file_id: int) -> Any:
        service.delete_file(actor, file_id)


@route(routes, "/files/<id:file_id>/content", "file_content")
class FileContent(Resource):
    @operation(
        "Download a file",
        media="*/*",
        about="Always as an attachment; one `Range` of bytes may be asked for, and `If-None-Match` is known.",
    )
    def get(self, actor: Actor, args: dict[str, Any], file_id: int) -> Response:
        return file_answer(service.get_file(actor, file_id))


@route(routes, "/files/<id:file_id>/thumbnail", "file_thumbnail")
class FileThumbnail(Resource):
    @operation(
        "See a picture small",
        media=MEDIA,
        about="Decoded and made anew: the only thing of a file that is ever shown in place.",
    )
    def get(self, actor: Actor, args: dict[str, Any], file_id: int) -> Response:
        return thumbnail_answer(service.get_file(actor, file_id))


@route(routes, "/files/<id:file_id>/attachments", "file_attachments")
class FileAttachments(Resource):
    @operation("Attach a file to one more thing", parser=HUNG, output=FILE, status=201)
    def post(self, actor: Actor, args: dict[str, Any], file_id: int) -> Any:
        return service.attach_file(actor, file_id, args["kind"], args["id"])


@route(routes, "/files/<id:file_id>/attachments/<id:attachment_id>", "file_attachment")
class FileAttachment(Resource):
    @operation("Take a file off a thing", output=FILE, about="The file itself stays.")
    def delete(self, actor: Actor, args: dict[str, Any], file_id: int, attachment_id: int) -> Any:
        return service.detach_file(actor, file_id, attachment_id)
