"""Server-side sessions in Redis, by Flask-Session, with its two sharp edges taken off.

Its decoder falls back to pickle, which would run what somebody put into Redis: ours knows msgpack alone.
And it asks Redis on every request that has a cookie: ours does not where no session is wanted.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import msgspec
from flask import Flask, Request, Response
from flask_session.redis import RedisSessionInterface

from app.controller.common.credentials import brings_credentials
from app.core.clock import now_ms
from app.core.redis import get_redis
from app.core.redis_lane import Lane
from app.models.people_mark import MARK
from app.service.access.sessions import left_ms

SID = re.compile(r"[A-Za-z0-9_-]{20,100}\Z")
NOBODYS = timedelta(hours=1)
"""How long a session without a log-in is kept: it holds no more than the log-in form's token."""
WITHOUT_SESSION = ("/healthz", "/readyz", "/metrics", "/static/")


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
        self._lane = Lane(self.client)

    def _upsert_session(self, session_lifetime: timedelta, session: Any, store_id: str) -> None:
        """Keep it for as long as it may be idle. One that was ended meanwhile is not brought back."""
        lifetime = int(NOBODYS.total_seconds() * 1000)
        if "uid" in session:
            lifetime = max(1, left_ms(session.get("since", 0), now_ms()))
        is_known = session.sid == getattr(session, "loaded_sid", None)
        self.client.set(store_id, self.serializer.encode(session), px=lifetime, xx=is_known)

    def save_session(self, app: Flask, session: Any, response: Response) -> None:
        """One that was only read is not written, and all that is said of it is that the answer goes by it."""
        if not session or self.should_set_storage(app, session):
            super().save_session(app, session, response)
        elif session.accessed:
            named = response.headers.get("Vary")
            response.headers["Vary"] = f"{named}, Cookie" if named else "Cookie"

    def forget_id(self, session: Any) -> None:
        """What is put into it from now on is another session's."""
        session.sid = self._generate_sid(self.sid_length)

    def open_session(self, app: Flask, request: Request) -> Any:
        sid = request.cookies.get(app.config["SESSION_COOKIE_NAME"], "")
        is_wanted = not request.path.startswith(WITHOUT_SESSION) and not brings_credentials(request)
        if not is_wanted or not SID.match(sid):
            return self.session_class(sid=self._generate_sid(self.sid_length), permanent=is_wanted)
        data, mark = self._lane.get_both(self.key_prefix + sid, MARK)
        if not data:
            return self.session_class(sid=self._generate_sid(self.sid_length), permanent=self.permanent)
        session = self.session_class(self.serializer.decode(data), sid=sid)
        session.loaded_sid, session.people_mark = sid, mark or b""
        return session


def init_app(app: Flask) -> None:
    app.session_interface = SessionInterface(app)
