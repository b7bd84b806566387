"""What is worth telling and judging of the certificates that a server sends."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from ssl import DER_cert_to_PEM_cert

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

from app.engine.net.tls_facts import UNREADABLE, CertificateFacts, read_certificate

# NIST SP 800-57 part 1, table 2: below 112 bits of security nothing is acceptable any more.
_MIN_RSA_BITS = 2048
_MIN_EC_BITS = 224
_WEAK_HASHES = {"md2", "md4", "md5", "sha1"}


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate of a chain. `key` is like "RSA 2048", `signature` like "sha256", `issuer` like
    "CN=R11,O=Let's Encrypt,C=US"."""

    facts: CertificateFacts
    key: str
    is_weak_key: bool
    signature: str
    is_weak_signature: bool
    is_self_signed: bool
    names: frozenset[str]
    issuer: str

    def is_for(self, host: str) -> bool:
        """Whether the certificate names the host: exactly, or by a wildcard for its first label."""
        _, _, parent = host.lower().partition(".")
        return host.lower() in self.names or bool(parent and f"*.{parent}" in self.names)

    def is_issued_by(self, text: str) -> bool:
        """Whether the issuer's name contains this, upper or lower case: the whole name, or as it is shown."""
        return any(text.lower() in name.lower() for name in (self.issuer, self.facts.issuer))


@lru_cache(maxsize=2000)
def read(der: bytes) -> Certificate | None:
    """A certificate in DER, None when it cannot be read."""
    facts = read_certificate(DER_cert_to_PEM_cert(der))
    if facts is None:
        return None
    try:
        certificate = x509.load_der_x509_certificate(der)
        key, is_weak = _key(certificate)
        names = _names(certificate)
    except UNREADABLE:
        return None
    signature = _signature(certificate)
    is_self_signed = certificate.issuer == certificate.subject
    return Certificate(
        facts=facts,
        key=key,
        is_weak_key=is_weak,
        signature=signature,
        # Nobody relies on the signature of a root; it is trusted for being on the list.
        is_weak_signature=signature in _WEAK_HASHES and not is_self_signed,
        is_self_signed=is_self_signed,
        names=names,
        issuer=_whole_name(certificate.issuer),
    )


def _key(certificate: x509.Certificate) -> tuple[str, bool]:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}", key.key_size < _MIN_RSA_BITS
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}", key.curve.key_size < _MIN_EC_BITS
    if isinstance(key, dsa.DSAPublicKey):
        return f"DSA {key.key_size}", True
    if isinstance(key, (ed25519.Ed25519PublicKey, ed448.Ed448PublicKey)):
        return "Ed25519" if isinstance(key, ed25519.Ed25519PublicKey) else "Ed448", False
    return type(key).__name__, False


def _signature(certificate: x509.Certificate) -> str:
    try:
        hashed = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return certificate.signature_algorithm_oid.dotted_string
    return hashed.name if hashed else "pure"


def _whole_name(name: x509.Name) -> str:
    """All of a name in the order of RFC 4514, without its escapes, which nobody would type."""
    return ",".join(f"{each.rfc4514_attribute_name}={each.value!s}" for each in reversed(list(name)))


def _names(certificate: x509.Certificate) -> frozenset[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return frozenset()
    names = {name.lower().removesuffix(".") for name in found.get_values_for_type(x509.DNSName)}
    return frozenset(names | {str(each) for each in found.get_values_for_type(x509.IPAddress)})


def host_form(host: str) -> str:
    """A host as certificates spell it."""
    try:
        return str(ip_address(host))
    except ValueError:
        return host.lower().removesuffix(".")
