"""The order of versions, as a table."""

from __future__ import annotations

import pytest

from app.engine.bug.libraries.versions import is_at_or_above


@pytest.mark.parametrize(
    ("version", "other", "is_above"),
    [
        ("1.9.0", "1.9.0", True),
        ("1.10.0", "1.9.9", True),
        ("1.9", "1.9.0", True),
        ("1.9.0", "1.9.0.1", False),
        ("1.9.0", "1.9.0b1", True),
        ("1.9.0b1", "1.9.0", False),
        ("3.0.0-rc1", "3.0.0", False),
        ("3.0.0-rc.2", "3.0.0-rc.1", True),
        ("3.0.0-beta", "3.0.0-alpha", True),
        ("3.0.0-1", "3.0.0", True),
        ("1.", "1.0", False),
        ("2", "10", False),
        ("9" * 400, "1", False),
    ],
)
def test_it_orders_versions_part_by_part(version: str, other: str, is_above: bool) -> None:
    assert is_at_or_above(version, other) is is_above
