"""What a certificate says, read once and remembered: the same certificate comes with every check."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

Endpoint = tuple[str, str, int]  # name, address, port
_MAX_NAMES = 20
_MAX_TEXT = 200
# X509_V_ERR_* of OpenSSL's x509_vfy.h → why a certificate was not believed.
VERIFY_REASONS = {
    9: "tls_not_yet_valid",
    10: "tls_expired",
    18: "tls_self_signed",
    62: "tls_wrong_host",
    63: "tls_wrong_host",
    64: "tls_wrong_host",
}
# What reading a certificate may raise, since a stranger has written it.
UNREADABLE = (
    ValueError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.UnsupportedGeneralNameType,
)


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """`names` are the subject's alternative names (at most 20), times are unix milliseconds."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before_ms: int
    not_after_ms: int
    fingerprint: str

    def days_left(self, now_ms: int) -> float:
        """Days until the certificate ends; negative when it has ended."""
        return round((self.not_after_ms - now_ms) / 86_400_000, 2)


@lru_cache(maxsize=2000)
def read_certificate(pem: str) -> CertificateFacts | None:
    """The facts of a PEM certificate, None when it cannot be read."""
    try:
        certificate = x509.load_pem_x509_certificate(pem.encode("ascii"))
        return CertificateFacts(
            subject=_short_name(certificate.subject),
            issuer=_short_name(certificate.issuer),
            names=_names(certificate),
            not_before_ms=round(certificate.not_valid_before_utc.timestamp() * 1000),
            not_after_ms=round(certificate.not_valid_after_utc.timestamp() * 1000),
            fingerprint=certificate.fingerprint(SHA256()).hex(),
        )
    except UNREADABLE:
        return None


@dataclass(frozen=True, slots=True)
class Handshake:
    """What one handshake told, and when (`time.monotonic()`)."""

    seen_at: float
    version: str | None
    leaf: CertificateFacts | None


class HandshakeMemory:
    """The last handshake with each endpoint, good for a minute.

    Every check makes a whole handshake and verifies the certificate. Only *telling* what it looks like is
    saved, which costs as much as the rest of the check; a failed handshake is always looked at anew.
    """

    def __init__(self, size: int = 20_000, seconds: float = 60.0) -> None:
        self._size = size
        self._seconds = seconds
        self._known: OrderedDict[Endpoint, Handshake] = OrderedDict()

    def get(self, endpoint: Endpoint, now: float) -> Handshake | None:
        known = self._known.get(endpoint)
        return known if known is not None and known.seen_at > now - self._seconds else None

    def put(self, endpoint: Endpoint, handshake: Handshake) -> None:
        self._known[endpoint] = handshake
        self._known.move_to_end(endpoint)
        if len(self._known) > self._size:
            self._known.popitem(last=False)

    def forget(self, endpoint: Endpoint) -> None:
        self._known.pop(endpoint, None)


def leaf_of(chain: list[list[tuple[str, str]]]) -> CertificateFacts | None:
    """The first certificate of libcurl's CERTINFO."""
    pem = next((value for name, value in reversed(chain[0]) if name == "Cert"), None) if chain else None
    return read_certificate(pem) if pem else None


def as_facts(handshake: Handshake, now_ms: int) -> dict[str, Any]:
    """The `tls` part of a sample's facts."""
    leaf = handshake.leaf
    facts: dict[str, Any] = {"version": handshake.version}
    if leaf is not None:
        facts |= {
            "issuer": leaf.issuer,
            "subject": leaf.subject,
            "names": list(leaf.names),
            "not_after_ms": leaf.not_after_ms,
            "days_left": leaf.days_left(now_ms),
            "fingerprint": leaf.fingerprint,
        }
    return facts


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    names = extension.value.get_values_for_type(x509.DNSName)
    addresses = extension.value.get_values_for_type(x509.IPAddress)
    return tuple(str(each)[:_MAX_TEXT] for each in [*names, *addresses])[:_MAX_NAMES]


def _short_name(name: x509.Name) -> str:
    """Organization and common name, as people call an issuer: "Let's Encrypt, R11"."""
    parts = [
        str(attribute.value)
        for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
        for attribute in name.get_attributes_for_oid(oid)[:1]
    ]
    return (", ".join(parts) or name.rfc4514_string())[:_MAX_TEXT]
