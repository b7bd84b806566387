"""`/call/<token>`: where targets report that they have done their work; the token is all they need. And
`/usability/monitors/<id>/call`, which tells that address."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from app.controller.common.output import Text
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.core.clock import now_ms
from app.core.errors import InvalidError, NotFoundError, RateLimitedError
from app.core.redis import increment_within
from app.service.actor import Actor
from app.service.passive.address import call_token, renew_token
from app.service.passive.heartbeat import KINDS, LOG_KEPT, Call
from app.service.passive.taking import is_known, send_call

A_MINUTE = 120
ABOUT = (
    "Without an act, or with `success`, all is well. `start` begins a run, `fail` or an exit code other "
    "than 0 says that it went wrong, `log` adds a note. The body's last 10,000 bytes are kept as the log."
)


def _call(token: str, act: str = "success") -> dict[str, str]:
    if not is_known(token):
        raise NotFoundError("there is no such heartbeat")
    state = increment_within(f"call:{token}", A_MINUTE, 60)
    if not state.allowed:
        raise RateLimitedError(state.resets_in)
    kind, exit_code = _read(act)
    body = request.get_data(cache=False)[-LOG_KEPT:].decode("utf-8", "replace").replace("\x00", "")
    agent = (request.user_agent.string or "")[:200]
    send_call(Call(token, kind, now_ms(), exit_code, body, request.remote_addr or "", agent))
    return {"taken": kind}


def _read(act: str) -> tuple[Any, int | None]:
    """What the address says: one of the words, or an exit code."""
    if act in KINDS:
        return act, None
    if act.isascii() and act.isdigit() and len(act) <= 3 and int(act) <= 255:
        return ("fail" if int(act) else "success"), int(act)
    raise InvalidError({"act": f"must be one of: {', '.join(KINDS)}, or an exit code from 0 to 255"})


@route(routes, "/call/<string:token>", "call")
class Calls(Resource):
    @operation("Report that all is well", output={"taken": Text()}, about=ABOUT)
    def get(self, actor: Actor | None, args: dict[str, Any], token: str) -> Any:
        return _call(token)

    @operation("Report that all is well, with a log", output={"taken": Text()}, about=ABOUT)
    def post(self, actor: Actor | None, args: dict[str, Any], token: str) -> Any:
        return _call(token)


@route(routes, "/call/<string:token>/<string:act>", "call_act")
class CallActs(Resource):
    @operation("Report a start, an end, or an exit code", output={"taken": Text()}, about=ABOUT)
    def get(self, actor: Actor | None, args: dict[str, Any], token: str, act: str) -> Any:
        return _call(token, act)

    @operation("Report a start, an end, or an exit code, with a log", output={"taken": Text()}, about=ABOUT)
    def post(self, actor: Actor | None, args: dict[str, Any], token: str, act: str) -> Any:
        return _call(token, act)


def _address(token: str) -> dict[str, str]:
    return {"url": url_for("v1.call", token=token, _external=True)}


@route(routes, "/usability/monitors/<id:monitor_id>/call", "monitor_call")
class MonitorCall(Resource):
    @operation(
        "See the address that a heartbeat's target calls",
        output={"url": Text()},
        about="Whoever has it can report for the target, so only those see it who may change monitors.",
    )
    def get(self, actor: Actor, args: dict[str, Any], monitor_id: int) -> Any:
        return _address(call_token(actor, monitor_id))

    @operation(
        "Give a heartbeat another address",
        output={"url": Text()},
        about="The old one is worth nothing from this moment on.",
    )
    def post(self, actor: Actor, args: dict[str, Any], monitor_id: int) -> Any:
        return _address(renew_token(actor, monitor_id))
