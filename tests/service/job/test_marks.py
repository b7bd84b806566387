"""What is told of an import that is not over, or ended half-way."""

from __future__ import annotations

from app.service.transfer.marks import told


def test_the_rows_decided_about_are_counted() -> None:
    assert told({"marks": "aaukr", "left": 2}) == {
        "rows": 5,
        "added": 2,
        "updated": 1,
        "known": 1,
        "refused": 1,
        "left": 2,
    }


def test_an_outcome_that_is_whole_is_told_as_it_is() -> None:
    assert told({"rows": 3, "added": 3}) == {"rows": 3, "added": 3}
