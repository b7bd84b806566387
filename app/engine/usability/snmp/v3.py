"""Messages of SNMP version 3 (RFC 3412) to one engine, for one user.

1. Ask nothing of nobody: the answer tells the engine's id, how often it has started, and its time.
2. Ask what is wanted, signed and encrypted for that engine.
3. An answer that the time is wrong brings the right one; ask again.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass
from time import monotonic

from app.engine.usability.snmp import ber
from app.engine.usability.snmp.pdu import Pdu, read_pdu
from app.engine.usability.snmp.usm import CryptError, User, decrypt, encrypt, signature

_MAX_MESSAGE = 65507
_USM = 3
_REPORTABLE = 4
_AUTH, _PRIV = 1, 2
_MAX_ENGINE_ID = 32
_STATS = "1.3.6.1.6.3.15.1.1."
REPORTS = {
    f"{_STATS}1.0": "unsupportedSecLevels",
    f"{_STATS}2.0": "notInTimeWindows",
    f"{_STATS}3.0": "unknownUserNames",
    f"{_STATS}4.0": "unknownEngineIDs",
    f"{_STATS}5.0": "wrongDigests",
    f"{_STATS}6.0": "decryptionErrors",
}


class UnauthenticError(ValueError):
    """An answer that is not signed as it must be."""


@dataclass(slots=True)
class _Security:
    """The security parameters of a message (RFC 3414 §2.4); `auth_at` is where the signature lies."""

    engine_id: bytes
    boots: int
    time: int
    user: bytes
    auth: bytes
    salt: bytes
    auth_at: int


class Session:
    """What is known of the engine, and messages to and from it."""

    def __init__(self, user: User, context: str) -> None:
        self._user = user
        self._context = context.encode()
        self._engine_id = b""
        self._boots = 0
        self._time = 0
        self._time_at = 0.0

    def discovery(self, message_id: int, pdu: bytes) -> bytes:
        """The message that asks who answers."""
        scoped = ber.sequence(ber.octets(b""), ber.octets(b""), pdu)
        return self._message(message_id, _REPORTABLE, 0, b"", b"", b"", scoped)

    def request(self, message_id: int, pdu: bytes) -> bytes:
        """A message for the engine that was learned, signed and encrypted as the user has it."""
        user, name = self._user, self._user.name.encode()
        # One time for all: the clock may go on while a key is made.
        now = self._now()
        scoped = ber.sequence(ber.octets(self._engine_id), ber.octets(self._context), pdu)
        salt = b""
        if user.priv != "none":
            salt = self._boots.to_bytes(4, "big") + os.urandom(4) if user.priv == "DES" else os.urandom(8)
            scoped = ber.octets(encrypt(user, self._engine_id, self._boots, now, salt, scoped))
        unsigned = self._message(message_id, user.flags, now, name, bytes(user.signature_size), salt, scoped)
        if user.auth == "none":
            return unsigned
        signed = signature(user, self._engine_id, unsigned)
        return self._message(message_id, user.flags, now, name, signed, salt, scoped)

    def read(self, wire: bytes, message_id: int) -> Pdu:
        """The answer to that message; what it tells of the engine is learned.

        Raises BerError for what is none, UnauthenticError for one that is not signed as it must be.
        """
        outer = ber.Reader(wire).inside()
        if outer.integer() != 3:
            raise ber.BerError("another version of SNMP")
        header = outer.inside()
        if header.integer() != message_id:
            raise ber.BerError("an answer to another message")
        header.integer()
        flags = header.expect(ber.OCTETS)
        if len(flags) != 1 or header.integer() != _USM:
            raise ber.BerError("another security model")
        security = _read_security(outer)
        is_signed = self._is_signed(wire, flags[0], security)
        scoped = self._scoped(outer, flags[0], security)
        scoped.expect(ber.OCTETS)
        scoped.expect(ber.OCTETS)
        pdu = read_pdu(scoped)
        if pdu.kind == "response" and flags[0] & (_AUTH | _PRIV) != self._user.flags & (_AUTH | _PRIV):
            raise UnauthenticError("an answer less protected than the question")
        self._learn(security, pdu, is_signed=is_signed)
        return pdu

    def _learn(self, security: _Security, pdu: Pdu, *, is_signed: bool) -> None:
        is_discovery = pdu.kind == "report" and not self._engine_id
        is_late = pdu.kind == "report" and REPORTS.get(pdu.oid) == "notInTimeWindows" and is_signed
        if is_discovery or is_late:
            self._engine_id = security.engine_id
            self._boots, self._time, self._time_at = security.boots, security.time, monotonic()
        elif pdu.kind == "response" and security.engine_id != self._engine_id:
            raise ber.BerError("an answer of another engine")

    def _is_signed(self, wire: bytes, flags: int, security: _Security) -> bool:
        """Whether it carries a signature, which is right. Raises UnauthenticError for a wrong one."""
        if not flags & _AUTH:
            return False
        size = self._user.signature_size
        if not size or len(security.auth) != size:
            raise UnauthenticError("a signature of another kind")
        blank = wire[: security.auth_at] + bytes(size) + wire[security.auth_at + size :]
        engine_id = self._engine_id or security.engine_id
        if not hmac.compare_digest(signature(self._user, engine_id, blank), security.auth):
            raise UnauthenticError("a wrong signature")
        return True

    def _scoped(self, outer: ber.Reader, flags: int, security: _Security) -> ber.Reader:
        if not flags & _PRIV:
            return outer.inside()
        if self._user.priv == "none":
            raise ber.BerError("encrypted, though nothing was agreed")
        secret = outer.expect(ber.OCTETS)
        try:
            plain = decrypt(self._user, self._engine_id, security.boots, security.time, security.salt, secret)
        except CryptError as error:
            raise ber.BerError(str(error)) from None
        return ber.Reader(plain).inside()

    def _now(self) -> int:
        """The engine's time (s), as far as it is known."""
        return self._time + int(monotonic() - self._time_at)

    def _message(
        self, message_id: int, flags: int, now: int, user: bytes, auth: bytes, salt: bytes, scoped: bytes
    ) -> bytes:
        header = ber.sequence(
            ber.integer(message_id),
            ber.integer(_MAX_MESSAGE),
            ber.octets(bytes((flags,))),
            ber.integer(_USM),
        )
        is_known = bool(user)
        security = ber.sequence(
            ber.octets(self._engine_id if is_known else b""),
            ber.integer(self._boots if is_known else 0),
            ber.integer(now),
            ber.octets(user),
            ber.octets(auth),
            ber.octets(salt),
        )
        return ber.sequence(ber.integer(3), header, ber.octets(security), scoped)


def _read_security(outer: ber.Reader) -> _Security:
    inside = outer.inside(ber.OCTETS).inside()
    engine_id = inside.expect(ber.OCTETS)
    if len(engine_id) > _MAX_ENGINE_ID:
        raise ber.BerError("an engine id is too long")
    boots, time = inside.integer(), inside.integer()
    if not (0 <= boots < 1 << 31 and 0 <= time < 1 << 31):
        raise ber.BerError("an engine's time is no time")
    user, auth = inside.expect(ber.OCTETS), inside.expect(ber.OCTETS)
    auth_at = inside.base + inside.at - len(auth)
    return _Security(engine_id, boots, time, user, auth, inside.expect(ber.OCTETS), auth_at)
