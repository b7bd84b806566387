"""Another certificate or host key than the last time."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.engine.usability.certificate.identity import Change, changes

_TLS = {"fingerprint": "aa", "issuer": "Let's Encrypt, R11", "days_left": 5}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"tls": _TLS}, {"tls": {**_TLS, "days_left": 4}}, []),
        ({"tls": _TLS}, {"tls": {**_TLS, "fingerprint": "bb"}}, [Change("certificate", "aa", "bb")]),
        (
            {"tls": _TLS},
            {"tls": {"fingerprint": "bb", "issuer": "Ä"}},
            [Change("certificate", "aa", "bb"), Change("issuer", "Let's Encrypt, R11", "Ä")],
        ),
        ({"host_key": "SHA256:x"}, {"host_key": "SHA256:y"}, [Change("host_key", "SHA256:x", "SHA256:y")]),
        ({"tls": _TLS}, {}, []),
        ({}, {"tls": _TLS}, []),
        ({"tls": None}, {"tls": _TLS}, []),
        ({"tls": {"fingerprint": 7}}, {"tls": _TLS}, []),
    ],
)
def test_it_tells_what_is_another(before: dict[str, Any], after: dict[str, Any], found: list[Change]) -> None:
    assert changes(json.dumps(before), after) == found


def test_the_first_sample_changes_nothing() -> None:
    assert changes(None, {"tls": _TLS}) == []
