"""Passwords: kept as argon2id, judged by length and by what everybody would try first (NIST SP 800-63B).

No rule asks for digits or capitals: what people make of such rules is in every list of guesses. A password
must be long, none of the commonest, and not made of what others know of its owner.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.core.errors import InvalidError
from app.models import User

MIN_PASSWORD, MAX_PASSWORD = 10, 256
LEAST_STEM = 5
"""Shorter ones of others' lists are found within any password, once digits and signs are taken off."""
WORDS = ("english_wikipedia", "us_tv_and_film")
COMMON = Path(__file__).with_name("common_passwords.txt")
UNUSABLE = "!"
"""In place of a hash, of somebody who has no password: nothing fits it."""
_LEET = str.maketrans("0134578@$!|€+", "oieastbasilet")
_AROUND = "0123456789!?.@#$%&*-_ "
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "0123456789", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop")
_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """An argon2id hash with its own salt and parameters."""
    return _hasher.hash(password)


def needs_rehash(hashed: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(hashed)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_hex(16))


def password_fits(user: User | None, password: str) -> bool:
    """Takes as long for nobody's account, and for one without a password, as for somebody's."""
    known = user.password_hash if user is not None and user.password_hash != UNUSABLE else None
    try:
        return _hasher.verify(known or _nobodys_hash(), password) and known is not None
    except (VerificationError, InvalidHashError):
        return False


def check_password_rules(password: str, field: str = "password", *, known: Iterable[str | None] = ()) -> None:
    """Raise `InvalidError` at `field` unless the password will do.

    `known` is what others know of its owner: name, address, organization. A password that is one of these
    with something around it is refused.
    """
    if len(password) < MIN_PASSWORD:
        raise InvalidError({field: f"must have at least {MIN_PASSWORD} characters"})
    if len(password) > MAX_PASSWORD:
        raise InvalidError({field: f"must have at most {MAX_PASSWORD} characters"})
    if len(set(password.lower())) < 4 or _is_run(password.lower()):
        raise InvalidError({field: "is too simple: characters in a row or over and over again"})
    if _is_common(password):
        raise InvalidError({field: "is one of the passwords everybody tries first"})
    if any(_is_made_of(password, each) for each in known if each):
        raise InvalidError({field: "is too close to your name, address or organization"})


def check_own_password(
    user: User, password: str, field: str = "password", *, also: Iterable[str] = ()
) -> None:
    """The rules, with what is known of a user."""
    check_password_rules(password, field, known=(user.name, user.email, user.phone, *also))


@cache
def common_passwords() -> frozenset[str]:
    """What people choose most, in small letters: our own list, zxcvbn's 30,000, and long words of English.

    Some 45,000, 6 MB in a process where a password is set, and there only.
    """
    lines = COMMON.read_text(encoding="utf-8").splitlines()
    own = (line for line in lines if line and not line.startswith("#"))
    lists = _frequent()
    chosen = (each.lower() for each in lists["passwords"] if len(each) >= LEAST_STEM)
    words = (each for name in WORDS for each in lists[name] if len(each) >= MIN_PASSWORD)
    return frozenset((*own, *chosen, *words))


def _frequent() -> dict[str, list[str]]:
    """zxcvbn's lists, by their file alone: its package would make tables of them all when it is imported."""
    package = find_spec("zxcvbn")
    assert package is not None and package.submodule_search_locations
    path = Path(package.submodule_search_locations[0], "frequency_lists.py")
    spec = spec_from_file_location("_frequency_lists", path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    lists: dict[str, list[str]] = module.FREQUENCY_LISTS
    return lists


def _is_common(password: str) -> bool:
    """Whether it is in the list, as it is, with signs for letters, or with digits and signs around it."""
    plain = password.lower()
    bare = plain.strip(_AROUND)
    forms = {each for form in (plain, bare) for each in (form, form.translate(_LEET))}
    forms |= {_NOT_LETTERS.sub("", form) for form in tuple(forms)}
    return not forms.isdisjoint(common_passwords())


def _is_run(password: str) -> bool:
    """Whether all of it goes along the alphabet, the digits or a row of keys, or repeats a short piece."""
    for row in _RUNS:
        for line in (row * 4, row[::-1] * 4):
            if password in line:
                return True
    return any(password == (password[:size] * len(password))[: len(password)] for size in (1, 2, 3, 4))


def _is_made_of(password: str, known: str) -> bool:
    """Whether taking a known word away leaves less than six characters."""
    plain = password.lower()
    words = {known.lower(), known.lower().partition("@")[0], *re.split(r"[\W_]+", known.lower())}
    return any(len(word) >= 4 and word in plain and len(plain.replace(word, "")) < 6 for word in words)
