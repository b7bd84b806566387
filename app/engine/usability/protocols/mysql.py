"""MySQL's and MariaDB's client protocol 10: greeting, TLS, log-in, a query.

Sources: MySQL internals manual "Client/Server Protocol", MariaDB knowledge base "Clients & Utilities".
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from app.engine.usability.stream.stream import Stream, TalkError, TlsHow

_LONG_PASSWORD, _WITH_DB, _PROTOCOL_41, _SSL = 1, 8, 0x200, 0x800
_TRANSACTIONS, _SECURE, _PLUGIN_AUTH = 0x2000, 0x8000, 0x80000
_UTF8MB4 = 45
_MAX_PACKET = 1 << 20
_MAX_COLUMNS = 4096
NATIVE, CACHING, CLEAR = "mysql_native_password", "caching_sha2_password", "mysql_clear_password"
# Server errors (errmsg-utf8.txt) → our reason. The rest is by what was being done.
_REASONS = {
    1040: "too_many_connections",
    1203: "too_many_connections",
    1226: "too_many_connections",
    1044: "login_refused",
    1045: "login_refused",
    1698: "login_refused",
    1862: "login_refused",
    3118: "login_refused",
    4151: "login_refused",
    1049: "database_missing",
    1129: "host_not_allowed",
    1130: "host_not_allowed",
    1053: "server_starting",
    1290: "is_read_only",
    1836: "is_read_only",
}


@dataclass(slots=True)
class Session:
    """A log-in. `demands_tls` is for "on"; `how` None never asks for TLS."""

    user: str
    password: str
    database: str
    how: TlsHow | None
    demands_tls: bool
    version: str = ""
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class _Greeting:
    version: str
    offered: int
    salt: bytes
    plugin: str


async def log_in(stream: Stream, session: Session, host: str) -> None:
    """From the greeting to the server's OK. Raises TalkError."""
    greeting = _greeting(stream, session, await _read(stream, session))
    session.version = stream.shown(greeting.version)
    stream.note(greeting.version)
    flags = _LONG_PASSWORD | _PROTOCOL_41 | _TRANSACTIONS | _SECURE | _PLUGIN_AUTH
    flags |= _WITH_DB if session.database else 0
    if session.how is not None and greeting.offered & _SSL:
        flags |= _SSL
        stream.step = "SSLRequest"
        await _send(stream, session, _head(flags))
        await stream.start_tls(host, session.how)
    elif session.demands_tls:
        raise TalkError("starttls_missing", {"step": "SSLRequest"})
    stream.step = "log-in"
    plugin = greeting.plugin if greeting.plugin in (NATIVE, CACHING) else NATIVE
    proof = _proof(plugin, session.password, greeting.salt)
    body = _head(flags) + session.user.encode() + b"\0" + bytes([len(proof)]) + proof
    body += session.database.encode() + b"\0" if session.database else b""
    await _send(stream, session, body + plugin.encode() + b"\0")
    await _finish(stream, session, greeting.salt)


async def query(stream: Stream, session: Session, sql: str) -> str | None:
    """The first column of the first row as text, None without a row or for NULL. Raises TalkError.

    Of a long answer the rest is left unread.
    """
    stream.step = "query"
    session.sequence = 0
    await _send(stream, session, b"\x03" + sql.encode())
    packet = await _read(stream, session)
    if packet[:1] == b"\0":
        return None
    columns, _ = _length(packet, 0)
    if packet[:1] == b"\xfb" or columns is None or columns > _MAX_COLUMNS:
        raise stream.unexpected(packet[:40].hex(), "result set")
    # The columns' descriptions, and the packet that ends them.
    for _each in range(columns + 1):
        await _read(stream, session)
    row = await _read(stream, session)
    if row[:1] == b"\xfe" and len(row) < 9:
        return None
    length, place = _length(row, 0)
    return None if length is None else row[place : place + length].decode("utf-8", "replace")


async def leave(stream: Stream, session: Session) -> None:
    session.sequence = 0
    await _send(stream, session, b"\x01")


def _head(flags: int) -> bytes:
    return flags.to_bytes(4, "little") + (1 << 24).to_bytes(4, "little") + bytes([_UTF8MB4]) + bytes(23)


async def _send(stream: Stream, session: Session, body: bytes) -> None:
    await stream.send(len(body).to_bytes(3, "little") + bytes([session.sequence & 255]) + body)
    session.sequence += 1


async def _read(stream: Stream, session: Session) -> bytes:
    """A packet. Raises TalkError for the server's errors and for what is none of MySQL's packets."""
    head = await stream.read_exactly(4)
    length = int.from_bytes(head[:3], "little")
    if not 0 < length <= _MAX_PACKET or head[3] != session.sequence & 255:
        raise stream.unexpected(head, "MySQL")
    session.sequence += 1
    body = await stream.read_exactly(length)
    if body[:1] == b"\xff":
        raise _error(stream, session, body)
    return body


