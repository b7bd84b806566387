"""One DNS check from question to verdict.

1. Ask the configured name servers (each passes the guard), or the probe's own.
2. Judge the answer's code, then its records against what is expected, then whether they have changed.
3. Where serials are compared, ask each name server of the zone itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from app.engine.net.hosts import Server, read_servers
from app.engine.usability.names.asking import Heard, Question, ask, server_text
from app.engine.usability.names.records import is_match, normal, record_texts
from app.engine.usability.stream.talk import Net, TalkError
from app.engine.usability.types import Outcome

if TYPE_CHECKING:
    from app.engine.usability.probes.dns import DnsConfig

_CODES = {
    dns.rcode.NXDOMAIN: "dns_not_found",
    dns.rcode.SERVFAIL: "dns_servfail",
    dns.rcode.REFUSED: "dns_refused",
}
DNS_PORT = 53
_MAX_SHOWN = 300
_MOST_SERVERS = 13
_SERIALS = 1 << 32


async def check_names(net: Net, config: DnsConfig, known: Sequence[str] | None) -> Outcome:
    """The outcome of a DNS check. `known` are the answers to compare with, None when there are none yet.

    Raises TalkError.
    """
    heard = await _ask(net, config, config.record_type)
    net.facts |= _facts_of(heard)
    answers, ttl = _answers(heard, config, net)
    net.facts |= {"answers": answers, "ttl": ttl}
    if not answers:
        raise _failed("dns_no_data", net, config, heard)
    if config.require_dnssec and not heard.reply.flags & dns.flags.AD:
        raise _failed("dns_not_authenticated", net, config, heard)
    wanted = [normal(config.record_type, each) for each in config.values if each.strip()]
    if not is_match(config.match, config.record_type, wanted, answers):
        raise _failed("dns_wrong_answer", net, config, heard, answers=answers, expected=wanted)
    if config.compare_serials:
        await _compare_serials(net, config)
    return _judged_change(net, config, answers, known)


def _judged_change(net: Net, config: DnsConfig, answers: list[str], known: Sequence[str] | None) -> Outcome:
    if config.on_change == "ignore" or known is None:
        return Outcome("up")
    known = sorted({normal(config.record_type, each) for each in known if each.strip()})
    if known == answers:
        return Outcome("up")
    detail = {"host": config.name, "type": config.record_type, "answers": _listed(answers)}
    evidence = {"answers": answers, "before": list(known)}
    return Outcome(
        config.on_change,
        "dns_answer_changed",
        detail | {"known": _listed(known)},
        facts={"evidence": evidence},
    )


async def _ask(net: Net, config: DnsConfig, kind: str) -> Heard:
    servers, is_own = await _servers(net, config)
    net.where["host"] = config.name
    return await ask(
        net,
        servers,
        Question(
            dns.name.from_text(config.query_name),
            dns.rdatatype.from_text(kind),
            is_own=is_own,
            wants_dnssec=config.require_dnssec,
            is_tcp_only=config.use_tcp,
        ),
    )


async def _servers(net: Net, config: DnsConfig) -> tuple[Sequence[Server], bool]:
    """Whom to ask, and whether these are the probe's own."""
    given = read_servers(config.resolvers)
    if not given:
        return net.loop.resolver.servers, True
    for address, _port in given:
        await net.addresses(address, "any")  # The guard's word on each.
    return given, False


def _facts_of(heard: Heard) -> dict[str, Any]:
    flags = heard.reply.flags
    return {
        "server": server_text(heard.server),
        "over": heard.over,
        "rcode": dns.rcode.to_text(heard.reply.rcode()),
        "is_authoritative": bool(flags & dns.flags.AA),
        "is_authenticated": bool(flags & dns.flags.AD),
    }


