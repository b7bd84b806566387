"""Whom a passkey is for, and answers that no authenticator made."""

from __future__ import annotations

import contextlib
import random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes

from app.core import settings as process_settings
from app.core.errors import ConflictError, InvalidError, NotFoundError, NotLoggedInError
from app.models import Passkey, User, write
from app.service.actor import Actor
from app.service.factor.passkey import (
    Party,
    add_passkey,
    check_passkey,
    list_passkeys,
    login_options,
    party_of,
    registration_options,
    remove_passkey,
    rename_passkey,
)
from app.service.factor.second import ways_of
from tests.service.factor.soft_key import PRESENT, VERIFIED, SoftKey, text_of

PARTY = Party("localhost", "http://localhost:8000")


@pytest.mark.parametrize(
    ("domain", "public", "seen", "party"),
    [
        ("", "", "http://localhost:8000/", Party("localhost", "http://localhost:8000")),
        (
            "",
            "https://watch.example",
            "https://watch.example/",
            Party("watch.example", "https://watch.example"),
        ),
        (
            "",
            "https://watch.example",
            "https://evil.example/",
            Party("watch.example", "https://watch.example"),
        ),
        (
            "",
            "https://watch.example",
            "https://a.watch.example/",
            Party("watch.example", "https://a.watch.example"),
        ),
        ("example", "https://watch.example", "https://b.example/", Party("example", "https://b.example")),
        (
            "",
            "https://watch.example",
            "https://notwatch.example/",
            Party("watch.example", "https://watch.example"),
        ),
    ],
)
def test_whom_a_passkey_is_for(
    owner: Actor, monkeypatch: pytest.MonkeyPatch, domain: str, public: str, seen: str, party: Party
) -> None:
    settings = process_settings.get_settings()
    monkeypatch.setattr(settings, "PASSKEY_DOMAIN", domain, raising=False)
    monkeypatch.setattr(settings, "BASE_URL", public, raising=False)
    assert party_of(seen) == party


def test_it_asks_for_a_passkey_that_verifies_its_user(owner: Actor) -> None:
    options, challenge = registration_options(owner, PARTY)
    wanted = options["authenticatorSelection"]
    assert (wanted["residentKey"], wanted["userVerification"]) == ("required", "required")
    assert len(challenge) == 128 and options["rp"]["id"] == "localhost"


def test_no_two_questions_are_the_same(owner: Actor) -> None:
    assert login_options(PARTY)[1] != login_options(PARTY)[1]


@pytest.fixture
def key(owner: Actor) -> SoftKey:
    """A passkey of the owner's."""
    key = SoftKey()
    add_new(owner, key)
    return key


def add_new(actor: Actor, key: SoftKey) -> list[str]:
    _options, challenge = registration_options(actor, PARTY)
    return add_passkey(actor, PARTY, challenge, key.create(challenge), "Key")[1]


def show(key: SoftKey, user: User | None = None) -> User:
    _options, challenge = login_options(PARTY, user)
    return check_passkey(PARTY, challenge, key.show(challenge), user)


def test_whose_passkey_it_is(owner: Actor, key: SoftKey) -> None:
    assert show(key).id == owner.user.id and show(key, owner.user).id == owner.user.id


def test_the_first_one_gives_recovery_codes_and_a_second_none(owner: Actor) -> None:
    assert len(add_new(owner, SoftKey())) == 10
    assert add_new(owner, SoftKey()) == []


def test_one_credential_is_registered_once(owner: Actor, teammate: Actor, key: SoftKey) -> None:
    with pytest.raises(ConflictError):
        add_new(teammate, key)


@pytest.mark.parametrize(
    ("name", "value"),
    [("origin", "https://evil.example"), ("domain", "evil.example"), ("flags", PRESENT), ("flags", VERIFIED)],
)
def test_one_made_elsewhere_or_unverified_is_not_taken(owner: Actor, name: str, value: Any) -> None:
    with pytest.raises(InvalidError):
        add_new(owner, SoftKey(**{name: value}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("origin", "https://evil.example"),
        ("domain", "evil.example"),
        ("flags", PRESENT),
        ("flags", VERIFIED),
        ("key", ec.generate_private_key(ec.SECP256R1())),
        ("identifier", b"another"),
    ],
)
def test_one_shown_elsewhere_or_unverified_opens_nothing(key: SoftKey, name: str, value: Any) -> None:
    setattr(key, name, value)
    with pytest.raises(NotLoggedInError):
        show(key)