def _error(stream: Stream, session: Session, body: bytes) -> TalkError:
    code = int.from_bytes(body[1:3], "little")
    said = body[9:] if body[3:4] == b"#" else body[3:]
    answer = f"{stream.shown(said)} ({code})"
    stream.note(answer)
    otherwise = "query_failed" if stream.step == "query" else "server_error"
    detail = {"answer": answer, "user": session.user, "database": session.database, "code": code}
    return TalkError(_REASONS.get(code, otherwise), detail)


def _greeting(stream: Stream, session: Session, packet: bytes) -> _Greeting:
    end = packet.find(b"\0", 1)
    # Thread (4), salt (8), a filler, flags (2), charset, status (2), flags (2), a length, 10 unused.
    if packet[:1] != b"\x0a" or end < 0 or len(packet) < end + 32:
        raise stream.unexpected(packet[:60], "protocol 10")
    low, high = packet[end + 14 : end + 16], packet[end + 19 : end + 21]
    length = max(packet[end + 21], 21) - 8
    salt = packet[end + 5 : end + 13] + packet[end + 32 : end + 32 + length]
    plugin = packet[end + 32 + length :].split(b"\0", 1)[0]
    return _Greeting(
        version=packet[1:end].decode("utf-8", "replace").removeprefix("5.5.5-"),
        offered=int.from_bytes(low + high, "little"),
        salt=salt[:20],
        plugin=plugin.decode("ascii", "replace"),
    )


def _proof(plugin: str, password: str, salt: bytes) -> bytes:
    """What shows that we know the password, without showing it."""
    if not password:
        return b""
    hashed = hashlib.sha1 if plugin == NATIVE else hashlib.sha256
    once = hashed(password.encode()).digest()
    twice = hashed(once).digest()
    mixed = hashed(salt + twice).digest() if plugin == NATIVE else hashed(twice + salt).digest()
    return bytes(a ^ b for a, b in zip(once, mixed, strict=True))


async def _finish(stream: Stream, session: Session, salt: bytes) -> None:
    plugin = ""
    for _ in range(10):
        packet = await _read(stream, session)
        if packet[:1] == b"\0":
            return
        if packet[:1] == b"\xfe":
            plugin, salt = await _switch(stream, session, packet)
        elif packet[:1] == b"\x01":
            await _more(stream, session, packet[1:], salt)
        else:
            raise stream.unexpected(packet[:40].hex(), "OK")
    raise stream.unexpected(plugin, "OK")


async def _switch(stream: Stream, session: Session, packet: bytes) -> tuple[str, bytes]:
    """The server wants another way to log in (AuthSwitchRequest)."""
    name, _, rest = packet[1:].partition(b"\0")
    plugin = name.decode("ascii", "replace")
    salt = rest.rstrip(b"\0")[:20] if plugin != CACHING else rest[:20]
    if plugin in (NATIVE, CACHING):
        await _send(stream, session, _proof(plugin, session.password, salt))
    elif plugin == CLEAR and stream.tls is not None:
        await _send(stream, session, session.password.encode() + b"\0")
    else:
        raise TalkError("login_unsupported", {"methods": stream.shown(plugin) or "old password"})
    return plugin, salt


async def _more(stream: Stream, session: Session, said: bytes, salt: bytes) -> None:
    """What caching_sha2_password adds: 3 is good, 4 wants the password itself, else it is a key for it."""
    if said == b"\x03":
        return
    password = session.password.encode() + b"\0"
    if said == b"\x04":
        await _send(stream, session, password if stream.tls is not None else b"\x02")
    elif said.startswith(b"-----BEGIN PUBLIC KEY-----") and stream.tls is None:
        await _send(stream, session, _sealed(stream, said, password, salt))
    else:
        raise stream.unexpected(said[:40].hex(), CACHING)


def _sealed(stream: Stream, pem: bytes, password: bytes, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    mixed = bytes(each ^ salt[place % len(salt)] for place, each in enumerate(password)) if salt else password
    try:
        key = load_pem_public_key(pem)
        if not isinstance(key, rsa.RSAPublicKey):
            raise ValueError("it is no RSA key")
        # The protocol fixes this hash; within OAEP it is not broken.
        oaep = padding.OAEP(padding.MGF1(SHA1()), SHA1(), None)  # noqa: S303
        return key.encrypt(mixed, oaep)
    except ValueError:
        raise stream.unexpected(pem[:40], "public key") from None


def _length(data: bytes, place: int) -> tuple[int | None, int]:
    """A length-encoded number and where it ends; None for NULL or when it is broken off."""
    first = data[place] if place < len(data) else 0xFB
    if first < 0xFB:
        return first, place + 1
    size = {0xFC: 2, 0xFD: 3, 0xFE: 8}.get(first)
    if size is None or len(data) < place + 1 + size:
        return None, place + 1
    return int.from_bytes(data[place + 1 : place + 1 + size], "little"), place + 1 + size
