"""Version 1 of the API. Each module here holds one family of resources and is found by itself."""

from __future__ import annotations

import importlib
import pkgutil

from flask import Blueprint

from app.controller.common.resource import Api, Route

PREFIX = "/api/cloudeye/v1"
routes: list[Route] = []


def all_routes() -> list[Route]:
    """Every route of this version."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return routes


def make_blueprint() -> Blueprint:
    blueprint = Blueprint("v1", __name__, url_prefix=PREFIX)
    api = Api(blueprint)
    for each in all_routes():
        api.add_resource(each.resource, each.path, endpoint=each.endpoint)
    return blueprint
