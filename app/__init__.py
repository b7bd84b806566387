"""CloudEye. Importing this package loads nothing: engines below it must stay free of Flask."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from config import Config


def create_app(settings: Config | None = None, *, faces: bool = True, migrates: bool = True) -> Flask:
    """The WSGI application. `faces=False` leaves out HTTP: for processes that only need the database.

    `migrates=False` leaves out the migrations' tools, which such a process would carry for nothing.
    """
    from app.factory import make_app

    return make_app(settings, faces=faces, migrates=migrates)
