"""Flower behind our log-in: for the owner of the organization that runs the installation, and to look only.

Whatever it shows came through a queue, so its pages get a policy as strict as ours: the one script inside its
pages is allowed by its hash, and nothing it says can be posted anywhere.
"""

from __future__ import annotations

import base64
import hashlib
import re
from urllib.parse import quote

from flask import Response, request

from app.core.errors import NotFoundError
from app.service.health.flower import PREFIX, ask_flower
from app.service.location.manage import runs_installation
from app.web.blueprint import web
from app.web.identity import actor

_OWN_SCRIPT = re.compile(rb'<script type="text/javascript">(\s*var autorefresh = \d+;\s*)</script>')

# Its list of tasks is asked for by POST, which changes nothing there and is not passed on here.
_LIST = re.compile(rb"(type: ')POST(',\s+url: url_prefix\(\) \+ '/tasks/datatable')")


@web.get("/flower/")
@web.get("/flower/<path:inner>")
def flower(inner: str = "") -> Response:
    """A page or file of Flower."""
    if not runs_installation(actor()):
        raise NotFoundError("there is no such thing here")
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    path = request.environ["PATH_INFO"] if inner else f"{PREFIX}/"
    told = ask_flower(_quoted(path) + query, etag=request.headers.get("If-None-Match", ""))
    body = _LIST.sub(rb"\1GET\2", told.body) if inner == "static/js/flower.js" else told.body
    response = Response(body, told.status, told.headers)
    response.headers["Content-Security-Policy"] = policy(told.body)
    return response


def _quoted(path: str) -> str:
    return quote(path.encode("latin-1", "replace"), safe="/@:+,;=~")


def policy(body: bytes) -> str:
    """What the browser may do with a page of Flower."""
    hashes = [base64.b64encode(hashlib.sha256(each).digest()).decode() for each in _OWN_SCRIPT.findall(body)]
    scripts = " ".join(["'self'", *(f"'sha256-{each}'" for each in hashes)])
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    )
