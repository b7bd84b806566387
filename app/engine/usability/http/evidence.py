"""What proves that a check failed: the answer's first line, headers, beginning, certificates; no secrets."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from app.engine.net.tls_facts import read_certificate
from app.engine.usability.content.answer import Answer
from app.engine.usability.http.body import header_text

if TYPE_CHECKING:
    from app.engine.usability.http.fields import ConnectionFields

MASK = "********"
_SHOWN = (
    "age", "allow", "cache-control", "cf-cache-status", "cf-ray", "content-encoding", "content-length",
    "content-type", "date", "last-modified", "location", "proxy-authenticate", "retry-after", "server", "via",
    "warning", "www-authenticate", "x-cache", "x-powered-by", "x-ratelimit-remaining", "x-request-id",
    "x-served-by", "x-varnish",
)  # fmt: skip
_MAX_VALUE = 300
_MAX_CHAIN = 5
_LEAST_SECRET = 4


def evidence_of(answer: Answer, version: str, chain: list[list[tuple[str, str]]]) -> dict[str, Any]:
    """What is worth keeping of an answer that was not accepted; empty parts are left out."""
    head = header_text(answer.lines[0]).strip() if answer.lines else f"HTTP/{version} {answer.status}"
    headers = [
        f"{name}: {value[:_MAX_VALUE]}" for name in _SHOWN if (value := answer.header(name)) is not None
    ]
    found: dict[str, Any] = {
        "status_line": head[:_MAX_VALUE] if answer.status else "",
        "headers": headers if answer.lines else [],
        "excerpt": answer.excerpt(),
        "chain": chain_words(chain),
    }
    return {name: value for name, value in found.items() if value}


def chain_words(chain: Sequence[Sequence[tuple[str, str]]]) -> list[str]:
    """Each certificate of libcurl's CERTINFO in one line: whom, by whom, until when, fingerprint."""
    words = []
    for entry in chain[:_MAX_CHAIN]:
        pem = next((value for name, value in entry if name == "Cert"), None)
        facts = read_certificate(pem) if pem else None
        if facts is not None:
            until = datetime.fromtimestamp(facts.not_after_ms / 1000, UTC).date().isoformat()
            names = f" ({', '.join(facts.names[:3])})" if facts.names else ""
            words.append(f"{facts.subject}{names} ← {facts.issuer}, {until}, {facts.fingerprint[:16]}")
    return words


def secrets_of(config: ConnectionFields, headers: Iterable[str], *more: str) -> tuple[str, ...]:
    """Texts that must not be told, the longest first so that none hides a part of another."""
    auth = config.auth
    known = (
        auth.password, auth.token, auth.client_secret, config.proxy_password, config.client_key_password,
        *headers, *(value.partition(" ")[2] for value in headers), *more,
        _packed(auth.username, auth.password), _packed(config.proxy_username, config.proxy_password),
        *map(quote_plus, (auth.password, auth.client_secret)),
    )  # fmt: skip
    return tuple(sorted({each for each in known if len(each) >= _LEAST_SECRET}, key=len, reverse=True))


def _packed(username: str, password: str) -> str:
    """Name and password as the log-in "Basic" sends them (RFC 7617): as good as in the clear."""
    return b64encode(f"{username}:{password}".encode()).decode() if password else ""


def masked(value: Any, secrets: Sequence[str]) -> Any:
    """The value without secrets in its texts, however it is nested."""
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, MASK)
        return value
    if isinstance(value, dict):
        return {name: masked(each, secrets) for name, each in value.items()}
    if isinstance(value, list):
        return [masked(each, secrets) for each in value]
    return value
