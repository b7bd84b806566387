"""One question to one or several name servers: UDP, again over TCP when cut off, the next one when silent."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from app.engine.net.dns_wire import read_message
from app.engine.net.hosts import Server
from app.engine.usability.stream.datagram import Datagram
from app.engine.usability.stream.dial import connect_error, dial
from app.engine.usability.stream.stream import Stream
from app.engine.usability.stream.talk import Net, TalkError

_ROUNDS = 3
_MOST_PATIENCE = 2.0
# Datagrams that are no answer to us, after which a server counts as one that talks nonsense.
_MOST_NONSENSE = 50
_MOST_SHOWN = 64
_EDNS_TROUBLE = (dns.rcode.FORMERR, dns.rcode.NOTIMP)
_TRY_ELSEWHERE = (dns.rcode.SERVFAIL, dns.rcode.REFUSED, dns.rcode.NOTIMP, dns.rcode.FORMERR)


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask. `is_own`: the servers are the probe's own, whose silence is the probe's trouble."""

    name: dns.name.Name
    kind: dns.rdatatype.RdataType
    is_own: bool = False
    wants_dnssec: bool = False
    is_tcp_only: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer, from whom, and over what ("udp", "tcp")."""

    reply: dns.message.QueryMessage
    server: Server
    over: str


class _Nonsense(Exception):
    """A server sent something, and it was no answer."""

    def __init__(self, received: bytes) -> None:
        super().__init__()
        self.received = received


async def ask(net: Net, servers: Sequence[Server], question: Question) -> Heard:
    """The first usable answer, or the last unusable one. Raises TalkError when there is none at all."""
    plan = list(servers) * (1 if len(servers) > _ROUNDS else _ROUNDS)
    last: Heard | None = None
    trouble: TalkError | None = None
    for number, server in enumerate(plan):
        if last is not None and last.server == server:
            break
        patience = min(_MOST_PATIENCE, 0.95 * net.left / (len(plan) - number))
        try:
            heard = await _ask_one(net, server, question, patience)
        except _Nonsense as nonsense:
            trouble = _bad_reply(net, server, nonsense.received)
            continue
        except TalkError as error:
            trouble = error
            continue
        if heard is not None and heard.reply.rcode() not in _TRY_ELSEWHERE:
            return heard
        last = heard or last
    if last is not None:
        return last
    raise trouble or await _silence(net, servers, question)


async def _silence(net: Net, servers: Sequence[Server], question: Question) -> TalkError:
    """What it means that nobody answered: our own servers are asked about the root of all names, too."""
    detail = _about(net, servers[-1])
    if question.is_own:
        root = Question(dns.name.root, dns.rdatatype.NS)
        for server in servers[:3]:
            try:
                if await _ask_one(net, server, root, net.left / 4) is not None:
                    return TalkError("dns_no_reply", detail)
            except (TalkError, _Nonsense):
                continue
        return TalkError("probe_no_dns", detail, status="unknown")
    return TalkError("dns_no_reply", detail)


def _bad_reply(net: Net, server: Server, received: bytes) -> TalkError:
    shown = received[:_MOST_SHOWN].hex(" ")
    evidence = {"server": server_text(server), "received": f"{len(received)} bytes: {shown}"}
    return TalkError("dns_bad_reply", _about(net, server), facts={"evidence": evidence})


def _about(net: Net, server: Server) -> dict[str, object]:
    return {**net.where, "server": server_text(server)}


def server_text(server: Server) -> str:
    host = f"[{server[0]}]" if ":" in server[0] else server[0]
    return host if server[1] == 53 else f"{host}:{server[1]}"


async def _ask_one(net: Net, server: Server, question: Question, patience: float) -> Heard | None:
    """The server's answer, None when it stays silent. Raises TalkError and _Nonsense."""
    net.where |= {"address": server[0], "port": server[1]}
    query = _query(question, has_edns=True)
    if question.is_tcp_only:
        return Heard(await _over_tcp(net, server, query), server, "tcp")
    reply = await _over_udp(net, server, query, patience)
    if reply is not None and reply.rcode() in _EDNS_TROUBLE:
        # Very old servers do not know EDNS (RFC 6891 §7).
        query = _query(question, has_edns=False)
        reply = await _over_udp(net, server, query, patience)
    if reply is None:
        return None
    if reply.flags & dns.flags.TC:
        return Heard(await _over_tcp(net, server, query), server, "tcp")
    return Heard(reply, server, "udp")


def _query(question: Question, *, has_edns: bool) -> dns.message.QueryMessage:
    query = dns.message.make_query(question.name, question.kind)
    if has_edns:
        query.use_edns(0, payload=1232)
    if question.wants_dnssec:
        # RFC 6840 §5.7: a query with AD set asks for AD in the answer.
        query.flags |= dns.flags.AD
    return query


async def _over_udp(
    net: Net, server: Server, query: dns.message.QueryMessage, patience: float
) -> dns.message.QueryMessage | None:
    net.stages.enter("dns")
    sock = socket.socket(_family(server), socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    with Datagram(net, sock) as udp:
        try:
            sock.connect(server)
        except OSError as error:
            raise connect_error(net, error.errno or 0) from None
        udp.send(query.to_wire())
        nonsense, last = 0, b""
        until = net.left - patience
        while net.left > until and nonsense < _MOST_NONSENSE:
            wire = await udp.receive(net.left - until)
            if wire is None:
                break
            reply = _read(wire, query)
            if reply is not None:
                net.stages.stop(is_finished=True)
                return reply
            nonsense, last = nonsense + 1, wire
            await net.sleep(0.0)  # What takes time to read is read in turn with other checks.
    if nonsense:
        raise _Nonsense(last)
    return None


async def _over_tcp(net: Net, server: Server, query: dns.message.QueryMessage) -> dns.message.QueryMessage:
    """Two bytes of length, then the message (RFC 7766)."""
    net.stages.enter("transfer")
    wire = query.to_wire()
    with Stream(net, await dial(net, [server[0]], server[1]), net.stages, server[0]) as stream:
        stream.step = "TCP"
        await stream.send(len(wire).to_bytes(2, "big") + wire)
        length = int.from_bytes(await stream.read_exactly(2), "big")
        answer = await stream.read_exactly(length)
    reply = _read(answer, query)
    if reply is None:
        raise _Nonsense(answer)
    net.stages.stop(is_finished=True)
    return reply


def _read(wire: bytes, query: dns.message.QueryMessage) -> dns.message.QueryMessage | None:
    """The answer to the query; None for anything else, however it is made."""
    try:
        reply = read_message(wire, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError, IndexError):
        return None
    return reply if isinstance(reply, dns.message.QueryMessage) and query.is_response(reply) else None


def _family(server: Server) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in server[0] else socket.AF_INET
