"""RDAP (RFC 9083): which registry answers for a domain (RFC 9224), and what its answer says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from app.engine.usability.domain.dates import read_moment
from app.engine.usability.domain.record import Record, UnreadableError, short, status_word

ACCEPT = ("Accept: application/rdap+json, application/json",)
_MOST = 30


def read_bootstrap(body: bytes) -> dict[str, str]:
    """IANA's file: top-level domain → base URL of its registry. Raises UnreadableError."""
    document = _object(body)
    found: dict[str, str] = {}
    for service in _list(document.get("services")):
        if not isinstance(service, list) or len(service) < 2:
            continue
        urls = [each for each in _list(service[1]) if isinstance(each, str)]
        # HTTPS first, as RFC 9224 §3 asks.
        urls.sort(key=lambda each: not each.startswith("https://"))
        for zone in _list(service[0]):
            if isinstance(zone, str) and urls:
                found[zone.lower()] = urls[0]
    if not found:
        raise UnreadableError("a bootstrap file without services")
    return found


def base_for(domain: str, bases: dict[str, str]) -> str | None:
    """The base URL for a domain by its longest known suffix."""
    labels = domain.split(".")
    for place in range(1, len(labels)):
        base = bases.get(".".join(labels[place:]))
        if base is not None:
            return base
    return None


def domain_url(base: str, domain: str) -> str:
    return f"{base.rstrip('/')}/domain/{domain}"


def read_domain(body: bytes, domain: str, source: str) -> Record:
    """What a registry's answer says. Raises UnreadableError when it is none, or about another domain."""
    document = _object(body)
    if document.get("objectClassName") != "domain" and "ldhName" not in document:
        raise UnreadableError("no domain object")
    name = short(document.get("ldhName")).lower().removesuffix(".")
    if name and name != domain:
        raise UnreadableError(f"an answer about {name[:80]}")
    moments = dict(_moments(document))
    signed = document.get("secureDNS")
    signed = signed.get("delegationSigned") if isinstance(signed, dict) else None
    statuses = [status_word(each) for each in _list(document.get("status")) if isinstance(each, str)]
    servers = [short(each.get("ldhName")).lower() for each in _objects(document.get("nameservers"))]
    return Record(
        source=source,
        expires_ms=moments.get("expiration"),
        registered_ms=moments.get("registration"),
        changed_ms=moments.get("last changed"),
        registrar=_registrar(document),
        statuses=tuple(dict.fromkeys(statuses[:_MOST])),
        name_servers=tuple(sorted({each.removesuffix(".") for each in servers[:_MOST] if each})),
        is_signed=signed if isinstance(signed, bool) else None,
    )


def _object(body: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(body)
    except (orjson.JSONDecodeError, RecursionError):
        raise UnreadableError("no JSON") from None
    if not isinstance(document, dict):
        raise UnreadableError("no JSON object")
    return document


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in _list(value) if isinstance(each, dict)]


def _moments(document: dict[str, Any]) -> Iterator[tuple[str, int]]:
    for event in _objects(document.get("events")):
        moment = read_moment(short(event.get("eventDate")))
        if moment is not None:
            yield short(event.get("eventAction")).lower(), moment


def _registrar(document: dict[str, Any]) -> str:
    for entity in _objects(document.get("entities")):
        if "registrar" in _list(entity.get("roles")):
            card = _list(entity.get("vcardArray"))
            for line in _list(card[1]) if len(card) > 1 else []:
                # jCard (RFC 7095): name, parameters, type, value.
                if isinstance(line, list) and len(line) >= 4 and line[0] == "fn" and short(line[3]):
                    return short(line[3])
            return short(entity.get("handle"))
    return ""
