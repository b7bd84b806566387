"""What a check learned besides its verdict: certificate, protocol, redirects."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _


def tls_facts(facts: dict[str, Any] | None) -> list[tuple[str, str]]:
    """Pairs of words and value, for a list of facts. Empty without any."""
    facts = facts or {}
    tls = facts.get("tls") or {}
    pairs = [
        (_("HTTP version"), facts.get("http_version")),
        (
            _("Redirects"),
            facts.get("redirects")
            if not isinstance(facts.get("redirects"), list)
            else len(facts["redirects"]),
        ),
        (_("TLS version"), tls.get("version")),
        (_("Certificate of"), tls.get("subject")),
        (_("Issued by"), tls.get("issuer")),
        (_("Valid until"), tls.get("not_after")),
        (_("Days left"), tls.get("days_left")),
    ]
    return [(words, str(value)) for words, value in pairs if value not in (None, "", 0)]
