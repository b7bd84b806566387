"""From clear text to TLS in the protocols that know the step. Each leaves the stream ready for a handshake.

`STARTTLS[name](stream, host)` reads the greeting, asks, and returns once the server agreed; it raises
TalkError, `starttls_missing` when the server does not offer it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from html import escape

from app.engine.usability.protocols import lines
from app.engine.usability.stream.stream import Stream, TalkError

Ask = Callable[[Stream, str], Awaitable[None]]
_MAX_XML = 65536
# LDAP's extended request 1.3.6.1.4.1.1466.20037 as message 1, in BER (RFC 4511 §4.14).
_LDAP_OID = b"1.3.6.1.4.1.1466.20037"
_LDAP_REQUEST = bytes([0x30, 0x1D, 2, 1, 1, 0x77, 0x18, 0x80, 0x16]) + _LDAP_OID
_PG_SSL_REQUEST = bytes.fromhex("0000000804d2162f")
_MYSQL_SSL = 0x0800
_MYSQL_FLAGS = 0x0000_8A00 | 0x0008_0000 | 0x0001


def missing(stream: Stream) -> TalkError:
    return TalkError("starttls_missing", {"step": stream.step})


async def smtp(stream: Stream, _host: str) -> None:
    lines.accept(stream, await lines.read_reply(stream), 220)
    reply = await lines.demand(stream, "EHLO", f"EHLO {address_literal(stream)}", 250)
    await ask_smtp(stream, reply)


async def ask_smtp(stream: Stream, offered: lines.Reply) -> None:
    """The step after EHLO (RFC 3207)."""
    stream.step = "STARTTLS"
    if not any(each.strip().upper() == "STARTTLS" for each in offered.lines):
        raise missing(stream)
    await lines.demand(stream, "STARTTLS", "STARTTLS", 220)


def address_literal(stream: Stream) -> str:
    """How a client without a name of its own presents itself (RFC 5321 §4.1.3)."""
    address = stream.local_address
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


async def imap(stream: Stream, _host: str) -> None:
    line = await lines.read_line(stream)
    if not line.upper().startswith("* OK"):
        raise stream.unexpected(line, "* OK")
    await ask_imap(stream)


async def ask_imap(stream: Stream) -> None:
    """The step after the greeting (RFC 3501 §6.2.1)."""
    is_ok, _ = await lines.tagged(stream, "STARTTLS", "s1", "STARTTLS")
    if not is_ok:
        raise missing(stream)


async def pop3(stream: Stream, _host: str) -> None:
    is_ok, line = await lines.plus_ok(stream, "greeting", "")
    if not is_ok:
        raise stream.unexpected(line, "+OK")
    await ask_pop3(stream)


async def ask_pop3(stream: Stream) -> None:
    """The step after the greeting (RFC 2595 §4)."""
    is_ok, _ = await lines.plus_ok(stream, "STLS", "STLS")
    if not is_ok:
        raise missing(stream)


async def ftp(stream: Stream, _host: str) -> None:
    lines.accept(stream, await lines.read_reply(stream), 220)
    await ask_ftp(stream)


async def ask_ftp(stream: Stream) -> None:
    """The step after the greeting (RFC 4217 §4)."""
    reply = await lines.ask(stream, "AUTH TLS", "AUTH TLS")
    if reply.code != 234:
        raise missing(stream)


async def ldap(stream: Stream, _host: str) -> None:
    """RFC 4511 §4.14. The answer is short, so its length is one byte (or one after 0x81 … 0x84)."""
    stream.step = "StartTLS"
    await stream.send(_LDAP_REQUEST)
    body = await _ber(stream)
    # messageID, then the extended response, which begins with the result's code.
    if body[:3] != b"\x02\x01\x01" or body[3:4] != b"\x78":
        raise stream.unexpected(body.hex(), "ExtendedResponse")
    start = 5 + (body[4] & 0x7F if len(body) > 4 and body[4] & 0x80 else 0)
    if body[start : start + 2] != b"\x0a\x01" or len(body) < start + 3:
        raise stream.unexpected(body.hex(), "resultCode")
    if body[start + 2] != 0:
        raise missing(stream)


async def _ber(stream: Stream) -> bytes:
    head = await stream.read_exactly(2)
    length = head[1]
    if head[0] == 0x30 and 0x81 <= length <= 0x84:
        length = int.from_bytes(await stream.read_exactly(length & 0x7F), "big")
    if head[0] != 0x30 or not 5 <= length <= 4096:
        raise stream.unexpected(head.hex(), "LDAPMessage")
    return await stream.read_exactly(length)


async def xmpp(stream: Stream, host: str) -> None:
    """RFC 6120 §5.4."""
    stream.step = "stream"
    opening = (
        "<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
        f"xmlns:stream='http://etherx.jabber.org/streams' to='{escape(host)}' version='1.0'>"
    )
    await stream.send(opening.encode())
    features = await stream.read_until(b"</stream:features>", _MAX_XML)
    stream.note(features)
    if b"urn:ietf:params:xml:ns:xmpp-tls" not in features:
        raise missing(stream)
    stream.step = "starttls"
    await stream.send(b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    answer = await stream.read_until(b">", 1000)
    if b"<proceed" not in answer:
        raise stream.unexpected(answer, "<proceed/>")
    if not answer.rstrip().endswith(b"/>"):
        await stream.read_until(b"</proceed>", 1000)


async def postgres(stream: Stream, _host: str) -> None:
    """PostgreSQL's SSLRequest (protocol 3.0, §55.2.10)."""
    stream.step = "SSLRequest"
    await stream.send(_PG_SSL_REQUEST)
    answer = await stream.read_exactly(1)
    if answer == b"N":
        raise missing(stream)
    if answer != b"S":
        raise stream.unexpected(answer, "S")


async def mysql(stream: Stream, _host: str) -> None:
    """MySQL's SSLRequest after the greeting (protocol 10)."""
    head = await stream.read_exactly(4)
    length = int.from_bytes(head[:3], "little")
    if not 0 < length <= 1024:
        raise stream.unexpected(head.hex(), "greeting")
    greeting = await stream.read_exactly(length)
    end = greeting.find(b"\0", 1)
    if greeting[0] != 10 or end < 0 or len(greeting) < end + 16:
        stream.note(greeting)
        raise stream.unexpected(greeting[3:] if greeting[0] == 0xFF else greeting, "protocol 10")
    offered = int.from_bytes(greeting[end + 14 : end + 16], "little")
    stream.step = "SSLRequest"
    if not offered & _MYSQL_SSL:
        raise missing(stream)
    request = _MYSQL_FLAGS.to_bytes(4, "little") + (1 << 24).to_bytes(4, "little") + b"\x2d" + bytes(23)
    await stream.send(len(request).to_bytes(3, "little") + b"\x01" + request)


STARTTLS: dict[str, Ask] = {
    "smtp": smtp,
    "imap": imap,
    "pop3": pop3,
    "ftp": ftp,
    "ldap": ldap,
    "xmpp": xmpp,
    "postgres": postgres,
    "mysql": mysql,
}
