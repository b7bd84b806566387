"""Certificates that are wrong in one way, signed by authorities of the test's own."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

NOW = datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)
MOMENT = NOW.timestamp()
DAY = datetime.timedelta(days=1)
_RESPONDER = "http://ocsp.example/"


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def rsa_key(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@dataclass
class Issued:
    """A certificate and its key; `signs` makes one below it."""

    certificate: x509.Certificate
    key: Any = field(repr=False)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def signs(self, name: str, **how: Any) -> Issued:
        return issue(name, by=self, **how)

    def files(self, folder: Path, *above: Issued) -> tuple[str, str]:
        """The chain's file, this certificate first, and the key's."""
        chain, key = folder / "chain.pem", folder / "key.pem"
        chain.write_bytes(b"".join(each.pem for each in (self, *above)))
        form = serialization.PrivateFormat.PKCS8
        plain = serialization.NoEncryption()
        key.write_bytes(self.key.private_bytes(serialization.Encoding.PEM, form, plain))
        return str(chain), str(key)


def issue(
    name: str,
    *,
    by: Issued | None = None,
    names: tuple[str, ...] = (),
    organization: str = "Test House",
    key: Any = None,
    is_authority: bool = False,
    begins: float = -30,
    ends: float = 60,
    has_responder: bool = False,
    names_issuer: bool = False,
    must_staple: bool = False,
    now: datetime.datetime = NOW,
) -> Issued:
    """`begins` and `ends` are in days from `now`. Without `by` it signs itself."""
    key = key or new_key()
    subject = _name(name, organization)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + begins * DAY)
        .not_valid_after(now + ends * DAY)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(each) for each in names]), False
        )
    if has_responder or names_issuer:
        builder = builder.add_extension(_access(has_responder, names_issuer), False)
    if must_staple:
        builder = builder.add_extension(x509.TLSFeature([x509.TLSFeatureType.status_request]), False)
    return Issued(builder.sign(by.key if by else key, hashes.SHA256()), key)


def _name(common: str, organization: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _access(has_responder: bool, names_issuer: bool) -> x509.AuthorityInformationAccess:
    place = x509.UniformResourceIdentifier(_RESPONDER)
    wanted = (
        (AuthorityInformationAccessOID.OCSP, has_responder),
        (AuthorityInformationAccessOID.CA_ISSUERS, names_issuer),
    )
    return x509.AuthorityInformationAccess(
        [x509.AccessDescription(oid, place) for oid, is_so in wanted if is_so]
    )
