"""TLS for conversations: contexts made once, handshakes over memory, and what they tell."""

from __future__ import annotations

import os
import ssl
import warnings
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic
from typing import Any

from app.engine.net.tls_facts import VERIFY_REASONS, Handshake, as_facts, read_certificate

_VERIFY = {
    **VERIFY_REASONS,
    66: "tls_weak_key",
    67: "tls_weak_key",
    68: "tls_weak_signature",
}
_MAX_ERROR = 160
_MAX_CHAIN = 10


@dataclass(frozen=True, slots=True)
class TlsHow:
    """How to shake hands.

    `check_name` False leaves it to the caller whether the certificate is for the host. `certificate` and
    `key` are PEM texts for servers that ask who calls. `at_most` offers this version and all before it, with
    ciphers that nobody should use any more. `authorities` (PEM) are trusted instead of the loop's.
    """

    verify: bool = True
    alpn: tuple[str, ...] = ()
    certificate: str = ""
    key: str = ""
    at_most: ssl.TLSVersion | None = None
    authorities: str = ""
    check_name: bool = True


@lru_cache(maxsize=64)
def context(ca_file: str, how: TlsHow) -> ssl.SSLContext:
    """The context for a way of shaking hands: reading the authorities costs 24 ms, so once each.

    Raises ssl.SSLError or ValueError when the client certificate cannot be used.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if how.verify:
        made.load_verify_locations(
            cadata=how.authorities or None, cafile=None if how.authorities else ca_file
        )
        made.check_hostname = how.check_name
    else:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    if how.alpn:
        made.set_alpn_protocols(list(how.alpn))
    if how.at_most is not None:
        _only_old(made, how.at_most)
    if how.certificate:
        _load_client(made, how.certificate, how.key)
    return made


def _only_old(made: ssl.SSLContext, newest: ssl.TLSVersion) -> None:
    # Level 0 lets OpenSSL speak TLS 1.0 and 1.1 at all, whose signatures it holds for broken otherwise.
    made.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        # Python warns of versions nobody should use; to find them is what this is for.
        warnings.simplefilter("ignore", DeprecationWarning)
        made.minimum_version = ssl.TLSVersion.TLSv1
        made.maximum_version = newest


def _load_client(made: ssl.SSLContext, certificate: str, key: str) -> None:
    """Python reads keys from files only; this one lives in memory and has no name."""
    fd = os.memfd_create("client", os.MFD_CLOEXEC)
    try:
        os.write(fd, f"{certificate}\n{key}\n".encode())
        made.load_cert_chain(f"/proc/self/fd/{fd}", password=lambda: "")
    finally:
        os.close(fd)


def chain_of(tls: ssl.SSLObject) -> list[bytes]:
    """The certificates the server sent, as DER, the leaf first; at most ten."""
    inner: Any = getattr(tls, "_sslobj", tls)  # Public on the object itself from Python 3.13 on.
    sent = inner.get_unverified_chain() or ()
    return [_der(each) for each in sent[:_MAX_CHAIN]]


def _der(certificate: Any) -> bytes:
    if isinstance(certificate, bytes):
        return certificate
    pem: str = certificate.public_bytes()
    return ssl.PEM_cert_to_DER_cert(pem)


def facts_of(tls: ssl.SSLObject, now_ms: int, *, is_verified: bool | None) -> dict[str, Any]:
    """The `tls` part of a sample's facts, as HTTP gives it, and the cipher and protocol agreed on.

    A handshake broken off over its certificate has told the chain all the same.
    """
    chain = chain_of(tls)
    leaf = read_certificate(ssl.DER_cert_to_PEM_cert(chain[0])) if chain else None
    facts = as_facts(Handshake(monotonic(), tls.version(), leaf), now_ms)
    cipher = tls.cipher()
    facts["cipher"] = cipher[0] if cipher else None
    if tls.selected_alpn_protocol():
        facts["alpn"] = tls.selected_alpn_protocol()
    facts["is_verified"] = is_verified
    return facts


def failure_of(error: ssl.SSLError) -> tuple[str, str]:
    """Reason and OpenSSL's words for a handshake that failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _VERIFY.get(error.verify_code, "tls_untrusted"), error.verify_message[:_MAX_ERROR]
    words = (error.reason or str(error) or type(error).__name__).replace("_", " ").lower()
    return "tls_failed", words[:_MAX_ERROR]
