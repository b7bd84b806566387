"""A server's certificates and protocol, seen and judged.

1. Shake hands, directly or after a protocol's own word for it. OpenSSL judges the chain and the name.
2. Judge the leaf: its end, its name where OpenSSL was not to look, what is expected of it.
3. Judge what calls for somebody soon: the ends and the strength of all that were sent.
4. Where the oldest protocol is named, offer what is older on a connection of its own.
"""

from __future__ import annotations

import re
import ssl
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.engine.usability.certificate import facts as certificates
from app.engine.usability.certificate.facts import Certificate, host_form
from app.engine.usability.protocols.starttls import STARTTLS
from app.engine.usability.stages import Stages
from app.engine.usability.stream.stream import Place, Stream, TlsHow, connect
from app.engine.usability.stream.talk import Net, TalkError
from app.engine.usability.stream.tls import chain_of
from app.engine.usability.types import Outcome

if TYPE_CHECKING:
    from app.engine.usability.probes.tls import TlsConfig

# The newest version that is too old, where the oldest permitted one is named.
TOO_OLD = {
    "1.1": ssl.TLSVersion.TLSv1,
    "1.2": ssl.TLSVersion.TLSv1_1,
    "1.3": ssl.TLSVersion.TLSv1_2,
}
# Alerts of RFC 5246, 7.2.2, to a client without a certificate, as OpenSSL words them.
_REFUSED = re.compile(r"alert (handshake failure|bad certificate|certificate (required|unknown))")


async def check_certificate(net: Net, config: TlsConfig) -> Outcome:
    """The outcome; `facts["chain"]` tells each certificate. Raises TalkError."""
    how = TlsHow(config.verify_chain, authorities=config.ca_bundle, check_name=config.verify_name)
    ders: list[bytes] = []
    try:
        with await _shaken(net, config, how, net.stages, ders):
            pass
    except TalkError as error:
        if not (ders and _wants_ours(error)):
            error.facts = {"evidence": _evidence(ders, net.loop.now_ms()), **error.facts}
            raise
    net.stages.stop(is_finished=net.stages.now == "transfer")
    total_ms = net.elapsed_ms
    now_ms = net.loop.now_ms()
    read = [certificates.read(der) for der in ders]
    chain = [each for each in read if each is not None]
    outcome = _judged(config, chain, now_ms) if chain and read[0] else Outcome("down", "tls_unreadable")
    outcome.facts["chain"] = [_shown(each, now_ms) for each in chain]
    outcome.total_ms = total_ms
    if outcome.status == "up" and config.oldest_protocol != "any":
        net.if_late = outcome
        outcome = replace(outcome, **await _judged_protocol(net, config))
    if outcome.status != "up":
        outcome.facts["evidence"] = evidence_of(outcome.facts["chain"])
    return outcome


def _wants_ours(error: TalkError) -> bool:
    """Whether the server only refused us for showing no certificate: its own was good by then.

    TLS 1.3 says so after the handshake, older versions within it.
    """
    return error.reason == "tls_failed" and _REFUSED.search(str(error.detail.get("error"))) is not None


async def _shaken(net: Net, config: TlsConfig, how: TlsHow, stages: Stages, ders: list[bytes]) -> Stream:
    """A stream after its handshake; `ders` gets the chain, also when the handshake fails later on."""
    place = Place(config.host, config.port, config.ip_version)
    stream = await connect(net, place, stages)
    try:
        if config.starttls != "none":
            await STARTTLS[config.starttls](stream, config.name)
        stream.step = "TLS"
        await stream.start_tls(config.name, how)
    except BaseException:
        if stream.tls is not None:
            ders += chain_of(stream.tls)
        stream.close()
        raise
    assert stream.tls is not None
    ders += chain_of(stream.tls)
    return stream


def _judged(config: TlsConfig, chain: list[Certificate], now_ms: int) -> Outcome:
    leaf = chain[0]
    if leaf.facts.not_after_ms <= now_ms:
        return Outcome("down", "tls_expired", {"host": config.name})
    if leaf.facts.not_before_ms > now_ms:
        return Outcome("down", "tls_not_yet_valid", {"host": config.name})
    if config.verify_name and not config.verify_chain and not leaf.is_for(host_form(config.name)):
        names = ", ".join(sorted(leaf.names)[:5]) or leaf.facts.subject
        return Outcome("down", "tls_wrong_host", {"host": config.name, "names": names})
    expected = config.expected_fingerprint
    if expected and leaf.facts.fingerprint != expected:
        detail = {"fingerprint": leaf.facts.fingerprint, "expected": expected}
        return Outcome("down", "tls_fingerprint", detail)
    if not leaf.is_issued_by(config.expected_issuer):
        return Outcome(
            "down", "tls_issuer", {"issuer": leaf.issuer[:200], "expected": config.expected_issuer}
        )
    return _judged_strength(config, chain, now_ms)


def _judged_strength(config: TlsConfig, chain: list[Certificate], now_ms: int) -> Outcome:
    """What is good today and calls for somebody."""
    for each in chain:
        # A root that is sent along needs not be, and clients use their own copy.
        if each is not chain[0] and each.is_self_signed:
            continue
        subject = each.facts.subject
        days = each.facts.days_left(now_ms)
        if days < 0:
            return Outcome("degraded", "tls_chain_expired", {"subject": subject})
        if days < config.warn_days:
            detail = {"subject": subject, "days": days, "warn_days": config.warn_days}
            return Outcome("degraded", "tls_expires_soon", detail)
        if config.refuse_weak and each.is_weak_key:
            return Outcome("degraded", "tls_weak_key", {"subject": subject, "key": each.key})
        if config.refuse_weak and each.is_weak_signature:
            detail = {"subject": subject, "signature": each.signature}
            return Outcome("degraded", "tls_weak_signature", detail)
    return Outcome("up")


async def _judged_protocol(net: Net, config: TlsConfig) -> dict[str, Any]:
    """Offer only what is too old: a server that agrees speaks it still, any other answer is right.

    Gives what it changes of the outcome.
    """
    facts, where = dict(net.facts), dict(net.where)
    how = TlsHow(verify=False, at_most=TOO_OLD[config.oldest_protocol])
    try:
        with await _shaken(net, config, how, Stages(), []) as stream:
            assert stream.tls is not None
            version = stream.tls.version()
    except TalkError:
        return {}
    finally:
        net.facts, net.where = facts, where
    detail = {"version": version, "oldest": config.oldest_protocol}
    return {"status": "degraded", "reason": "tls_old_protocol", "detail": detail}


def _shown(each: Certificate, now_ms: int) -> dict[str, Any]:
    return {
        "subject": each.facts.subject,
        "issuer": each.facts.issuer,
        "not_after_ms": each.facts.not_after_ms,
        "days_left": each.facts.days_left(now_ms),
        "key": each.key,
        "signature": each.signature,
        "fingerprint": each.facts.fingerprint,
    }


def _evidence(ders: list[bytes], now_ms: int) -> dict[str, Any]:
    read = (certificates.read(der) for der in ders)
    return evidence_of([_shown(each, now_ms) for each in read if each is not None])


def evidence_of(chain: Any) -> dict[str, Any]:
    """The chain as evidence, a line each."""
    told = [
        f"{each['subject']} ({each['issuer']}), {each['days_left']:g} d, {each['fingerprint']}"
        for each in chain
    ]
    return {"chain": told} if told else {}
