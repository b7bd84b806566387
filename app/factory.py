"""The application factory: settings, database, sessions, then every face."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.core.settings import get_settings, use_settings
from app.late_rule import LateRule
from app.models import db
from app.models.base import prepare_engine
from config import Config, ConfigError
from config.env import ROOT


class _App(Flask):
    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Nothing of ours is a coroutine, so that it need not be asked of each function at every request."""
        return func


def make_app(settings: Config | None = None, *, faces: bool = True, migrates: bool = True) -> Flask:
    """See `app.create_app`."""
    if settings is not None:
        use_settings(settings)
    settings = get_settings()
    if settings.IS_REMOTE_PROBE:
        raise ConfigError("CLOUDEYE_LOCATION_KEY is for a machine that only probes; unset it here.")
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    app = _App("app", static_folder="static", template_folder="templates")
    app.config.from_object(settings)
    db.init_app(app)
    if migrates:
        from flask_migrate import Migrate

        Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True)
    with app.app_context():
        prepare_engine(db.engine)
    if faces:
        _add_faces(app)
    return app


def _add_faces(app: Flask) -> None:
    """HTTP: sessions, identity, errors, headers; the API, the pages and the commands."""
    from app import web
    from app.cli import register_commands
    from app.controller import register_controllers

    app.url_rule_class = LateRule
    if app.config["TRUST_PROXY"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1, x_port=1)  # type: ignore[method-assign]
    register_controllers(app)
    register_commands(app)
    web.register_pages(app)
