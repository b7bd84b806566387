"""What a guess at a stolen hash costs; the other tests hash cheaply."""

from __future__ import annotations

from argon2 import PasswordHasher, Type

from app.service.account import password


def test_a_guess_costs_what_owasp_asks_for(real_hasher: PasswordHasher) -> None:
    """OWASP Password Storage Cheat Sheet: argon2id with 19 MiB and two passes at the least."""
    assert real_hasher.type is Type.ID
    assert real_hasher.memory_cost >= 19 * 1024
    assert real_hasher.time_cost >= 2
    assert real_hasher.salt_len >= 16 and real_hasher.hash_len >= 16


def test_a_hash_as_cheap_as_the_tests_is_made_anew(real_hasher: PasswordHasher) -> None:
    assert real_hasher.check_needs_rehash(password.hash_password("correct-horse"))
    assert not real_hasher.check_needs_rehash(real_hasher.hash("correct-horse"))
