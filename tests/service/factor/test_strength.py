"""What an ID token says about how strongly somebody logged in."""

from __future__ import annotations

from typing import Any

import pytest

from app.service.factor.strength import shows_factors


@pytest.mark.parametrize(
    ("claims", "shows"),
    [
        ({}, None),
        ({"amr": []}, None),
        ({"amr": "mfa"}, None),
        ({"amr": ["pwd", 2]}, None),
        ({"acr": "1"}, None),
        ({"acr": ["phr"]}, None),
        ({"amr": ["pwd"]}, False),
        ({"amr": ["pwd", "pin"]}, False),
        ({"amr": ["otp", "sms"]}, False),
        ({"amr": ["rba", "user"]}, False),
        ({"amr": ["mfa"]}, True),
        ({"amr": ["pwd", "otp"]}, True),
        ({"amr": ["hwk", "fpt"]}, True),
        ({"acr": "phr"}, True),
        ({"acr": "https://refeds.org/profile/mfa", "amr": ["pwd"]}, True),
    ],
)
def test_two_kinds_of_proof_are_two_factors(claims: dict[str, Any], shows: bool | None) -> None:
    assert shows_factors(claims) is shows
