"""What a certificate says of itself. Times are in unix seconds."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from ipaddress import ip_address

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID, SignatureAlgorithmOID

_MAX_TEXT = 200
_MAX_NAMES = 100
_OLD_HASHES = {
    SignatureAlgorithmOID.RSA_WITH_MD5: "md5",
    SignatureAlgorithmOID.RSA_WITH_SHA1: "sha1",
    SignatureAlgorithmOID.ECDSA_WITH_SHA1: "sha1",
    SignatureAlgorithmOID.DSA_WITH_SHA1: "sha1",
}
_MUST_STAPLE = x509.TLSFeatureType.status_request


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """`key` is RSA, EC, DSA or the like; `signature` the hash that was signed, such as sha256 (Ed25519 and
    Ed448 name themselves). `has_responder`: it names an OCSP responder, so an answer of it could be stapled.
    `names_issuer`: it says where its issuer's certificate can be had."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: float
    not_after: float
    key: str
    key_bits: int
    signature: str
    fingerprint: str
    is_self_issued: bool
    has_responder: bool
    names_issuer: bool
    must_staple: bool

    @property
    def lifetime_days(self) -> float:
        return (self.not_after - self.not_before) / 86_400

    def covers(self, host: str) -> bool:
        """Whether it is for this host (RFC 9525): exactly, or by `*` as the whole first label. The common
        name does not count, as it does not for browsers."""
        host = host.lower().rstrip(".")
        try:
            return str(ip_address(host)) in self.names
        except ValueError:
            pass
        rest = host.partition(".")[2]
        wanted = {host, f"*.{rest}"} if "." in rest else {host}
        return any(name.lower().rstrip(".") in wanted for name in self.names)


def load(der: bytes) -> x509.Certificate | None:
    """None for what cannot be read as a certificate."""
    try:
        with warnings.catch_warnings():
            # Odd serial numbers and the like are the certificate's affair, and no reason for words of ours.
            warnings.simplefilter("ignore")
            certificate = x509.load_der_x509_certificate(der)
            # The library reads some parts no sooner than they are wanted.
            _ = (certificate.subject, certificate.issuer, certificate.extensions)
            _ = (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    except Exception:
        # Broken ones make the library raise errors of many kinds, KeyError among them.
        return None
    return certificate


def facts_of(certificate: x509.Certificate) -> CertificateFacts | None:
    """None when its key or its names cannot be read."""
    try:
        key, bits = _key_of(certificate)
        responder, issuer = _places_of(certificate)
        return CertificateFacts(
            subject=_short_name(certificate.subject),
            issuer=_short_name(certificate.issuer),
            names=_names_of(certificate),
            not_before=certificate.not_valid_before_utc.timestamp(),
            not_after=certificate.not_valid_after_utc.timestamp(),
            key=key,
            key_bits=bits,
            signature=_hash_of(certificate),
            fingerprint=certificate.fingerprint(SHA256()).hex(),
            is_self_issued=certificate.issuer == certificate.subject,
            has_responder=responder,
            names_issuer=issuer,
            must_staple=_must_staple(certificate),
        )
    except Exception:
        # As in `load`.
        return None


def is_signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the other's name and key are behind its signature. A signature that is too old to be computed
    any more counts by the name alone; that it is weak is said elsewhere."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except UnsupportedAlgorithm:
        return certificate.issuer == issuer.subject
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def _key_of(certificate: x509.Certificate) -> tuple[str, int]:
    try:
        key = certificate.public_key()
    except UnsupportedAlgorithm:
        return "other", 0
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "EC", key.curve.key_size
    if isinstance(key, dsa.DSAPublicKey):
        return "DSA", key.key_size
    if isinstance(key, ed25519.Ed25519PublicKey):
        return "Ed25519", 256
    return ("Ed448", 456) if isinstance(key, ed448.Ed448PublicKey) else ("other", 0)


def _hash_of(certificate: x509.Certificate) -> str:
    known = _OLD_HASHES.get(certificate.signature_algorithm_oid)
    if known is not None:
        return known
    try:
        algorithm = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return "unknown"
    if algorithm is not None:
        return algorithm.name
    return "ed25519" if certificate.signature_algorithm_oid == SignatureAlgorithmOID.ED25519 else "ed448"


def _names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    found = [*names.get_values_for_type(x509.DNSName), *names.get_values_for_type(x509.IPAddress)]
    return tuple(str(each)[:_MAX_TEXT] for each in found[:_MAX_NAMES])


def _places_of(certificate: x509.Certificate) -> tuple[bool, bool]:
    """Whether it names an OCSP responder, and where its issuer is found."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return False, False
    methods = {each.access_method for each in access}
    return AuthorityInformationAccessOID.OCSP in methods, AuthorityInformationAccessOID.CA_ISSUERS in methods


def _must_staple(certificate: x509.Certificate) -> bool:
    try:
        return _MUST_STAPLE in certificate.extensions.get_extension_for_class(x509.TLSFeature).value
    except x509.ExtensionNotFound:
        return False


def _short_name(name: x509.Name) -> str:
    """Organization and common name, as people call an issuer."""
    parts = [
        str(attribute.value)
        for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
        for attribute in name.get_attributes_for_oid(oid)[:1]
    ]
    return (", ".join(parts) or name.rfc4514_string())[:_MAX_TEXT]
