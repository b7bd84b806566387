"""Requests that bring files: written to the disk as they come, and only for those who may.

Everywhere else a request has at most `MAX_CONTENT_LENGTH`. Here the limit is raised once it is known who asks
and that they may; whoever must have read the body to know that (signed requests) stays below the usual one.
"""

from __future__ import annotations

from typing import IO, cast

import flask
from flask import Flask, current_app, request

from app.controller.common.identity import current_actor
from app.core.errors import InvalidError
from app.service.file.upload import Intake
from app.service.permission.check import authorise

ENDPOINTS = frozenset(("v1.files", "web.files_post"))
FIELD = "files"
MOST_PARTS = 200
_AROUND = 2**20
"""What the form itself may take, beside the files."""


class Request(flask.Request):
    """A request whose files go where its `intake` says, if it has one."""

    intake: Intake | None = None

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if self.intake is None:
            return super()._get_file_stream(total_content_length, content_type, filename, content_length)
        return cast(IO[bytes], self.intake.begin(filename or ""))


def init_app(app: Flask) -> None:
    app.request_class = Request
    app.before_request(_open_door)
    app.teardown_request(_close)


def _open_door() -> None:
    """Before anything reads the body: may they, and how much?"""
    if request.method != "POST" or request.endpoint not in ENDPOINTS:
        return
    actor = current_actor()
    authorise(actor, request.endpoint, request.method)
    if actor is not None:
        cast(Request, request).intake = Intake(actor)
        request.max_content_length = current_app.config["UPLOAD_MB"] * 2**20 + _AROUND
        request.max_form_parts = MOST_PARTS


def _close(_error: BaseException | None) -> None:
    intake = getattr(request, "intake", None)
    if intake is not None:
        intake.close()


def received() -> Intake:
    """The files of this request, all of them written; `InvalidError` when there are none."""
    intake = cast(Request, request).intake
    names = {name or "" for name in request.files}  # A part may have none.
    if wrong := sorted(names - {FIELD}):
        raise InvalidError({name[:100]: "is not known here" for name in wrong})
    if intake is None or not names:
        raise InvalidError({FIELD: "send at least one file, as multipart/form-data"})
    return intake
