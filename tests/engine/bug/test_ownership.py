"""Who answers for a host is believed when the proof is there, and nothing else is."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

import pytest

from app.engine.bug import ownership
from app.engine.bug.ownership import Checked, check_dns, check_file, check_meta, meta_tokens
from app.engine.bug.ownership_words import SENTENCES
from tests.engine.bug.zones import ZoneServer
from tests.engine.certs import Authority
from tests.engine.targets import Act, Target, redirect, reply

TOKEN = "abcdefgh12345678ABCDEFGH"
PROOF = f"cloudeye-verification={TOKEN}"
NOW = 1_790_000_000.0
LOOPBACK = ("127.0.0.0/8",)
NOT_FOUND = reply(b"no", "404 Not Found")


def serving(answers: dict[str, Act], otherwise: Act = NOT_FOUND) -> Act:
    """A site with an answer for each path."""

    def act(connection: socket.socket, request: bytes) -> None:
        path = request.split(b" ")[1].decode()
        answers.get(path, otherwise)(connection, request)

    return act


class PlainSite(Target):
    """A server without TLS: it hangs up on whoever begins with a handshake."""

    def _serve(self, connection: socket.socket) -> None:
        if connection.recv(1, socket.MSG_PEEK) == b"\x16":
            connection.close()
        else:
            super()._serve(connection)


@contextmanager
def site(act: Act) -> Iterator[str]:
    with PlainSite(act) as target:
        yield f"127.0.0.1:{target.port}"


def file_of(
    act: Act, *, allow: tuple[str, ...] = LOOPBACK, timeout: float = 5.0, ca_file: str = ""
) -> Checked:
    with site(act) as host:
        return check_file(host, TOKEN, ca_file=ca_file, allow=allow, timeout=timeout, now=NOW)


@pytest.fixture
def file(authority: Authority) -> Callable[..., Checked]:
    return lambda act, **how: file_of(act, ca_file=authority.ca_file, **how)


@pytest.fixture
def meta(authority: Authority) -> Callable[[bytes], Checked]:
    def look(page: bytes) -> Checked:
        act = serving({"/": reply(page, headers=("Content-Type: text/html",))})
        with site(act) as host:
            return check_meta(host, TOKEN, ca_file=authority.ca_file, allow=LOOPBACK, timeout=5, now=NOW)

    return look


def the_file(body: bytes) -> Act:
    return serving({ownership.file_path(TOKEN): reply(body, headers=("Content-Type: text/plain",))})


def test_it_accepts_the_txt_record() -> None:
    with ZoneServer({"_cloudeye.shop.example TXT": ["v=other", PROOF]}) as zone:
        checked = check_dns("shop.example", TOKEN, dns_servers=(zone.address,), now=NOW)
    assert (checked.ok, checked.code, checked.permits_active, checked.at) == (True, "ok", True, NOW)


def test_it_joins_the_pieces_of_a_long_record() -> None:
    token = "t" * 128
    with ZoneServer({"_cloudeye.shop.example TXT": [ownership.proof(token)]}, piece=40) as zone:
        assert check_dns("shop.example", token, dns_servers=(zone.address,), now=NOW).ok


def test_it_finds_the_record_behind_an_alias() -> None:
    records = {"_cloudeye.shop.example CNAME": ["proofs.example"], "proofs.example TXT": [PROOF]}
    with ZoneServer(records) as zone:
        assert check_dns("shop.example:8443", TOKEN, dns_servers=(zone.address,), now=NOW).ok


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ({}, "dns_name_missing"),
        ({"_cloudeye.shop.example A": ["192.0.2.1"]}, "dns_txt_missing"),
        ({"_cloudeye.shop.example TXT": [PROOF + "x"]}, "dns_other_value"),
        ({"_cloudeye.shop.example TXT": [f"I say {PROOF}"]}, "dns_other_value"),
        ({"shop.example TXT": [PROOF]}, "dns_name_missing"),
    ],
)
def test_it_says_what_is_wrong_with_the_record(records: dict[str, list[str]], code: str) -> None:
    with ZoneServer(records) as zone:
        checked = check_dns("shop.example", TOKEN, dns_servers=(zone.address,), now=NOW)
    assert (checked.ok, checked.code) == (False, code)
    assert "_cloudeye.shop.example" in checked.sentence("en")


def test_it_waits_for_name_servers_no_longer_than_told() -> None:
    with ZoneServer({}, is_silent=True) as zone:
        begun = monotonic()
        checked = check_dns("shop.example", TOKEN, dns_servers=(zone.address,), timeout=0.6, now=NOW)
        assert monotonic() - begun < 3
    assert (checked.code, checked.is_certain) == ("dns_timeout", False)


def test_it_says_that_an_address_has_no_records() -> None:
    assert check_dns("192.0.2.7", TOKEN, now=NOW).code == "dns_needs_name"


@pytest.mark.parametrize("body", [PROOF, PROOF + "\n", PROOF + "\r\n"])
def test_it_accepts_the_file(file: Callable[..., Checked], body: str) -> None:
    checked = file(the_file(body.encode()))
    assert (checked.ok, checked.code, checked.permits_active) == (True, "ok", True)


@pytest.mark.parametrize("body", [PROOF + "\n\n", " " + PROOF, PROOF[:-1], "", PROOF + " and more"])
def test_it_refuses_a_file_that_says_anything_else(file: Callable[..., Checked], body: str) -> None:
    assert file(the_file(body.encode())).code == "file_wrong_body"


def test_it_names_a_missing_file(file: Callable[..., Checked]) -> None:
    checked = file(NOT_FOUND)
    assert (checked.code, checked.detail["status"]) == ("file_missing", 404)


def test_it_names_a_page_in_the_place_of_the_file(file: Callable[..., Checked]) -> None:
    page = reply(f"<html>{PROOF}</html>".encode(), headers=("Content-Type: text/html",))
    assert file(serving({}, page)).code == "file_is_page"


def test_it_refuses_a_site_that_says_the_same_everywhere(file: Callable[..., Checked]) -> None:
    assert file(serving({}, reply(PROOF.encode()))).code == "catch_all"


def test_it_refuses_a_site_that_repeats_the_token_of_the_address(file: Callable[..., Checked]) -> None:
    def echo(connection: socket.socket, request: bytes) -> None:
        token = request.split(b" ")[1].partition(b"cloudeye-")[2].removesuffix(b".txt")
        reply(b"cloudeye-verification=" + token)(connection, request)

    assert file(echo).code == "catch_all"


def test_it_follows_a_redirect_within_the_host(file: Callable[..., Checked]) -> None:
    path = ownership.file_path(TOKEN)
    act = serving({path: redirect("/proof"), "/proof": reply(PROOF.encode())})
    assert file(act).ok


def test_it_does_not_follow_a_redirect_off_the_host(file: Callable[..., Checked]) -> None:
    with PlainSite(the_file(PROOF.encode())) as other:
        checked = file(serving({}, redirect(other.url(ownership.file_path(TOKEN)))))
        assert (checked.code, other.requests) == ("redirected_away", [])


def test_it_ends_redirects_in_a_circle(file: Callable[..., Checked]) -> None:
    assert file(serving({}, redirect("/again"))).code == "too_many_redirects"


def test_it_contacts_no_private_address_unless_allowed(file: Callable[..., Checked]) -> None:
    assert file(the_file(PROOF.encode()), allow=()).code == "address_refused"


def test_it_ends_in_time_when_the_server_drips(authority: Authority) -> None:
    def drip(connection: socket.socket, _request: bytes) -> None:
        while True:
            connection.sendall(b"H")
            if stopped.wait(0.05):
                return

    with PlainSite(drip) as target:
        stopped = target.until_closed
        begun = monotonic()
        host = f"127.0.0.1:{target.port}"
        checked = check_file(host, TOKEN, ca_file=authority.ca_file, allow=LOOPBACK, timeout=0.5, now=NOW)
        assert monotonic() - begun < 3
    assert (checked.code, checked.is_certain) == ("timeout", False)


def test_it_ends_in_time_when_nothing_is_said_in_a_handshake(authority: Authority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        begun = monotonic()
        checked = check_file(host, TOKEN, ca_file=authority.ca_file, allow=LOOPBACK, timeout=0.4, now=NOW)
        assert monotonic() - begun < 2
    assert checked.code == "timeout"


@pytest.mark.parametrize(
    "garbage", [b"\x00\xff" * 500, b"HTTP/1.1 two hundred\r\n\r\n", b"HTTP/1.1 200 OK\r\n"]
)
def test_it_survives_garbage(file: Callable[..., Checked], garbage: bytes) -> None:
    checked = file(lambda connection, _request: connection.sendall(garbage))
    assert not checked.ok and checked.sentence("zh")


def test_it_accepts_the_file_over_https(authority: Authority) -> None:
    tls = authority.context("127.0.0.1")
    with Target(the_file(PROOF.encode()), tls=tls) as target:
        host = f"127.0.0.1:{target.port}"
        checked = check_file(host, TOKEN, ca_file=authority.ca_file, allow=LOOPBACK, timeout=5, now=NOW)
    assert checked.ok and str(checked.detail["url"]).startswith("https:")


def test_it_believes_no_certificate_that_is_not_trusted(authority: Authority) -> None:
    tls = authority.context("127.0.0.1", self_signed=True)
    with Target(the_file(PROOF.encode()), tls=tls) as target:
        host = f"127.0.0.1:{target.port}"
        checked = check_file(host, TOKEN, ca_file=authority.ca_file, allow=LOOPBACK, timeout=5, now=NOW)
    assert checked.code == "tls_failed"


def test_it_reads_chunks_and_ends_with_them(file: Callable[..., Checked]) -> None:
    body = PROOF.encode()
    wire = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)

    def chunked(connection: socket.socket, request: bytes) -> None:
        if TOKEN.encode() not in request:
            NOT_FOUND(connection, request)
            return
        connection.sendall(wire)
        connection.recv(1)  # It stays open until the asker has had enough.

    assert file(chunked).ok


def test_it_accepts_the_meta_tag_for_passive_checks_only(meta: Callable[[bytes], Checked]) -> None:
    checked = meta(f"<html><head><title>x</title>{ownership.meta_tag(TOKEN)}</head></html>".encode())
    assert (checked.ok, checked.permits_active) == (True, False)


@pytest.mark.parametrize(
    ("page", "code"),
    [
        ("<head><!-- {tag} --></head>", "meta_not_in_head"),
        ("<head><title>x</title></head><body>{tag}</body>", "meta_not_in_head"),
        ("<head></head><body><textarea>{tag}</textarea></body>", "meta_not_in_head"),
        ("<head><script>'{tag}'</script></head>", "meta_not_in_head"),
        ("<head><title>{tag}</title></head>", "meta_not_in_head"),
        ("<head><noscript>{tag}</noscript></head>", "meta_not_in_head"),
        ("<head><title>x</title></head><p>hello", "meta_missing"),
        ("<body>hi</body><head>{tag}</head>", "meta_not_in_head"),
        ("<head><unknown>{tag}</head>", "meta_not_in_head"),
        ("<head><title>x</title><div>hi</div>{tag}</head>", "meta_not_in_head"),
        ("<head><title>x</title>hi {tag}</head>", "meta_not_in_head"),
        ('<head><meta name="cloudeye-verification" content="other"></head>', "meta_other_value"),
        ("", "meta_missing"),
    ],
)
def test_it_counts_the_meta_tag_nowhere_but_in_the_head(
    meta: Callable[[bytes], Checked], page: str, code: str
) -> None:
    checked = meta(page.replace("{tag}", ownership.meta_tag(TOKEN)).encode())
    assert (checked.ok, checked.code) == (False, code)


def test_it_finds_the_tag_among_those_of_others() -> None:
    head = '<meta name="cloudeye-verification" content="one"><META NAME=CloudEye-Verification CONTENT=two>'
    assert meta_tokens(f"<!doctype html><head>{head}</head>") == ("one", "two")


def test_every_outcome_has_its_sentences() -> None:
    assert all(set(texts) == {"en", "zh"} and all(texts.values()) for texts in SENTENCES.values())


@pytest.mark.parametrize("token", ["", "short", "a" * 129, "with blank in it......", "../../../etc/passwd"])
def test_it_takes_no_token_that_is_none(token: str) -> None:
    with pytest.raises(ValueError, match="token"):
        ownership.proof(token)


@pytest.mark.parametrize("host", ["", "a.example/path", "user@a.example", "a b.example", "a.example/"])
def test_it_takes_no_host_that_is_none(host: str) -> None:
    with pytest.raises(ValueError):
        check_dns(host, TOKEN, now=NOW)


def test_the_record_stands_below_the_host_without_its_port() -> None:
    assert ownership.record_name("Shop.Example:8443") == "_cloudeye.shop.example"


def test_name_servers_that_send_nonsense_are_a_failure() -> None:
    with ZoneServer({}, garbage=b"\x00\x01\x02") as zone:
        checked = check_dns("shop.example", TOKEN, dns_servers=(zone.address,), timeout=0.6, now=NOW)
    assert checked.code in ("dns_failed", "dns_timeout")


_UNDER_GEVENT = """
from gevent import monkey
monkey.patch_all()
import socket, sys, time
import gevent
from app.engine.bug.ownership import check_dns, check_file
turns = []
def tick():
    while True:
        turns.append(time.monotonic())
        gevent.sleep(0.01)
