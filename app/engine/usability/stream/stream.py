"""Byte streams over TCP and TLS for monitor types that hold a conversation, inside the engine's loop.

How a type uses it:

    class SmtpMonitor(MonitorType):
        def start(self, loop, check, done):
            config = self.parse(check.config)
            place = Place(config.host, config.port, config.ip_version, tls=TlsHow() if config.tls else None)
            converse(loop, check, done, place, lambda stream: _talk(stream, config))

    async def _talk(stream: Stream, config: SmtpConfig) -> Outcome:
        stream.step = "greeting"                       # named in failures: "At step greeting …"
        line = await stream.read_until(b"\\r\\n", 1000)   # bounded; TalkError answer_too_long beyond
        if not line.startswith(b"220"):
            raise stream.unexpected(line, "220")        # TalkError unexpected_answer
        stream.step = "EHLO"
        await stream.send(b"EHLO x\\r\\n")
        await stream.start_tls(config.host, TlsHow(verify=config.verify_tls))
        stream.hide(config.password)                    # never shown, though the server repeat it
        return Outcome("up", facts={"banner": stream.shown(line)})

Names, guard, connection, deadline, phases, address and `facts["tls"]` are the stream's business. A failing
outcome gets `facts["evidence"]` from what `stream.note(text)` collected. The phases: `first_byte` lasts from
the connection (or handshake) to the first byte that is read, `transfer` from there to the end; a type whose
parts lie otherwise calls `stream.stages.enter(name)` itself. Raise `TalkError` for what the target does
wrong: any other exception is the probe's own fault and gives `unknown`. For several connections in one check
use `talk.run(loop, check, done, main)` with `connect(net, place)`, whose stream is to be closed by the caller
(`with await connect(net, place) as stream`). UDP is in `datagram.py`.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from app.engine.net.resolver import Family
from app.engine.usability.stages import Stages
from app.engine.usability.stream import tls as stream_tls
from app.engine.usability.stream.dial import dial
from app.engine.usability.stream.talk import Net, TalkError, run
from app.engine.usability.stream.tls import TlsHow
from app.engine.usability.stream.wire import CHUNK, Wire
from app.engine.usability.types import Check, Done, Outcome

if TYPE_CHECKING:
    from app.engine.usability.loop import ProbeLoop

__all__ = ["Place", "Stream", "TalkError", "TlsHow", "connect", "converse", "printable"]

_MAX_SHOWN = 200
# More than is shown, so that a secret is not cut in two before it is hidden.
_MAX_NOTED = 8192
_MAX_NOTES = 12


@dataclass(frozen=True, slots=True)
class Place:
    """Where to connect; `tls` shakes hands at once, for the name `server_name` (or else the host)."""

    host: str
    port: int
    family: Family = "any"
    tls: TlsHow | None = None
    server_name: str = ""


def converse(
    loop: ProbeLoop,
    check: Check,
    done: Done,
    place: Place,
    talk: Callable[[Stream], Coroutine[Any, Any, Outcome]],
) -> None:
    """Connect, hold the conversation `talk`, close; `done` gets its outcome in the loop's thread, once."""

    async def main(net: Net) -> Outcome:
        with await connect(net, place) as stream:
            net.evidence = stream.evidence
            try:
                return stream.proved(await talk(stream))
            except TalkError as error:
                error.facts = {**stream.evidence(), **error.facts}
                raise

    run(loop, check, done, main)


async def connect(net: Net, place: Place, stages: Stages | None = None) -> Stream:
    """A stream to the place, over the first of its addresses that accepts. Raises TalkError.

    `stages` takes the measures of a further connection, so that they do not mix with the check's.
    """
    stages = net.current = stages or net.stages
    stages.enter("dns")
    net.where |= {"host": place.host, "port": place.port}
    addresses = await net.addresses(place.host, place.family)
    stages.enter("connect")
    sock = await dial(net, addresses, place.port)
    stream = Stream(net, sock, stages, place.server_name or place.host)
    if place.tls is not None:
        try:
            await stream.start_tls(stream.server_name, place.tls)
        except BaseException:
            stream.close()
            raise
    stages.enter("first_byte")
    return stream


