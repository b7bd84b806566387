"""`/healthz`: this process is alive. `/readyz`: everything it needs is there. Neither opens a session."""

from __future__ import annotations

from flask import Blueprint, Response

from app.controller.common.answer import answer
from app.service.health.check import readiness

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    return answer({"status": "ok"})


@blueprint.get("/readyz")
def ready() -> Response:
    parts = readiness()
    wrong = {name: state for name, state in parts.items() if state != "ok"}
    if not wrong:
        return answer(parts)
    msg = "; ".join(f"{name}: {state}" for name, state in wrong.items())
    return answer(parts, status=503, code=15001, msg=msg)