def test_an_answer_to_another_question_opens_nothing(key: SoftKey) -> None:
    with pytest.raises(NotLoggedInError):
        check_passkey(PARTY, login_options(PARTY)[1], key.show(login_options(PARTY)[1]))


def test_somebody_elses_passkey_is_no_second_step(teammate: Actor, key: SoftKey) -> None:
    with pytest.raises(NotLoggedInError):
        show(key, teammate.user)


def test_a_counter_that_stands_still_is_a_copy(key: SoftKey) -> None:
    show(key)
    key.count -= 1
    with pytest.raises(NotLoggedInError):
        show(key)


def test_removing_the_last_one_leaves_no_factor(owner: Actor, key: SoftKey) -> None:
    (passkey,) = list_passkeys(owner.user)
    remove_passkey(owner, passkey.id)
    assert ways_of(owner.user) == [] and not owner.user.has_factor


def test_somebody_elses_is_not_found(owner: Actor, teammate: Actor, key: SoftKey) -> None:
    (passkey,) = list_passkeys(owner.user)
    with pytest.raises(NotFoundError):
        remove_passkey(teammate, passkey.id)
    with pytest.raises(NotFoundError):
        rename_passkey(teammate, passkey.id, "Mine")


def test_broken_answers_are_refused_and_break_nothing(owner: Actor, key: SoftKey) -> None:
    """Bytes turned at random, from a fixed seed, in everything that a browser sends."""
    chance = random.Random(7)
    challenge = "00" * 64
    new = SoftKey()
    for _ in range(400):
        # Nothing signs a new passkey, so one whose number was turned is as good as another.
        with contextlib.suppress(InvalidError, ConflictError):
            add_passkey(owner, PARTY, challenge, broken(new.create(challenge), chance), "Key")
        with pytest.raises(NotLoggedInError):
            check_passkey(PARTY, challenge, broken(key.show(challenge), chance))


def broken(credential: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The same with a few bytes of one part turned, cut off or put in."""
    response = credential["response"]
    name = chance.choice(sorted(name for name, value in response.items() if value))
    data = bytearray(base64url_to_bytes(response[name]))
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(data) or 1)
        what = chance.choice(("turn", "cut", "put"))
        if what == "turn" and data:
            data[place] ^= 1 << chance.randrange(8)
        elif what == "cut" and len(data) > 8:
            del data[place:]
        else:
            data[place:place] = chance.randbytes(3)
    return {**credential, "response": {**response, name: text_of(bytes(data))}}


JUNK: list[dict[str, Any]] = [
    {},
    {"id": "AAAA"},
    {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}},
    {"id": 5, "rawId": [], "type": None, "response": "x"},
    {
        "id": "AAAA",
        "rawId": "AAAA",
        "type": "public-key",
        "response": {
            "clientDataJSON": "e30",
            "attestationObject": "oA",
            "authenticatorData": "AAAA",
            "signature": "AAAA",
        },
    },
]


@pytest.mark.parametrize("credential", JUNK)
def test_junk_is_no_new_passkey(owner: Actor, credential: dict[str, Any]) -> None:
    with pytest.raises(InvalidError):
        add_passkey(owner, PARTY, "00" * 64, credential, "Key")


@pytest.mark.parametrize("credential", JUNK)
def test_junk_opens_nothing(owner: Actor, credential: dict[str, Any]) -> None:
    with write() as session:
        known = "709e80c88487a2411e1ee4dfb9f22a861492d20c4765150c0c794abd70f8147c"
        session.add(
            Passkey(user_id=owner.user.id, name="Key", digest=known, credential_id=b"\0\0\0", public_key=b"x")
        )
    with pytest.raises(NotLoggedInError):
        check_passkey(PARTY, "00" * 64, credential)
