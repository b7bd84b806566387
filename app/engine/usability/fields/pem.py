"""Certificates and keys as people paste them: PEM."""

from __future__ import annotations

from typing import Annotated

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import AfterValidator

MAX_PEM = 65_536
"""Characters."""


def read_certificates(text: str) -> str:
    """PEM certificates, or nothing. Raises ValueError with a sentence."""
    if text.strip():
        try:
            x509.load_pem_x509_certificates(text.encode())
        except ValueError:
            raise ValueError("This is no certificate in PEM form (-----BEGIN CERTIFICATE-----).") from None
    return text.strip()


Certificates = Annotated[str, AfterValidator(read_certificates)]


def check_key(key: str, password: str, certificate: str) -> None:
    """Whether the key can be opened and is the certificate's. Raises ValueError with a sentence."""
    try:
        private = load_pem_private_key(key.encode(), password.encode() or None)
    except TypeError:
        what = "has a password" if not password else "has no password, so none may be given"
        raise ValueError(f"This key {what}.") from None
    except ValueError:
        raise ValueError("This is no private key in PEM form, or the password is wrong.") from None
    leaf = x509.load_pem_x509_certificates(certificate.encode())[0]
    if private.public_key() != leaf.public_key():
        raise ValueError("This key does not belong to the certificate.")
