"""Where somebody who finds a weakness can tell it: /.well-known/security.txt (RFC 9116)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from app.engine.bug.gathered import Gathered
from app.engine.bug.reading.excerpt import clipped
from app.engine.bug.registry import site_check
from app.engine.bug.types import Hit, Response

_FIELD = re.compile(
    r"(?m)^(contact|expires|encryption|policy|canonical|preferred-languages|hiring|acknowledg\w{1,8})"
    r":[ \t]*(.*)$",
    re.I,
)


@site_check("security_txt")
def look(gathered: Gathered) -> Iterator[Hit]:
    response = gathered.security_txt
    url = gathered.at("/.well-known/security.txt")
    if (
        response is None
        or response.error is not None
        or response.status >= 500
        or response.status in (0, 401, 403, 429)
    ):
        return
    # A site that answers everything with a page has no such file.
    fields = {} if response.status != 200 or response.is_html else _fields(response.text[:50_000])
    if not fields:
        yield Hit("security_txt.missing", url, evidence=f"{response.status} {response.content_type}"[:200])
        return
    if "contact" not in fields:
        yield _hit("without-contact", response, ", ".join(fields))
    if "expires" not in fields:
        yield _hit("without-expires", response, ", ".join(fields))
    else:
        moment = _moment(fields["expires"])
        if moment is not None and response.at > 0 and moment < response.at:
            yield _hit("expired", response, f"Expires: {fields['expires']}")


def _fields(text: str) -> dict[str, str]:
    return {found[1].lower(): found[2].strip() for found in _FIELD.finditer(text)}


def _moment(text: str) -> float | None:
    try:
        moment = datetime.fromisoformat(text.strip().upper().replace("Z", "+00:00"))
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _hit(rule: str, response: Response, evidence: str) -> Hit:
    return Hit(f"security_txt.{rule}", response.url, evidence=clipped(evidence), response=response)
