"""Signed calls, as a table of what is refused and by which code."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.clock import now
from app.models import User, VendorApp, write
from app.service.access import signed
from app.service.access.signed import (
    APP,
    NONCE,
    SIGNATURE,
    TIMESTAMP,
    VENDOR,
    SignedCallError,
    actor_of_signed,
    signature_of,
)
from app.service.access.vendors import change_app, create_app, create_vendor, rotate_secret
from app.service.actor import Actor
from app.service.permission.check import may

IP = "203.0.113.9"
TARGET = "/api/cloudeye/v1/sites?limit=5"


@dataclass
class Client:
    """An app that signs as it should; each argument of `call` spoils one thing."""

    app: VendorApp
    secret: str

    def headers(
        self, method: str = "GET", target: str = TARGET, body: bytes = b"", **other: str
    ) -> dict[str, str]:
        stamp, nonce = other.get("stamp", str(int(now().timestamp()))), other.get("nonce", "n" * 16)
        return {
            VENDOR: str(self.app.vendor_id),
            APP: str(self.app.id),
            TIMESTAMP: stamp,
            NONCE: nonce,
            SIGNATURE: signature_of(self.secret, method, target, stamp, nonce, body),
        }


def call(
    headers: dict[str, str], method: str = "GET", target: str = TARGET, body: bytes = b"", ip: str = IP
) -> Actor:
    return actor_of_signed(lambda name: headers.get(name, ""), method, target, lambda: body, ip=ip)


def code_of(act: Callable[[], Any]) -> int:
    with pytest.raises(SignedCallError) as refused:
        act()
    return refused.value.code


def make_client(actor: Actor, **values: Any) -> Client:
    vendor = create_vendor(actor, {"name": "Integrator"})
    return Client(*create_app(actor, vendor.id, {"name": "sync", "scopes": ["site.read"], **values}))


@pytest.fixture
def client(owner: Actor) -> Client:
    return make_client(owner)


def test_a_signed_call_acts_for_the_member_within_its_scopes(owner: Actor, client: Client) -> None:
    found = call(client.headers())
    assert (found.user.id, found.way, found.name, found.ip) == (owner.user.id, "signed", "sync", IP)
    assert may(found, "site.read") and not may(found, "site.write")


@pytest.mark.parametrize("name", [VENDOR, APP, TIMESTAMP, NONCE, SIGNATURE])
def test_each_header_is_needed(client: Client, name: str) -> None:
    headers = client.headers()
    del headers[name]
    assert code_of(lambda: call(headers)) == 901


@pytest.mark.parametrize(
    ("header", "value", "code"),
    [
        (VENDOR, "1", 900),
        (VENDOR, "x", 902),
        (VENDOR, "é", 902),
        (APP, "1", 902),
        (APP, "0x1", 902),
        (APP, str(1 << 64), 902),
        (APP, "١", 902),
        (TIMESTAMP, "now", 905),
        (TIMESTAMP, "-1", 905),
        (TIMESTAMP, "9" * 12, 905),
        (NONCE, "short", 905),
        (NONCE, "x" * 65, 905),
        (NONCE, "white space", 905),
        (SIGNATURE, "0" * 64, 904),
        (SIGNATURE, "é", 904),
    ],
)
def test_a_spoilt_header_is_refused_by_its_code(client: Client, header: str, value: str, code: int) -> None:
    assert code_of(lambda: call({**client.headers(), header: value})) == code


@pytest.mark.parametrize(
    "sent",
    [
        {"method": "POST"},
        {"target": "/api/cloudeye/v1/sites?limit=6"},
        {"target": "/api/cloudeye/v1/sites"},
        {"target": "/api/cloudeye/v1/channels?limit=5"},
        {"target": "/api/cloudeye/v1/sites%3Flimit=5"},
        {"body": b"{}"},
    ],
)
def test_what_is_not_as_it_was_signed_is_refused(client: Client, sent: dict[str, Any]) -> None:
    headers = client.headers()
    assert code_of(lambda: call(headers, **sent)) == 904


@pytest.mark.parametrize(("seconds", "is_taken"), [(-299, True), (299, True), (-302, False), (302, False)])
def test_a_call_is_good_for_five_minutes(client: Client, seconds: int, is_taken: bool) -> None:
    headers = client.headers(stamp=str(int(now().timestamp()) + seconds))
    if is_taken:
        call(headers)
    else:
        assert code_of(lambda: call(headers)) == 905


def test_a_call_is_taken_once(client: Client) -> None:
    headers = client.headers()
    call(headers)
    assert code_of(lambda: call(headers)) == 905
    call(client.headers(nonce="another-nonce-1"))


def test_a_forged_call_uses_up_no_nonce(client: Client) -> None:
    headers = client.headers()
    assert code_of(lambda: call({**headers, SIGNATURE: "0" * 64})) == 904
    call(headers)


def test_two_apps_may_use_the_same_nonce(owner: Actor, client: Client) -> None:
    call(client.headers())
    call(make_client(owner).headers())


def test_another_app_s_secret_does_not_fit(owner: Actor, client: Client) -> None:
    other = make_client(owner)
    assert code_of(lambda: call(Client(client.app, other.secret).headers())) == 904


def test_an_app_of_another_vendor_is_a_mismatch(owner: Actor, client: Client) -> None:
    other = make_client(owner)
    headers = {**client.headers(), VENDOR: str(other.app.vendor_id)}
    assert code_of(lambda: call(headers)) == 900


@pytest.mark.parametrize(
    ("networks", "ip", "is_taken"),
    [
        (["203.0.113.9"], IP, True),
        (["203.0.113.0/24", "10.0.0.0/8"], "10.1.2.3", True),
        (["203.0.113.9"], "203.0.113.10", False),
        (["203.0.113.9"], "::ffff:203.0.113.9", True),
        (["2001:db8::/32"], "2001:db8::1", True),
        (["2001:db8::/32"], IP, False),
        (["203.0.113.9"], "", False),
        ([], "198.51.100.1", True),
    ],
)
def test_calls_are_taken_from_its_addresses_alone(
    owner: Actor, networks: list[str], ip: str, is_taken: bool
) -> None:
    client = make_client(owner, networks=networks)
    if is_taken:
        call(client.headers(), ip=ip)
    else:
        assert code_of(lambda: call(client.headers(), ip=ip)) == 907


def test_both_secrets_work_while_they_overlap(owner: Actor, client: Client) -> None:
    app, new = rotate_secret(owner, client.app.id, 24)
    call(client.headers(nonce="with-the-old"))
    call(Client(app, new).headers(nonce="with-the-new"))
    with write():
        app.old_until = now() - timedelta(seconds=1)
    assert code_of(lambda: call(client.headers(nonce="old-once-more"))) == 904


def test_an_app_that_is_switched_off_is_unknown(owner: Actor, client: Client) -> None:
    change_app(owner, client.app.id, {"is_enabled": False})
    assert code_of(lambda: call(client.headers())) == 902


def test_an_app_whose_member_is_gone_does_nothing(owner: Actor, client: Client) -> None:
    with write() as session:
        session.get_one(User, owner.user.id).is_active = False
    assert code_of(lambda: call(client.headers())) == 902


def test_the_body_is_not_read_for_who_is_unknown(client: Client) -> None:
    def body() -> bytes:
        raise AssertionError("read")

    headers = {**client.headers(), APP: "1"}
    refused = code_of(lambda: actor_of_signed(lambda name: headers.get(name, ""), "GET", TARGET, body, ip=IP))
    assert refused == 902


def test_signatures_are_compared_in_constant_time(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def compare(left: bytes, right: bytes) -> bool:
        compared.append((left, right))
        return left == right

    monkeypatch.setattr(hmac, "compare_digest", compare)
    headers = client.headers()
    call(headers)
    assert compared == [(headers[SIGNATURE].encode(), headers[SIGNATURE].encode())]


@given(
    st.text("abc/?&=%", max_size=20),
    st.binary(max_size=40),
    st.text("abc/?&=%", max_size=20),
    st.binary(max_size=40),
)
def test_two_requests_never_have_one_signature(one: str, body: bytes, other: str, second: bytes) -> None:
    left = signature_of("key", "GET", f"/{one}", "1", "n" * 8, body)
    right = signature_of("key", "GET", f"/{other}", "1", "n" * 8, second)
    # A lone question mark at the end asks for nothing: such a path is the same request.
    same = (one.partition("?")[::2], body) == (other.partition("?")[::2], second)
    assert (left == right) == same


def test_networks_are_read_as_they_were_kept() -> None:
    assert signed._is_within("10.0.0.1", [str(ipaddress.ip_network("10.0.0.0/8"))])
