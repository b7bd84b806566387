"""Say hello and hear what a server answers: which version and suite it takes, and who it says it is.

1. Connect, send a hello with one offer.
2. Read messages until there is enough: the server's hello, or its certificate and key exchange too.
3. Hang up. No handshake is ever finished, so nothing is asked of the site behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from time import monotonic

from app.engine.bug.tls.line import Line, StoppedError
from app.engine.bug.tls.suites import suite_of
from app.engine.bug.tls.tls13 import CAN_SHARE, KeyShare, Opener
from app.engine.bug.tls.wire import (
    ALERT,
    CERTIFICATE,
    DATA,
    FINISHED,
    HANDSHAKE,
    HELLO_DONE,
    KEY_EXCHANGE,
    SERVER_HELLO,
    STATUS,
    TLS13,
    VERSIONS,
    BadAnswerError,
    Offer,
    ServerHello,
    client_hello,
    read_certificates,
    read_group,
    read_server_hello,
    read_staple,
    record,
)

_MAX_BYTES = 300_000
_MAX_RECORDS = 300


@dataclass(frozen=True, slots=True)
class Place:
    """Where to say hello: an address that was judged, and the name asked for (empty for an address)."""

    address: str
    port: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a server answered to one offer.

    `problem` says why there is no hello: alert (it refused; `alert` is the number), closed, timeout, not_tls,
    unreachable. `staple` is the OCSP answer it sent along; `dh_bits` the size of its Diffie-Hellman prime.
    """

    hello: ServerHello | None = None
    certificates: tuple[bytes, ...] = ()
    staple: bytes = b""
    dh_bits: int = 0
    curve: int = 0
    problem: str = ""
    alert: int | None = None

    @property
    def is_refusal(self) -> bool:
        """Whether the server does not want this offer: many just hang up instead of saying so."""
        return self.hello is None and self.problem in ("alert", "closed")


def say_hello(
    place: Place, offer: Offer, *, seconds: float, stop: Callable[[], bool], wants_chain: bool = False
) -> Heard:
    """One offer, heard for at most `seconds`. Raises StoppedError, and nothing for what the server does."""
    end = monotonic() + seconds
    heard = _one(place, offer, end, stop, wants_chain)
    hello = heard.hello
    if hello is None or not hello.is_retry or hello.group not in CAN_SHARE:
        return heard
    # Rather than go on as the server asks, begin anew with the share it wants: that is a hello like another.
    return _one(place, replace(offer, group=hello.group), end, stop, wants_chain)


def _one(place: Place, offer: Offer, end: float, stop: Callable[[], bool], wants_chain: bool) -> Heard:
    try:
        line = Line(place.address, place.port, end, stop)
    except TimeoutError:
        return Heard(problem="timeout")
    except OSError:
        return Heard(problem="unreachable")
    conversation = _Conversation(line, offer, wants_chain)
    try:
        conversation.run()
    except (EOFError, OSError) as error:
        problem = "timeout" if isinstance(error, TimeoutError) else "closed"
        conversation.heard = replace(conversation.heard, problem=problem)
    except BadAnswerError:
        # A hello that was understood is worth something even if what follows is not.
        conversation.heard = replace(conversation.heard, problem="not_tls")
    finally:
        line.close()
    return conversation.heard


class _Conversation:
    def __init__(self, line: Line, offer: Offer, wants_chain: bool) -> None:
        self.heard = Heard()
        self._line, self._wants_chain = line, wants_chain
        self._share = KeyShare(offer.group) if offer.version == TLS13 else None
        self._offer = replace(offer, public=self._share.public) if self._share else offer
        self._opener: Opener | None = None
        self._hellos = b""

    def run(self) -> None:
        self._hellos = client_hello(self._offer)
        version = min(self._offer.version, 0x0301)
        self._line.send(record(self._hellos, version=version))
        for kind, body in self._messages():
            if not self._take(kind, body):
                return

    def _messages(self) -> Iterator[tuple[int, bytes]]:
        """Handshake messages, put together from records. Ends at an alert."""
        buffer, total = bytearray(), 0
        for _ in range(_MAX_RECORDS):
            kind, body, head = self._line.record()
            if kind == DATA and self._opener is not None:
                kind, body = self._opener.open(head, body)
            if kind == ALERT:
                self.heard = replace(self.heard, problem="alert", alert=body[1] if len(body) == 2 else None)
                return
            if kind != HANDSHAKE:
                continue
            buffer += body
            total += len(body)
            while len(buffer) >= 4 and len(buffer) >= 4 + int.from_bytes(buffer[1:4], "big"):
                size = 4 + int.from_bytes(buffer[1:4], "big")
                message = bytes(buffer[:size])
                del buffer[:size]
                if message[0] == SERVER_HELLO:
                    self._hellos += message
                yield message[0], message[4:]
            if total > _MAX_BYTES:
                raise BadAnswerError
        raise BadAnswerError

    def _take(self, kind: int, body: bytes) -> bool:
        """Learn from a message; whether to go on."""
        hello = self.heard.hello
        if kind == SERVER_HELLO and hello is None:
            return self._take_hello(read_server_hello(body))
        if hello is None:
            raise BadAnswerError
        if kind == CERTIFICATE:
            found, staple = read_certificates(body, is_tls13=hello.version == TLS13)
            self.heard = replace(self.heard, certificates=found, staple=staple)
        elif kind == STATUS:
            self.heard = replace(self.heard, staple=read_staple(body))
        elif kind == KEY_EXCHANGE:
            bits, curve = read_group(body, suite_of(hello.suite).name)
            self.heard = replace(self.heard, dh_bits=bits, curve=curve)
        return kind not in (HELLO_DONE, FINISHED) and not (hello.version == TLS13 and kind == CERTIFICATE)

    def _take_hello(self, hello: ServerHello) -> bool:
        if hello.version not in VERSIONS or (not hello.is_retry and hello.suite not in self._offer.suites):
            raise BadAnswerError
        self.heard = replace(self.heard, hello=hello, curve=hello.group)
        if hello.is_retry or not self._wants_chain:
            return False
        if hello.version == TLS13 and self._share is not None:
            if hello.group != self._share.group:
                raise BadAnswerError
            self._opener = Opener(hello.suite, self._share.secret(hello.public), self._hellos)
        return True


__all__ = ["Heard", "Place", "StoppedError", "say_hello"]