class Stream:
    """One connection. `step` names what is being done, for failures; `tls` is None until the handshake."""

    def __init__(self, net: Net, sock: socket.socket, stages: Stages, server_name: str) -> None:
        self.net = net
        self.stages = stages
        self.server_name = server_name
        self.step = "greeting"
        self._wire = Wire(net, sock)
        self._buffer = bytearray()
        self._is_at_end = False
        self._hidden: list[str] = []
        self._notes: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        self._wire.close()

    @property
    def tls(self) -> ssl.SSLObject | None:
        """What there is of TLS; None before the handshake."""
        return self._wire.tls

    @property
    def local_address(self) -> str:
        """The address this end speaks from."""
        return self._wire.local_address

    async def send(self, data: bytes) -> None:
        """Send all of it."""
        try:
            await self._wire.send(data)
        except OSError as error:
            raise self._broken(error) from None

    async def read_until(self, mark: bytes, limit: int) -> bytes:
        """Everything up to and with `mark`. Raises TalkError when it is not within `limit` bytes."""
        searched = 0
        while (place := self._buffer.find(mark, searched)) < 0:
            if len(self._buffer) >= limit:
                raise self._too_long(limit)
            searched = max(len(self._buffer) - len(mark) + 1, 0)
            await self._more_or_closed()
        if place + len(mark) > limit:
            raise self._too_long(limit)
        return self._take(place + len(mark))

    async def read_exactly(self, count: int) -> bytes:
        """So many bytes. The caller bounds a number that the server named."""
        while len(self._buffer) < count:
            await self._more_or_closed()
        return self._take(count)

    async def read_some(self, limit: int = CHUNK) -> bytes:
        """What there is, at least a byte and at most `limit`; empty at the end of the connection."""
        while not self._buffer and await self._more():
            pass
        return self._take(min(limit, len(self._buffer)))

    async def has_more(self, seconds: float) -> bool:
        """Whether something comes, or the end, within so many seconds."""
        return bool(self._buffer) or self._is_at_end or await self._wire.has_more(seconds)

    async def start_tls(self, host: str, how: TlsHow) -> None:
        """Shake hands for the name `host`; what it told goes into the check's facts. Raises TalkError."""
        if self._buffer:
            # Whatever came before the handshake was never protected, and would be read as if it had been.
            raise self.unexpected(bytes(self._buffer), "TLS")
        before = self.stages.enter("tls")
        self.net.where["host"] = host
        try:
            context = stream_tls.context(self.net.loop.ca_file, how)
        except (ValueError, ssl.SSLError) as error:
            raise TalkError("config_invalid", {"error": str(error)[:160]}, status="unknown") from None
        try:
            await self._wire.start_tls(context, host)
        except OSError as error:
            raise self._broken(error) from None
        except ValueError as error:
            raise TalkError("config_invalid", {"error": str(error)[:160]}, status="unknown") from None
        if self.tls is not None:
            now_ms = self.net.loop.now_ms()
            self.net.facts["tls"] = stream_tls.facts_of(self.tls, now_ms, is_verified=how.verify or None)
        self.stages.enter(before)

    def hide(self, *secrets: str) -> None:
        """Never show these texts, should the server repeat them."""
        self._hidden += [each for each in secrets if each]

    def shown(self, data: bytes | str, limit: int = _MAX_SHOWN) -> str:
        """Something the server said, printable, short, and without what is hidden."""
        text = data if isinstance(data, str) else data.decode("utf-8", "replace")
        for secret in self._hidden:
            text = text.replace(secret, "•••")
        return printable(text, limit)

    def note(self, said: bytes | str) -> None:
        """Keep something the server said as evidence, should the check fail."""
        if len(self._notes) < _MAX_NOTES:
            self._notes.append(self.shown(said))

    def unexpected(self, answer: bytes | str, expected: str) -> TalkError:
        """The failure `unexpected_answer`."""
        detail = {"step": self.step, "answer": self.shown(answer), "expected": expected}
        return TalkError("unexpected_answer", detail)

    def evidence(self) -> dict[str, Any]:
        """The evidence as a part of a failing outcome's facts."""
        found: dict[str, Any] = {"step": self.step}
        if self._notes:
            found["answers"] = list(self._notes)
        return {"evidence": found}

    def proved(self, outcome: Outcome) -> Outcome:
        """The outcome, with evidence when it is not good."""
        if outcome.status != "up":
            outcome.facts = {**self.evidence(), **outcome.facts}
        return outcome

    def _take(self, count: int) -> bytes:
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken

    def _too_long(self, limit: int) -> TalkError:
        self.note(bytes(self._buffer[:_MAX_NOTED]))
        return TalkError("answer_too_long", {"step": self.step, "limit": limit})

    async def _more_or_closed(self) -> None:
        if not await self._more():
            if self._buffer:
                self.note(bytes(self._buffer[:_MAX_NOTED]))
            raise TalkError("connection_closed", {"step": self.step})

    async def _more(self) -> bool:
        """Put what comes next into the buffer. False at the end."""
        if self._is_at_end:
            return False
        try:
            data = await self._wire.receive()
        except OSError as error:
            raise self._broken(error) from None
        if not data:
            self._is_at_end = True
            return False
        if self.stages.now == "first_byte":
            self.stages.enter("transfer")
        self._buffer += data
        return True

    def _broken(self, error: OSError) -> TalkError:
        """What an error of the connection or of TLS means."""
        if not isinstance(error, ssl.SSLError):
            name = errno.errorcode.get(error.errno or 0, "?")
            return TalkError("connection_reset", {"error": name, "step": self.step})
        reason, words = stream_tls.failure_of(error)
        detail = {**self.net.where, "error": words, "step": self.step}
        if self.tls is not None and isinstance(error, ssl.SSLCertVerificationError):
            facts = stream_tls.facts_of(self.tls, self.net.loop.now_ms(), is_verified=False)
            self.net.facts["tls"] = facts
            detail |= {"subject": facts.get("subject", "?"), "key": words, "signature": words}
            detail["names"] = ", ".join(facts.get("names", ())[:5]) or facts.get("subject", "?")
        return TalkError(reason, detail)


def printable(text: str, limit: int = _MAX_SHOWN) -> str:
    """The text on one line, everything unprintable as an escape, at most `limit` characters."""
    text = text[: limit * 2].strip()
    shown = "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