gevent.spawn(tick)
silent = socket.create_server(("127.0.0.1", 0))
host = "127.0.0.1:%d" % silent.getsockname()[1]
how = {"allow": ("127.0.0.0/8",), "timeout": 0.6, "now": 1.0}
print(check_file(host, "a" * 20, ca_file=sys.argv[1], **how).code)
deaf = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
deaf.bind(("127.0.0.1", 0))
server = "127.0.0.1:%d" % deaf.getsockname()[1]
print(check_dns("shop.example", "a" * 20, dns_servers=(server,), timeout=0.6, now=1.0).code)
print(max(b - a for a, b in zip(turns, turns[1:])) < 0.3)
"""


def test_others_go_on_under_gevent_while_it_waits(authority: Authority) -> None:
    command = [sys.executable, "-c", _UNDER_GEVENT, authority.ca_file]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["timeout", "dns_timeout", "True"]


def test_all_its_requests_together_end_in_time(authority: Authority) -> None:
    def late(connection: socket.socket, request: bytes) -> None:
        waits.wait(0.25)
        redirect("/again")(connection, request)

    with PlainSite(late) as target:
        waits = target.until_closed
        begun = monotonic()
        host = f"127.0.0.1:{target.port}"
        check_file(host, TOKEN, ca_file=authority.ca_file, allow=LOOPBACK, timeout=0.5, now=NOW)
        assert monotonic() - begun < 1
