"""PostgreSQL's protocol 3.0 (documentation, chapter "Frontend/Backend Protocol"): start, log-in, a query."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

from app.engine.usability.protocols.scram import Scram, ScramError, ServerNotProvedError
from app.engine.usability.stream.stream import Stream, TalkError

_PROTOCOL = 196608
_MAX_MESSAGE = 1 << 20
_MAX_MESSAGES = 5000
# SQLSTATE (appendix A) → our reason. The rest is by what was being done.
_REASONS = {
    "28P01": "login_refused",
    "28000": "host_not_allowed",
    "3D000": "database_missing",
    "53300": "too_many_connections",
    "57P03": "server_starting",
    "57P01": "server_starting",
    "57P02": "server_starting",
    "25006": "is_read_only",
}


@dataclass(slots=True)
class Session:
    """A log-in. `parameters` are what the server tells of itself, such as `server_version`."""

    user: str
    password: str
    database: str
    parameters: dict[str, str] = field(default_factory=dict)


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + (len(body) + 4).to_bytes(4, "big") + body


async def log_in(stream: Stream, session: Session) -> None:
    """From the start-up message to "ready for query". Raises TalkError."""
    stream.step = "startup"
    words = ["user", session.user, "database", session.database, "application_name", "cloudeye"]
    body = _PROTOCOL.to_bytes(4, "big") + b"".join(each.encode() + b"\0" for each in words) + b"\0"
    await stream.send(_message(b"", body))
    scram: Scram | None = None
    for _ in range(_MAX_MESSAGES):
        kind, body = await _read(stream, session)
        if kind == b"Z":
            return
        if kind == b"R":
            scram = await _authenticate(stream, session, body, scram)
        elif kind == b"S":
            name, _, value = body.rstrip(b"\0").partition(b"\0")
            session.parameters[name.decode("utf-8", "replace")] = stream.shown(value)
        elif kind not in (b"K", b"N"):
            raise stream.unexpected(kind + body[:40], "R/S/K/Z")
    raise TalkError("answer_too_long", {"step": stream.step, "limit": _MAX_MESSAGES})


async def query(stream: Stream, session: Session, sql: str) -> str | None:
    """The first column of the first row as text, None without a row or for NULL. Raises TalkError.

    Of a long answer the rest is left unread.
    """
    stream.step = "query"
    await stream.send(_message(b"Q", sql.encode() + b"\0"))
    value: str | None = None
    has_row = False
    for _ in range(_MAX_MESSAGES):
        kind, body = await _read(stream, session)
        if kind == b"Z":
            return value
        if kind == b"D" and not has_row:
            has_row = True
            value = _first_column(body)
    return value


async def leave(stream: Stream) -> None:
    await stream.send(_message(b"X", b""))


def _first_column(row: bytes) -> str | None:
    if len(row) < 6 or int.from_bytes(row[:2], "big") < 1:
        return None
    length = int.from_bytes(row[2:6], "big", signed=True)
    return None if length < 0 else row[6 : 6 + length].decode("utf-8", "replace")


async def _read(stream: Stream, session: Session) -> tuple[bytes, bytes]:
    head = await stream.read_exactly(5)
    kind, length = head[:1], int.from_bytes(head[1:], "big") - 4
    if not kind.isalpha() or not 0 <= length <= _MAX_MESSAGE:
        raise stream.unexpected(head, "PostgreSQL")
    body = await stream.read_exactly(length)
    if kind == b"E":
        raise _error(stream, session, body)
    return kind, body


def _error(stream: Stream, session: Session, body: bytes) -> TalkError:
    fields = {part[:1]: part[1:].decode("utf-8", "replace") for part in body.split(b"\0") if part}
    state, said = fields.get(b"C", ""), fields.get(b"M", "")
    answer = stream.shown(f"{said} ({state})")
    stream.note(answer)
    otherwise = "query_failed" if stream.step == "query" else "server_error"
    detail = {"answer": answer, "user": session.user, "database": session.database, "code": state}
    return TalkError(_REASONS.get(state, otherwise), detail)


async def _authenticate(stream: Stream, session: Session, body: bytes, scram: Scram | None) -> Scram | None:
    """Answer an authentication request; gives the SCRAM conversation while it lasts."""
    stream.step = "log-in"
    kind, rest = int.from_bytes(body[:4], "big"), body[4:]
    if kind == 0:
        if scram is not None:
            raise TalkError("server_not_proved")
        return None
    if kind == 3:
        if stream.tls is None:
            raise TalkError("login_unsupported", {"methods": "password (clear text, no TLS)"})
        await stream.send(_message(b"p", session.password.encode() + b"\0"))
        return None
    if kind == 5:
        await stream.send(_message(b"p", _md5(session, rest[:4]) + b"\0"))
        return None
    if kind == 10:
        return await _scram_first(stream, session, rest)
    if kind in (11, 12) and scram is not None:
        return await _scram_next(stream, scram, kind, rest)
    raise TalkError("login_unsupported", {"methods": f"no. {kind}"})


def _md5(session: Session, salt: bytes) -> bytes:
    inner = hashlib.md5((session.password + session.user).encode(), usedforsecurity=False).hexdigest()
    return b"md5" + hashlib.md5(inner.encode() + salt, usedforsecurity=False).hexdigest().encode()


async def _scram_first(stream: Stream, session: Session, offered: bytes) -> Scram:
    methods = [each.decode("ascii", "replace") for each in offered.split(b"\0") if each]
    if "SCRAM-SHA-256" not in methods:
        raise TalkError("login_unsupported", {"methods": stream.shown(", ".join(methods))})
    # The user's name was told at the start; here it stays empty.
    scram = Scram("", session.password, secrets.token_urlsafe(18))
    first = scram.first()
    await stream.send(_message(b"p", b"SCRAM-SHA-256\0" + len(first).to_bytes(4, "big") + first))
    return scram


async def _scram_next(stream: Stream, scram: Scram, kind: int, said: bytes) -> Scram | None:
    try:
        if kind == 11:
            await stream.send(_message(b"p", scram.final(said)))
            return scram
        scram.check(said)
        return None
    except ScramError as error:
        raise stream.unexpected(str(error), "SCRAM-SHA-256") from None
    except ServerNotProvedError:
        raise TalkError("server_not_proved") from None