def _answers(heard: Heard, config: DnsConfig, net: Net) -> tuple[list[str], int]:
    """The records in our form, and how long they may be kept (s). Raises TalkError for an error code."""
    code = heard.reply.rcode()
    if code != dns.rcode.NOERROR:
        raise _failed(_CODES.get(code, "dns_rcode"), net, config, heard)
    try:
        chain = heard.reply.resolve_chaining()
    except dns.exception.DNSException:
        raise _failed("dns_bad_reply", net, config, heard) from None
    if chain.cnames:
        last = chain.cnames[-1]
        net.facts["alias"] = str(next(iter(last)).target).removesuffix(".").lower()
    records = list(chain.answer) if chain.answer is not None else []
    return record_texts(config.record_type, records), int(chain.minimum_ttl)


def _failed(
    reason: str,
    net: Net,
    config: DnsConfig,
    heard: Heard,
    *,
    answers: Sequence[str] = (),
    expected: Sequence[str] = (),
) -> TalkError:
    rcode = dns.rcode.to_text(heard.reply.rcode())
    detail = {"host": config.name, "type": config.record_type, "server": server_text(heard.server)}
    detail |= {"rcode": rcode, "answers": _listed(answers), "expected": _listed(expected)}
    evidence: dict[str, Any] = {"server": detail["server"], "rcode": rcode, "answer": list(answers)}
    if heard.reply.authority:
        evidence["authority"] = str(heard.reply.authority[0])[:_MAX_SHOWN]
    return TalkError(reason, detail, facts={"evidence": evidence})


def _listed(texts: Sequence[str]) -> str:
    """A list for a sentence."""
    return ", ".join(texts)[:_MAX_SHOWN] or "–"


async def _compare_serials(net: Net, config: DnsConfig) -> None:
    """Ask each name server for the zone's serial. Raises TalkError when one is behind, or does not answer."""
    serials: dict[str, int] = {}
    for label, server in await _zone_servers(net, config):
        net.where["host"] = config.name
        question = Question(dns.name.from_text(config.query_name), dns.rdatatype.SOA)
        try:
            heard = await ask(net, [server], question)
            serials[label] = _serial(heard)
        except TalkError as error:
            raise _missing(config, label, error, serials) from None
    net.facts["serials"] = {label: str(serial) for label, serial in serials.items()}
    values = list(serials.values())
    if values and _spread(values) > config.max_serial_gap:
        listed = _listed([f"{label} {serial}" for label, serial in serials.items()])
        evidence = {label: str(serial) for label, serial in serials.items()}
        detail = {"host": config.name, "serials": listed}
        raise TalkError("dns_serials_differ", detail, status="degraded", facts={"evidence": evidence})


def _missing(config: DnsConfig, label: str, error: TalkError, serials: dict[str, int]) -> TalkError:
    why = error.reason
    evidence = {name: str(serial) for name, serial in serials.items()} | {label: why}
    detail = {"host": config.name, "server": label, "why": why, "first": error.detail}
    return TalkError("dns_server_missing", detail, status="degraded", facts={"evidence": evidence})


def _serial(heard: Heard) -> int:
    """The serial of an SOA answer. Raises TalkError for an answer without one."""
    for records in heard.reply.answer:
        if records.rdtype == dns.rdatatype.SOA:
            serial: int = next(iter(records)).serial
            return serial
    raise TalkError(f"{dns.rcode.to_text(heard.reply.rcode())}, no SOA")


def _spread(serials: Sequence[int]) -> int:
    """How far the newest is ahead of the oldest, in the arithmetic of serials (RFC 1982)."""
    first = serials[0]
    offsets = [(each - first + _SERIALS // 2) % _SERIALS for each in serials]
    return max(offsets) - min(offsets)


async def _zone_servers(net: Net, config: DnsConfig) -> list[tuple[str, Server]]:
    """The given name servers, or those that the zone names itself."""
    given = read_servers(config.resolvers)
    if len(given) > 1:
        return [(server_text(each), each) for each in given]
    heard = await _ask(net, config, "NS")
    chain = heard.reply.answer
    names = [str(each.target) for part in chain if part.rdtype == dns.rdatatype.NS for each in part]
    found = []
    for name in sorted(names)[:_MOST_SERVERS]:
        host = name.removesuffix(".").lower()
        try:
            addresses = await net.addresses(host, "any")
        except TalkError as error:
            raise _missing(config, host, error, {}) from None
        found.append((host, (addresses[0], DNS_PORT)))
    return found
