"""What stands behind the page, as supporting evidence: addresses and certificate."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.tamper.registry import detector
from app.engine.tamper.seen import Seen, make
from app.engine.tamper.types import Reason


@detector(
    "infrastructure",
    {
        "address_changed": ("The name leads to {new} instead of {old}.", "域名现解析到 {new}，原为 {old}。"),
        "issuer_changed": (
            "The certificate is issued by {new} instead of {old}.",
            "证书由 {new} 签发，原为 {old}。",
        ),
    },
)
def look(seen: Seen) -> Iterator[Reason]:
    known = set().union(*(p.addresses for p in seen.family))
    now = set(seen.page.addresses)
    # Balanced names answer with some of many addresses, so only a whole other network counts.
    if known and now and not ({_network(each) for each in now} & {_network(each) for each in known}):
        yield make(
            "infrastructure",
            "dns_hijack",
            "medium",
            "notice",
            "address_changed",
            "address",
            before=", ".join(sorted(known)),
            after=", ".join(sorted(now)),
            old=sorted(known)[:3],
            new=sorted(now)[:3],
        )
    certificate = seen.page.certificate
    if (
        certificate
        and seen.profile.certificates
        and certificate.get("sha256") not in seen.profile.certificates
    ):
        issuer = str(certificate.get("issuer", ""))
        issuers = set(seen.profile.certificates.values())
        if issuer and issuer not in issuers:
            yield make(
                "infrastructure",
                "dns_hijack",
                "medium",
                "notice",
                "issuer_changed",
                issuer,
                before=", ".join(sorted(issuers)),
                after=issuer,
                old=sorted(issuers),
                new=issuer,
            )


def _network(address: str) -> str:
    """The /16 of an IPv4 address, the /32 of an IPv6 one."""
    return ":".join(address.split(":")[:2]) if ":" in address else ".".join(address.split(".")[:2])
