"""Does a chain of certificates lead to an authority that is trusted?

This is told, not relied upon: no connection is made or refused by it. So it needs neither the server's
co-operation nor the local library's, and time comes in as an argument.

1. From the server's certificate look for its issuer: among the trusted authorities first, then among those
   sent along; by name, signature and validity.
2. Go on from there until an authority that is trusted, or until nobody is found.
3. Where it ends, say why: the certificate signed itself, one in between was not sent, or it leads elsewhere.
"""

from __future__ import annotations

import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.x509.oid import NameOID

from app.engine.bug.tls.certificate import CertificateFacts, facts_of, is_authority, is_signed_by, load

Problem = Literal["", "self_signed", "incomplete", "untrusted", "unreadable"]
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_MAX_SENT = 20
_MAX_DEPTH = 8
_Store = Mapping[bytes, Sequence[x509.Certificate]]


@dataclass(frozen=True, slots=True)
class Chain:
    """What was sent, the server's own first. `problem` is empty when it leads to a trusted authority.

    `is_ordered`: each is signed by the next, as RFC 5246 §7.4.2 wants it; `has_root`: a root was sent too,
    which is of no use.
    """

    certificates: tuple[CertificateFacts, ...] = ()
    problem: Problem = ""
    is_ordered: bool = True
    has_root: bool = False

    @property
    def leaf(self) -> CertificateFacts | None:
        return self.certificates[0] if self.certificates else None


def read_chain(sent: Sequence[bytes], *, ca_file: str, now: float) -> Chain:
    """Judge a chain at the moment `now` (unix seconds) by the authorities in `ca_file` (PEM).

    Raises OSError when that file cannot be read; whatever the chain is like, nothing."""
    loaded = [load(der) for der in sent[:_MAX_SENT]]
    certificates = [each for each in loaded if each is not None]
    facts = [facts_of(each) for each in certificates]
    if not loaded or loaded[0] is None or facts[0] is None:
        return Chain(problem="unreadable")
    stat = Path(ca_file).stat()
    store = _store(ca_file, stat.st_mtime_ns, stat.st_size)
    return Chain(
        tuple(each for each in facts if each is not None),
        _problem(certificates, store, now),
        all(here.issuer == above.subject for here, above in pairwise(certificates)),
        any(each.issuer == each.subject for each in certificates[1:]),
    )


def _problem(certificates: Sequence[x509.Certificate], store: _Store, now: float) -> Problem:
    leaf = certificates[0]
    if any(leaf == each for each in store.get(_key(leaf.subject), ())):
        return ""
    last = _climb(leaf, certificates[1:], store, now)
    if last is None:
        return ""
    if last.issuer == last.subject:
        return "self_signed" if last is leaf else "untrusted"
    return "incomplete" if _is_known_house(last, store) else "untrusted"


def _climb(
    leaf: x509.Certificate, sent: Sequence[x509.Certificate], store: _Store, now: float
) -> x509.Certificate | None:
    """None when a trusted authority is reached, else the certificate whose issuer was not found."""
    here, left = leaf, list(sent)
    for _ in range(_MAX_DEPTH):
        if any(_signs(each, here, now) for each in store.get(_key(here.issuer), ())):
            return None
        above = [each for each in left if is_authority(each) and _signs(each, here, now)]
        # Of an authority that was signed by several, the one that is trusted is wanted (cross-signing).
        above.sort(key=lambda each: _key(each.issuer) not in store)
        if not above or here.issuer == here.subject:
            return here
        here = above[0]
        left.remove(here)
    return here


def _signs(issuer: x509.Certificate, certificate: x509.Certificate, now: float) -> bool:
    if issuer.subject != certificate.issuer:
        return False
    begins, ends = issuer.not_valid_before_utc.timestamp(), issuer.not_valid_after_utc.timestamp()
    return begins <= now <= ends and is_signed_by(certificate, issuer)


def _is_known_house(certificate: x509.Certificate, store: _Store) -> bool:
    """Whether a missing issuer is likely an authority in between: the certificate says where to get it, or a
    trusted authority is of the same organization."""
    facts = facts_of(certificate)
    if facts is not None and facts.names_issuer:
        return True
    organization = _organization(certificate.issuer)
    return bool(organization) and any(
        _organization(each.subject) == organization for several in store.values() for each in several
    )


def _organization(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return str(found[0].value) if found else ""


def _key(name: x509.Name) -> bytes:
    return name.public_bytes()


@lru_cache(maxsize=4)
def _store(ca_file: str, _changed: int, _size: int) -> _Store:
    """The trusted authorities by their names; read anew when the file has changed."""
    found: dict[bytes, list[x509.Certificate]] = {}
    for block in Path(ca_file).read_text(encoding="ascii", errors="replace").split(_BEGIN)[1:]:
        # One by one: a single authority that cannot be read must not take the others with it.
        try:
            whole = load(binascii.a2b_base64(block.partition(_END)[0]))
        except binascii.Error:
            continue
        if whole is not None:
            found.setdefault(_key(whole.subject), []).append(whole)
    return found
