"""HTTP for machines. Every module of a version's package that has routes is found by itself."""

from __future__ import annotations

from flask import Flask

from app.controller import health
from app.controller.common import answer, headers, identifiers, identity, session
from app.controller.v1 import make_blueprint


def register_controllers(app: Flask) -> None:
    identifiers.init_app(app)
    session.init_app(app)
    identity.init_app(app)
    answer.init_app(app)
    headers.init_app(app)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(make_blueprint())
