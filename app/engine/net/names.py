"""Questions to name servers whose answers are looked at as such: texts, aliases, whether a name exists.

Unlike `app.engine.net.resolver`, which wants addresses to connect to, this tells what is written there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from time import monotonic
from typing import Literal

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rdtypes.ANY.TXT

from app.engine.net.hosts import ResolvConf, Server, read_servers

Kind = Literal["A", "AAAA", "NS", "TXT"]
State = Literal["found", "no_record", "no_name", "failed", "timeout"]
_MOST_SERVERS = 3
_ROUNDS = 2
_PATIENCE = 1.0
_MOST_ALIASES = 16
_MOST_RECORDS = 100


@dataclass(frozen=True, slots=True)
class Names:
    """What name servers said of a name.

    `state`: found; no_record (the name exists without such a record); no_name (NXDOMAIN: it or what it is an
    alias of does not exist); failed (they refused or sent nonsense); timeout. `aliases` is the chain of
    CNAMEs, the last of them is what the state is about. `records` are texts or addresses.
    """

    state: State
    aliases: tuple[str, ...] = ()
    records: tuple[str, ...] = ()


def ask_names(name: str, kind: Kind, *, dns_servers: Sequence[str] = (), timeout: float = 5.0) -> Names:
    """Ask, each server twice, for at most `timeout` seconds together. Never raises for what comes back.

    `dns_servers` overrule `/etc/resolv.conf`; raises ValueError for one that cannot be read.
    """
    servers = read_servers(dns_servers) or _resolv_conf().get()
    try:
        query = dns.message.make_query(dns.name.from_text(name), kind, use_edns=0, payload=1232)
    except (dns.exception.DNSException, UnicodeError):
        return Names("no_name")
    state: State = "timeout"
    for server, patience in _attempts(servers, timeout):
        try:
            reply, _ = dns.query.udp_with_fallback(
                query, server[0], patience, server[1], ignore_unexpected=True, ignore_errors=True
            )
        except dns.exception.Timeout:
            continue
        except (dns.exception.DNSException, OSError, ValueError, EOFError):
            state = "failed"
            continue
        if reply.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            return _read(reply, query)
        state = "failed"
    return Names(state)


@cache
def _resolv_conf() -> ResolvConf:
    return ResolvConf()


def _attempts(servers: Sequence[Server], timeout: float) -> Iterator[tuple[Server, float]]:
    """Each server with the seconds it gets, until the time is over. TCP may take as long again as UDP."""
    end = monotonic() + timeout
    for _ in range(_ROUNDS):
        for server in servers[:_MOST_SERVERS]:
            left = end - monotonic()
            if left <= 0:
                return
            yield server, min(_PATIENCE, left / 2)


def _read(reply: dns.message.Message, query: dns.message.Message) -> Names:
    kind = query.question[0].rdtype
    aliases: list[str] = []
    owner = query.question[0].name
    while len(aliases) < _MOST_ALIASES:
        records = _records(reply, owner, kind)
        if records:
            return Names("found", tuple(aliases), records)
        target = _alias(reply, owner)
        if target is None:
            break
        owner = target
        aliases.append(owner.to_text(omit_final_dot=True).lower())
    is_missing = reply.rcode() == dns.rcode.NXDOMAIN
    return Names("no_name" if is_missing else "no_record", tuple(aliases))


def _records(
    reply: dns.message.Message, owner: dns.name.Name, kind: dns.rdatatype.RdataType
) -> tuple[str, ...]:
    found = [
        _text(record)
        for records in reply.answer
        if records.name == owner and records.rdtype == kind
        for record in records
    ]
    return tuple(found[:_MOST_RECORDS])


def _text(record: object) -> str:
    if isinstance(record, dns.rdtypes.ANY.TXT.TXT):
        # A long text comes in pieces of 255 bytes (RFC 7208 §3.3 joins them without a blank).
        return b"".join(record.strings).decode("utf-8", "replace")
    return str(record)


def _alias(reply: dns.message.Message, owner: dns.name.Name) -> dns.name.Name | None:
    for records in reply.answer:
        if records.name == owner and records.rdtype == dns.rdatatype.CNAME:
            target: dns.name.Name = next(iter(records)).target
            return target
    return None
