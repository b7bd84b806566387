"""The site's TLS: protocols, suites, certificate and chain, and where the operator has SSLyze, known
attacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from app.engine.bug.registry import probe
from app.engine.bug.tls.preload import preload_problems
from app.engine.bug.tls.probe import MAX_HANDSHAKES, Depth, probe_tls
from app.engine.bug.tls.report import TlsReport
from app.engine.bug.tls.sslyze import run_sslyze
from app.engine.bug.tls.suites import BROKEN
from app.engine.bug.types import Hit, Skip
from app.engine.net.guard import AllowList, is_permitted
from app.engine.net.resolver import LookupFailedError, resolve
from app.engine.net.target import Target, TargetError, parse_target
from app.engine.usability.reasons import TIMEOUTS

if TYPE_CHECKING:
    from app.engine.bug.gathered import Gathered
    from app.engine.bug.http.asker import Asker

_SECONDS: dict[Depth, float] = {"brief": 40.0, "full": 90.0}
_SSLYZE_SECONDS = 60.0
_DNS_SECONDS = 5.0
_DAY = 86_400.0
_WEAK_HASHES = ("md5", "sha1", "md2")
_MIN_BITS = {"RSA": 2048, "EC": 224, "DSA": 4096}
_OLD_PROTOCOLS = ("SSLv3", "TLSv1.0", "TLSv1.1")
_HIGH = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N"
_MEDIUM = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N"
_LOW = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:L"
_SHOWN = 12


@probe("tls", profile="passive", order=30)
def look(asker: Asker, gathered: Gathered) -> Iterator[Hit]:
    target = _target_of(gathered)
    if target is None:
        # That there is no https at all is said by `headers`; that nobody knows must not look like a good
        # answer.
        if any(each.error in TIMEOUTS for each in gathered.https_chain[:1]):
            _skip(gathered, "tls", "no_answer", host=gathered.host)
        return
    address = _address_of(target, gathered)
    if address is None:
        _skip(gathered, "tls", "address_refused", host=target.host)
        return
    now = _moment(gathered)
    if not now:
        _skip(gathered, "tls", "no_answer", host=target.host)
        return
    depth: Depth = "full" if asker.plan.profile == "full" else "brief"
    report = probe_tls(
        target.host,
        target.port,
        address=address,
        ca_file=asker.plan.ca_file,
        timeout=_SECONDS[depth],
        stop=asker.is_over,
        depth=depth,
        now=now,
        pace=asker.wait_turn,
    )
    header = gathered.home.response.header("strict-transport-security") if gathered.home else ""
    problems = preload_problems(target.host, header, gathered.http_chain, is_trusted=_is_trusted(report))
    gathered.shared["tls"] = {**report.as_dict(), "preload": list(problems)}
    if not report.has_tls:
        _skip(gathered, "tls", "no_tls", host=target.host, error=report.error or "")
        return
    if report.is_cut and report.handshakes < MAX_HANDSHAKES[depth]:
        _skip(gathered, "tls", "cut_short", host=target.host)
    where = f"https://{target.authority}/"
    yield from hits_of(report, where)
    if "preload" in header.lower() and problems and "not_the_domain" not in problems:
        yield Hit("tls.not-preloadable", where, header[:200], detail={"problems": list(problems)})
    if depth == "full":
        yield from _attacks(asker, gathered, report, where)


def hits_of(report: TlsReport, where: str) -> Iterator[Hit]:
    """What a report means, judged at its own moment."""
    yield from _of_protocols(report, where)
    yield from _of_suites(report, where)
    yield from _of_extras(report, where)
    if report.chain.leaf is not None:
        yield from _of_time(report, where)
        yield from _of_chain(report, where)
        yield from _of_strength(report, where)
    # What is no worse than Mozilla's profile for old visitors is a choice, and stands in the report alone.
    if report.profile == "none" and any(each.code != "lifetime" for each in report.obstacles):
        found = [f"{each.code} {each.value}" for each in report.obstacles]
        detail = {"obstacles": found[:_SHOWN]}
        yield Hit("tls.below-profiles", where, _listed(found), detail=detail)


def _of_protocols(report: TlsReport, where: str) -> Iterator[Hit]:
    old = [name for name in _OLD_PROTOCOLS if report.protocols.get(name)]
    if old:
        cvss = _MEDIUM if "SSLv3" in old else None
        yield Hit(
            "tls.old-protocol", where, f"accepted: {_listed(old)}", detail={"protocols": old}, cvss=cvss
        )


def _of_suites(report: TlsReport, where: str) -> Iterator[Hit]:
    broken = report.flaws(*BROKEN)
    if broken:
        is_grave = bool(report.flaws("null", "export", "anon"))
        yield Hit(
            "tls.weak-cipher",
            where,
            f"accepted: {_listed(broken)}",
            detail={"suites": list(broken[:_SHOWN])},
            severity="high" if is_grave else None,
            cvss=_HIGH if is_grave else None,
        )
    static = report.flaws("static")
    if report.has_forward_secrecy is False or report.prefers_forward_secrecy is False:
        yield Hit("tls.no-forward-secrecy", where, f"chosen: {_listed(static or broken)}")
    elif static:
        detail = {"suites": list(static[:_SHOWN])}
        yield Hit("tls.static-key-exchange", where, f"accepted: {_listed(static)}", detail=detail)
    if report.dh_bits is not None and report.dh_bits < 2048:
        is_short = report.dh_bits < 1024
        yield Hit(
            "tls.weak-dh",
            where,
            f"Diffie-Hellman prime of {report.dh_bits} bits",
            detail={"bits": report.dh_bits},
            severity="medium" if is_short else None,
            cvss=_MEDIUM if is_short else None,
        )


def _of_extras(report: TlsReport, where: str) -> Iterator[Hit]:
    leaf = report.chain.leaf
    if report.compresses:
        yield Hit("tls.compression", where, "DEFLATE was chosen in the handshake")
    if report.is_renegotiation_secure is False:
        yield Hit("tls.insecure-renegotiation", where, "no renegotiation_info (RFC 5746) in the handshake")
    if leaf is not None and report.is_stapled is False:
        if leaf.must_staple:
            yield Hit("tls.must-staple", where, "the certificate demands a stapled answer; none came")
        elif leaf.has_responder:
            yield Hit("tls.no-stapling", where, "no OCSP answer came with the handshake")


def _of_time(report: TlsReport, where: str) -> Iterator[Hit]:
    leaf = report.chain.certificates[0]
    days = round((leaf.not_after - report.at) / _DAY, 1)
    if days < 0:
        ago = abs(days)
        yield Hit("tls.expired", where, f"{leaf.subject}: ended {ago:g} days ago", detail={"days": ago})
    elif leaf.not_before > report.at:
        ahead = round((leaf.not_before - report.at) / _DAY, 1)
        yield Hit(
            "tls.not-yet-valid", where, f"{leaf.subject}: begins in {ahead:g} days", detail={"days": ahead}
        )
    elif days < min(21.0, leaf.lifetime_days / 4):
        is_near = days < min(7.0, leaf.lifetime_days / 8)
        yield Hit(
            "tls.expires-soon",
            where,
            f"{leaf.subject}: ends in {days:g} days",
            detail={"days": days},
            severity="low" if is_near else None,
            cvss=_LOW if is_near else None,
        )


def _of_chain(report: TlsReport, where: str) -> Iterator[Hit]:
    leaf, chain = report.chain.certificates[0], report.chain
    rules = {"self_signed": "self-signed", "untrusted": "untrusted", "incomplete": "incomplete-chain"}
    detail = {"subject": leaf.subject, "issuer": leaf.issuer}
    if chain.problem in rules:
        evidence = f"subject {leaf.subject}; issuer {leaf.issuer}; {len(chain.certificates)} sent"
        yield Hit(f"tls.{rules[chain.problem]}", where, evidence, detail=detail)
    elif not chain.is_ordered:
        issuers = [each.subject for each in chain.certificates]
        yield Hit("tls.disordered-chain", where, _listed(issuers))
    if report.covers_host is False:
        names = list(leaf.names[:_SHOWN])
        evidence = f"certificate for {_listed(names) or leaf.subject}"
        yield Hit("tls.wrong-name", where, evidence, detail={"host": report.host, "names": names or ["–"]})


def _of_strength(report: TlsReport, where: str) -> Iterator[Hit]:
    for each in report.chain.certificates:
        if 0 < each.key_bits < _MIN_BITS.get(each.key, 0):
            key = f"{each.key} {each.key_bits}"
            yield Hit("tls.weak-key", where, f"{each.subject}: {key}", detail={"key": key})
            break
    for each in report.chain.certificates:
        # A root signs itself, and nobody looks at that signature.
        if each.signature in _WEAK_HASHES and not (each.is_self_issued and report.chain.leaf != each):
            detail = {"hash": each.signature.upper()}
            yield Hit("tls.weak-signature", where, f"{each.subject}: {each.signature}", detail=detail)
            break


def _attacks(asker: Asker, gathered: Gathered, report: TlsReport, where: str) -> Iterator[Hit]:
    asker.wait_turn()
    tried = run_sslyze(
        report.host, report.port, address=report.address, timeout=_SSLYZE_SECONDS, stop=asker.is_over
    )
    if tried.problem:
        _skip(gathered, "tls.sslyze", tried.problem, program="sslyze")
    known = {
        "compression": report.compresses,
        "insecure-renegotiation": report.is_renegotiation_secure is False,
    }
    for attack in tried.attacks:
        if not known.get(attack):
            yield Hit(f"tls.{attack}", where, "told by SSLyze")


def _target_of(gathered: Gathered) -> Target | None:
    """Where to say hello: where the site itself is served by https, or where its host answers by https."""
    if gathered.is_https:
        return parse_target(gathered.base_url)
    for response in gathered.https_chain[:1]:
        is_there = response.status > 0 or (response.error or "").startswith("tls_")
        if is_there:
            try:
                return parse_target(response.url)
            except TargetError:
                return None
    return None


def _address_of(target: Target, gathered: Gathered) -> str | None:
    """The address that answered the scan so far, else the first of the host; only what the guard lets
    pass."""
    plan = gathered.plan
    answers = (*(page.response for page in gathered.pages[:1]), *gathered.https_chain)
    known = [each.address for each in answers if each.address and each.url.startswith(target.origin + "/")]
    try:
        found = known or resolve(target.host, _DNS_SECONDS, dns_servers=plan.dns_servers)
    except LookupFailedError:
        return None
    return next((each for each in found if is_permitted(each, AllowList.of(plan.allow))), None)


def _moment(gathered: Gathered) -> float:
    """When the site was looked at, in unix seconds: checks have no clock of their own. 0 when it never
    answered."""
    seen = (*(page.response for page in gathered.pages), *gathered.https_chain, *gathered.http_chain)
    return max((each.at for each in seen), default=0.0)


def _is_trusted(report: TlsReport) -> bool:
    leaf = report.chain.leaf
    is_valid = leaf is not None and leaf.not_before <= report.at <= leaf.not_after
    return is_valid and not report.chain.problem and report.covers_host is True


def _skip(gathered: Gathered, name: str, reason: str, **detail: str) -> None:
    gathered.shared.setdefault("skips", []).append(Skip(name, reason, detail))


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
