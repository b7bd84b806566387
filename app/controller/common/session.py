"""Server-side sessions in Redis, by Flask-Session, with its two sharp edges taken off.

Its decoder falls back to pickle, which would run what somebody put into Redis: ours knows msgpack alone.
And it asks Redis on every request that has a cookie: ours does not where no session is wanted.
"""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Flask, Request
from flask_session.redis import RedisSessionInterface

from app.core.redis import get_redis

WITHOUT_SESSION = ("/healthz", "/readyz", "/static/")


class MsgpackSerializer:
    """Sessions hold str, int, bool, lists and dictionaries of them."""

    def encode(self, session: Any) -> bytes:
        return msgspec.msgpack.encode(dict(session))

    def decode(self, data: bytes) -> dict[str, Any]:
        try:
            return msgspec.msgpack.decode(data, type=dict[str, Any])
        except msgspec.DecodeError:
            return {}


class SessionInterface(RedisSessionInterface):
    def __init__(self, app: Flask) -> None:
        config = app.config
        super().__init__(
            app,
            client=get_redis(),
            key_prefix=config["SESSION_KEY_PREFIX"],
            permanent=True,
            sid_length=config["SESSION_ID_LENGTH"],
        )
        self.serializer = MsgpackSerializer()

    def open_session(self, app: Flask, request: Request) -> Any:
        if request.path.startswith(WITHOUT_SESSION) or "Authorization" in request.headers:
            return self.session_class(sid=self._generate_sid(self.sid_length), permanent=False)
        return super().open_session(app, request)


def init_app(app: Flask) -> None:
    app.session_interface = SessionInterface(app)
