"""A visit to a broker: log in, subscribe, publish, hear it again, and leave in order."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from app.engine.usability.mqtt import packet
from app.engine.usability.mqtt.packet import Message, PacketError
from app.engine.usability.stream.stream import Stream, TalkError
from app.engine.usability.types import Outcome

if TYPE_CHECKING:
    from app.engine.usability.probes.mqtt import MqttConfig

Value = TypeVar("Value")
_KEEP_ALIVE_SECONDS = 60
_MAX_PACKET = 1 << 18
_MAX_LENGTH_BYTES = 4
_SUBSCRIPTION, _PUBLICATION = 1, 2
_REFUSED = 0x80
# Of the time left, what may be spent on waiting for a message; the rest is for leaving in order.
_WAITING_SHARE = 0.95
_MOST_OTHERS = 1000


async def visit(stream: Stream, config: MqttConfig) -> Outcome:
    """Do what the configuration wants. Raises TalkError."""
    broker = _Broker(stream, config)
    await broker.log_in()
    if config.exchange == "log_in":
        await broker.ping()
    else:
        await broker.subscribe()
        sent = await broker.publish() if config.exchange == "round_trip" else b""
        await broker.hear(sent)
    stream.step = "DISCONNECT"
    await stream.send(packet.packet(packet.DISCONNECT, 0))
    return Outcome("up", facts=broker.facts)


class _Broker:
    def __init__(self, stream: Stream, config: MqttConfig) -> None:
        self.facts: dict[str, Any] = {"version": config.version}
        self._stream = stream
        self._config = config
        self._early: list[Message] = []

    async def log_in(self) -> None:
        config, stream = self._config, self._stream
        stream.step = "CONNECT"
        client_id = config.client_id or f"cloudeye-{secrets.token_hex(6)}"
        await stream.send(
            packet.connect(config.version, client_id, config.username, config.password, _KEEP_ALIVE_SECONDS)
        )
        kind, _flags, body = await self._packet()
        if kind != packet.CONNACK:
            raise self._odd(kind, "CONNACK")
        code = self._read(lambda: packet.read_connack(config.version, body))
        if code:
            answer = self._told(code)
            if code in packet.LOGIN_CODES[config.version]:
                reason = "login_refused" if config.username or config.password else "login_required"
                raise TalkError(reason, {"user": config.username, "answer": answer})
            is_busy = code in packet.BUSY_CODES[config.version]
            raise TalkError("service_refused" if is_busy else "mqtt_refused", {"answer": answer})
        if stream.stages.now == "first_byte":
            stream.stages.enter("transfer")

    async def ping(self) -> None:
        self._stream.step = "PINGREQ"
        await self._stream.send(packet.packet(packet.PINGREQ, 0))
        await self._answer(packet.PINGRESP)

    async def subscribe(self) -> None:
        config, stream = self._config, self._stream
        stream.step = "SUBSCRIBE"
        await stream.send(packet.subscribe(config.version, _SUBSCRIPTION, config.topic, int(config.quality)))
        body = await self._answer(packet.SUBACK)
        code = self._read(lambda: packet.read_suback(config.version, body, _SUBSCRIPTION))
        if code >= _REFUSED:
            detail = {"topic": config.topic, "answer": self._told(code)}
            raise TalkError("mqtt_subscribe_refused", detail)

    async def publish(self) -> bytes:
        """Publish, and give what was published."""
        config, stream = self._config, self._stream
        stream.step = "PUBLISH"
        # A text of its own tells this visit's message from those of other probes.
        payload = (config.payload or f"cloudeye {secrets.token_hex(8)}").encode()
        quality = int(config.quality)
        await stream.send(packet.publish(config.version, _PUBLICATION, config.topic, payload, quality))
        if quality:
            body = await self._answer(packet.PUBACK)
            code = self._read(lambda: packet.read_puback(body, _PUBLICATION))
            if code >= _REFUSED:
                detail = {"topic": config.topic, "answer": self._told(code)}
                raise TalkError("mqtt_publish_refused", detail)
        return payload

    async def hear(self, sent: bytes) -> None:
        """Wait for the message that is expected. Raises TalkError when only others come, or none."""
        config, stream = self._config, self._stream
        stream.step = "PUBLISH (received)"
        until = monotonic() + stream.net.left * _WAITING_SHARE
        others = 0
        last: Message | None = None
        while others < _MOST_OTHERS:
            message = await self._next_message(until)
            if message is None:
                break
            if self._is_expected(message, sent):
                self.facts["topic"] = stream.shown(message.topic)
                self.facts["message"] = stream.shown(message.payload)
                return
            last, others = message, others + 1
        detail = {"topic": config.topic, "expected": stream.shown(config.expected or sent)}
        if last is None:
            raise TalkError("mqtt_no_message", detail)
        raise TalkError("mqtt_other_message", detail | {"message": stream.shown(last.payload)})

    def _is_expected(self, message: Message, sent: bytes) -> bool:
        expected = self._config.expected.encode()
        return (not sent or message.payload == sent) and (not expected or expected in message.payload)

    async def _next_message(self, until: float) -> Message | None:
        if self._early:
            return self._early.pop(0)
        while await self._stream.has_more(max(until - monotonic(), 0.0)):
            kind, flags, body = await self._packet()
            if kind == packet.PUBLISH:
                return await self._taken(flags, body)
            if kind == packet.DISCONNECT:
                raise self._sent_away(body)
        return None

    async def _answer(self, wanted: int) -> bytes:
        """The body of the packet that answers; messages that come before it are kept."""
        while True:
            kind, flags, body = await self._packet()
            if kind == wanted:
                return body
            if kind == packet.DISCONNECT:
                raise self._sent_away(body)
            if kind != packet.PUBLISH or len(self._early) >= _MOST_OTHERS:
                raise self._odd(kind, packet.NAMES[wanted])
            self._early.append(await self._taken(flags, body))

    async def _taken(self, flags: int, body: bytes) -> Message:
        message = self._read(lambda: packet.read_publish(self._config.version, flags, body))
        self._stream.note(f"{message.topic}: {message.payload[:200].decode('utf-8', 'replace')}")
        if message.number:
            await self._stream.send(packet.puback(message.number))
        return message

    async def _packet(self) -> tuple[int, int, bytes]:
        """The next packet: kind, flags, body."""
        stream = self._stream
        head = (await stream.read_exactly(1))[0]
        size = 0
        for place in range(_MAX_LENGTH_BYTES):
            byte = (await stream.read_exactly(1))[0]
            size |= (byte & 0x7F) << (7 * place)
            if not byte & 0x80:
                break
        else:
            raise TalkError("mqtt_bad_packet", {"step": stream.step, "error": "a length without an end"})
        if size > _MAX_PACKET:
            raise TalkError("answer_too_long", {"step": stream.step, "limit": _MAX_PACKET})
        return head >> 4, head & 0x0F, await stream.read_exactly(size)

    def _read(self, read: Callable[[], Value]) -> Value:
        try:
            return read()
        except PacketError as error:
            detail = {"step": self._stream.step, "error": str(error)}
            raise TalkError("mqtt_bad_packet", detail) from None

    def _told(self, code: int) -> str:
        name = packet.code_name(self._config.version, code)
        self._stream.note(f"{self._stream.step}: {name}")
        return name

    def _odd(self, kind: int, expected: str) -> TalkError:
        name = packet.NAMES.get(kind, f"a packet of type {kind}")
        return TalkError(
            "mqtt_bad_packet", {"step": self._stream.step, "error": f"{name} instead of {expected}"}
        )

    def _sent_away(self, body: bytes) -> TalkError:
        code = body[0] if body and self._config.version == "5" else 0x80
        return TalkError("mqtt_sent_away", {"step": self._stream.step, "answer": self._told(code)})
