"""Several keys: the present one seals, each opens what it sealed."""

from __future__ import annotations

import pytest

from app.core.secret_box import KeyRing, SealBrokenError, SecretBox, key_id_of

OLD, NEW, LOST = "o" * 40, "n" * 40, "l" * 40


def test_it_opens_what_an_old_key_sealed() -> None:
    assert KeyRing(NEW, [OLD]).unseal(SecretBox(OLD).seal({"a": 1})) == {"a": 1}


def test_it_seals_with_the_present_key() -> None:
    ring = KeyRing(NEW, [OLD])
    assert key_id_of(ring.seal({})) == ring.present.key_id


def test_what_is_sealed_anew_opens_without_the_old_key() -> None:
    anew = KeyRing(NEW, [OLD]).seal_anew(SecretBox(OLD).seal({"a": 1}))
    assert KeyRing(NEW).unseal(anew) == {"a": 1}


def test_a_key_nobody_has_any_more_is_told_so() -> None:
    with pytest.raises(SealBrokenError, match="CLOUDEYE_ENCRYPTION_KEY"):
        KeyRing(NEW, [OLD]).unseal(SecretBox(LOST).seal({}))


def test_a_key_that_is_present_and_old_is_the_present_one() -> None:
    ring = KeyRing(NEW, [NEW, OLD])
    assert ring.key_ids[-1] == ring.present.key_id
    assert len(ring.key_ids) == 2
