"""Storey 4, the pages: server-rendered, one file a family; `register_pages` hangs them on the application."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def register_pages(app: Flask) -> None:
    """Register pages, error pages, languages, and what every template may call."""
    from app.web import errors, i18n, pages, shell
    from app.web.blueprint import web

    i18n.init_app(app)
    shell.init_app(app)
    errors.init_app(app)
    pages.load()
    app.register_blueprint(web)
