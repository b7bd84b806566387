"""HTTP for machines. Every module of a version's package that has routes is found by itself."""

from __future__ import annotations

from flask import Flask

from app.controller import health, metrics
from app.controller.common import (
    answer,
    compression,
    cors,
    headers,
    host,
    identifiers,
    identity,
    measure,
    session,
    upload,
)
from app.controller.v1 import make_blueprint


def register_controllers(app: Flask) -> None:
    measure.init_app(app)
    identifiers.init_app(app)
    session.init_app(app)
    identity.init_app(app)
    host.init_app(app)
    cors.init_app(app)
    upload.init_app(app)
    answer.init_app(app)
    headers.init_app(app)
    compression.init_app(app)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(metrics.blueprint)
    app.register_blueprint(make_blueprint())
