"""The one blueprint that all pages hang on; each family's module adds its own routes."""

from __future__ import annotations

from flask import Blueprint

from app.web.identity import guard

web = Blueprint("web", __name__)
web.before_request(guard)
