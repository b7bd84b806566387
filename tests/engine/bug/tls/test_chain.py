"""Chains are judged by themselves: no connection, and no clock but the one that is given."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from app.engine.bug.tls.certificate import facts_of
from app.engine.bug.tls.chain import Chain, read_chain
from tests.engine.bug.tls.pki import MOMENT, Issued, issue, rsa_key

DAY = 86_400.0


@pytest.fixture(scope="module")
def root() -> Issued:
    return issue("Root", is_authority=True, begins=-300, ends=3000)


@pytest.fixture(scope="module")
def between(root: Issued) -> Issued:
    return root.signs("Between", is_authority=True, ends=1000)


@pytest.fixture(scope="module")
def leaf(between: Issued) -> Issued:
    return between.signs("shop.example", names=("shop.example", "*.shop.example"))


@pytest.fixture
def ca_file(root: Issued, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    path.write_bytes(root.pem)
    return str(path)


def judged(ca_file: str, *sent: Issued, now: float = MOMENT) -> Chain:
    return read_chain([each.der for each in sent], ca_file=ca_file, now=now)


def test_a_whole_chain_is_trusted(ca_file: str, leaf: Issued, between: Issued) -> None:
    chain = judged(ca_file, leaf, between)
    assert (chain.problem, chain.is_ordered, chain.has_root) == ("", True, False)


def test_a_chain_in_the_wrong_order_is_trusted_and_told(
    ca_file: str, leaf: Issued, between: Issued, root: Issued
) -> None:
    chain = judged(ca_file, leaf, root, between)
    assert (chain.problem, chain.is_ordered, chain.has_root) == ("", False, True)


def test_a_chain_without_its_middle_is_incomplete(ca_file: str, leaf: Issued) -> None:
    assert judged(ca_file, leaf).problem == "incomplete"


def test_a_chain_that_says_where_its_middle_is_found_is_incomplete(ca_file: str) -> None:
    house = issue("Elsewhere", is_authority=True, organization="Other House")
    assert judged(ca_file, house.signs("shop.example", names_issuer=True)).problem == "incomplete"


def test_a_certificate_that_signed_itself_is_called_so(ca_file: str) -> None:
    assert judged(ca_file, issue("shop.example", names=("shop.example",))).problem == "self_signed"


def test_a_root_that_nobody_trusts_is_not_trusted(ca_file: str) -> None:
    other = issue("Other", is_authority=True, organization="Other House")
    assert judged(ca_file, other.signs("shop.example"), other).problem == "untrusted"
    assert judged(ca_file, other.signs("shop.example")).problem == "untrusted"


def test_a_trusted_name_is_not_enough(ca_file: str) -> None:
    false = issue("Root", is_authority=True)
    assert judged(ca_file, false.signs("shop.example"), false).problem == "untrusted"


def test_a_certificate_that_is_no_authority_cannot_vouch(ca_file: str, between: Issued) -> None:
    ordinary = between.signs("ordinary.example")
    assert judged(ca_file, ordinary.signs("shop.example"), ordinary, between).problem != ""


def test_an_authority_in_between_that_has_ended_does_not_vouch(
    ca_file: str, leaf: Issued, between: Issued
) -> None:
    assert judged(ca_file, leaf, between, now=MOMENT + 1100 * DAY).problem == "incomplete"


def test_a_cross_signed_authority_is_followed_to_the_trusted_one(ca_file: str, root: Issued) -> None:
    stranger = issue("Stranger", is_authority=True)
    first = stranger.signs("Cross", is_authority=True)
    second = root.signs("Cross", is_authority=True, key=first.key)
    assert judged(ca_file, first.signs("shop.example"), first, second).problem == ""


def test_a_trusted_certificate_may_stand_for_itself(tmp_path: Path) -> None:
    own = issue("shop.example", names=("shop.example",))
    path = tmp_path / "own.pem"
    path.write_bytes(own.pem)
    assert judged(str(path), own).problem == ""


def test_the_trusted_authorities_are_read_anew_when_they_change(
    ca_file: str, root: Issued, leaf: Issued, between: Issued
) -> None:
    other = issue("Another root", is_authority=True, organization="Another House")
    assert judged(ca_file, leaf, between).problem == ""
    Path(ca_file).write_bytes(other.pem + other.pem)
    assert judged(ca_file, leaf, between).problem == "untrusted"


@pytest.mark.parametrize("garbage", [b"", b"\x30\x82", b"no certificate" * 100])
def test_what_cannot_be_read_is_called_so(ca_file: str, garbage: bytes) -> None:
    assert read_chain([garbage], ca_file=ca_file, now=MOMENT).problem == "unreadable"


@pytest.mark.parametrize(
    ("host", "is_covered"),
    [
        ("shop.example", True),
        ("SHOP.example", True),
        ("www.shop.example", True),
        ("a.b.shop.example", False),
        ("example", False),
        ("other.example", False),
        ("127.0.0.1", False),
    ],
)
def test_names_are_matched_as_browsers_do(leaf: Issued, host: str, is_covered: bool) -> None:
    facts = facts_of(leaf.certificate)
    assert facts is not None and facts.covers(host) is is_covered


def test_a_common_name_does_not_count() -> None:
    facts = facts_of(issue("shop.example").certificate)
    assert facts is not None and not facts.covers("shop.example")


def test_it_reads_keys_and_wishes() -> None:
    made = issue("a.example", key=rsa_key(1024), has_responder=True, must_staple=True)
    facts = facts_of(made.certificate)
    assert facts is not None
    assert (facts.key, facts.key_bits, facts.signature) == ("RSA", 1024, "sha256")
    assert (facts.has_responder, facts.must_staple, facts.names_issuer) == (True, True, False)


def test_broken_certificates_raise_nothing(ca_file: str, leaf: Issued, between: Issued) -> None:
    chance = random.Random(11)
    for _ in range(400):
        sent = [bytearray(leaf.der), bytearray(between.der)]
        broken = chance.choice(sent)
        broken[chance.randrange(len(broken))] = chance.randrange(256)
        chain = read_chain([bytes(each) for each in sent], ca_file=ca_file, now=MOMENT)
        assert chain.problem in ("", "self_signed", "incomplete", "untrusted", "unreadable")
