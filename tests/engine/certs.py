"""Certificates for tests: an authority, and leaves that are right or wrong in one way."""

from __future__ import annotations

import datetime
import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "CloudEye tests"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


@dataclass
class Authority:
    """Signs leaves and writes them into `folder`; `ca_file` is what clients trust."""

    folder: Path

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._build("Test CA", self.key.public_key(), 30 * DAY, None, self.key)
        self.ca_file = str(self.folder / "ca.pem")
        Path(self.ca_file).write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def files(
        self, *names: str, days: float = 30, self_signed: bool = False, starts_in: float = -60
    ) -> tuple[str, str]:
        """A certificate file and a key file for these names and addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        signer = key if self_signed else self.key
        start = starts_in * DAY
        leaf = self._build(names[0], key.public_key(), days * DAY, names, signer, start, self_signed)
        stem = self.folder / f"leaf-{leaf.serial_number}"
        stem.with_suffix(".crt").write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
        stem.with_suffix(".key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return str(stem.with_suffix(".crt")), str(stem.with_suffix(".key"))

    def context(self, *names: str, **how: float) -> ssl.SSLContext:
        """A server's TLS context with such a certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.files(*names, **how))  # type: ignore[arg-type]
        return context

    def _build(
        self,
        common: str,
        public: ec.EllipticCurvePublicKey,
        lasts: datetime.timedelta,
        names: tuple[str, ...] | None,
        signer: ec.EllipticCurvePrivateKey,
        starts: datetime.timedelta = -60 * DAY,
        is_own_issuer: bool = False,
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        issuer = _name(common) if names is None or is_own_issuer else self.certificate.subject
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(common))
            .issuer_name(issuer)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + starts)
            .not_valid_after(now + lasts)
        )
        if names is None:
            builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        else:
            builder = builder.add_extension(x509.SubjectAlternativeName([_general(n) for n in names]), False)
        return builder.sign(signer, hashes.SHA256())


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
