"""Secrets at rest."""

from __future__ import annotations

import pytest

from app.core.secret_box import SealBrokenError, SecretBox


def test_it_opens_what_it_sealed() -> None:
    box = SecretBox("k" * 40)
    assert box.unseal(box.seal({"password": "möwe"})) == {"password": "möwe"}


def test_it_shows_nothing_of_what_it_sealed() -> None:
    assert "hunter2" not in SecretBox("k" * 40).seal({"password": "hunter2"})


def test_another_key_does_not_open_it_and_is_told_so() -> None:
    with pytest.raises(SealBrokenError, match="CLOUDEYE_ENCRYPTION_KEY"):
        SecretBox("l" * 40).unseal(SecretBox("k" * 40).seal({}))


def test_a_changed_text_does_not_open() -> None:
    box = SecretBox("k" * 40)
    sealed = box.seal({"a": 1})
    with pytest.raises(SealBrokenError):
        box.unseal(sealed[:-4] + "AAAA")
