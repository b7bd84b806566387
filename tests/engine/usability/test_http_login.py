"""HTTP checks that prove who they are: basic, digest, bearer, OAuth 2, client certificates."""

from __future__ import annotations

import base64
import itertools
import json
import ssl
from pathlib import Path

import pytest

from app.engine.usability.reasons import sentence
from tests.engine.certs import Authority
from tests.engine.conftest import Probe
from tests.engine.targets import Target, free_port, redirect, reply
from tests.engine.usability.conftest import Probes
from tests.engine.usability.http_servers import Tokens, header_of, wants_bearer, wants_digest

_secrets = itertools.count()
# The server's word may be lost when it closes at once.
REFUSED = ("tls_client_refused", "connection_reset")


def _client(url: str, **more: str) -> dict[str, str]:
    """A client of a secret of its own, so that no test finds the token of another."""
    known = {"client_id": "probe", "client_secret": f"client-secret-{next(_secrets)}"}
    return {"type": "oauth2", "token_url": url, **known, **more}


def test_basic_sends_name_and_password_at_once(probe: Probe) -> None:
    with Target(reply()) as target:
        probe(target.url(), auth={"type": "basic", "username": "anna", "password": "pass:wörd"})
        said = header_of(target.requests[0], "Authorization")
    assert base64.b64decode(said.removeprefix("Basic ")).decode() == "anna:pass:wörd"


@pytest.mark.parametrize(("password", "status"), [("right", "up"), ("wrong", "down")])
def test_digest_answers_the_question(probe: Probe, password: str, status: str) -> None:
    with Target(wants_digest("anna", "right")) as target:
        sample = probe(
            target.url("/in?a=b"), auth={"type": "digest", "username": "anna", "password": password}
        )
    assert (sample.status, sample.http_status) == (status, 200 if status == "up" else 401)


def test_a_bearer_token_is_sent(probe: Probe) -> None:
    with Target(wants_bearer(lambda token: token == "abc")) as target:
        assert probe(target.url(), auth={"type": "bearer", "token": "abc"}).status == "up"


@pytest.mark.parametrize(
    "auth",
    [{"type": "basic", "username": "anna", "password": "pass"}, {"type": "bearer", "token": "abc"}],
)
def test_another_origin_does_not_get_the_log_in(probe: Probe, auth: dict[str, str]) -> None:
    with Target(reply()) as other, Target(redirect(other.url())) as target:
        sample = probe(target.url(), auth=auth)
        assert header_of(other.requests[0], "Authorization") == ""
    assert sample.status == "up"


def test_a_token_is_asked_for_by_what_the_client_is_and_wants(probe: Probe) -> None:
    tokens = Tokens()
    with Target(tokens) as issuer, Target(wants_bearer(lambda token: token == "t1")) as target:
        auth = _client(issuer.url("/token"), scope="read write", audience="https://api.example.org")
        assert probe(target.url(), auth=auth).status == "up"
    asked = tokens.asked[0]
    assert (asked["grant_type"], asked["scope"]) == ("client_credentials", "read write")
    assert asked["audience"] == "https://api.example.org"
    assert base64.b64decode(asked["authorization"].split(" ")[1]).startswith(b"probe:client-secret-")


def test_a_token_is_kept_until_it_is_refused(probes: Probes) -> None:
    tokens, good = Tokens(), {"t1"}
    with Target(tokens) as issuer, Target(wants_bearer(lambda token: token in good)) as target:
        config = {"url": target.url(), "auth": _client(issuer.url())}
        assert [probes(config).status, probes(config).status] == ["up", "up"]
        assert len(tokens.asked) == 1
        good.add("t2")
        good.discard("t1")
        assert probes(config).status == "up"
        good.clear()
        assert probes(config).http_status == 401
    assert len(tokens.asked) == 3


def test_a_token_is_fetched_anew_when_its_time_is_over(probes: Probes) -> None:
    tokens = Tokens(expires_in=0)
    with Target(tokens) as issuer, Target(reply()) as target:
        config = {"url": target.url(), "auth": _client(issuer.url())}
        assert [probes(config).status, probes(config).status] == ["up", "up"]
    assert len(tokens.asked) == 2


def test_the_clients_secret_goes_into_the_body_where_it_is_wanted_there(probe: Probe) -> None:
    tokens = Tokens()
    with Target(tokens) as issuer, Target(reply()) as target:
        probe(target.url(), auth=_client(issuer.url(), send_as="body"))
    assert tokens.asked[0]["client_id"] == "probe"
    assert tokens.asked[0]["client_secret"].startswith("client-secret-")
    assert tokens.asked[0]["authorization"] == ""


def test_an_issuer_that_refuses_is_named(probe: Probe) -> None:
    with Target(Tokens(status="401 Unauthorized")) as issuer, Target(reply()) as target:
        sample = probe(target.url(), auth=_client(issuer.url()))
        assert target.requests == []
    assert (sample.status, sample.reason) == ("down", "token_refused")
    assert "invalid_client" in sample.detail["error"]


def test_an_issuer_that_is_not_there_is_told_in_words(probe: Probe) -> None:
    url = f"http://127.0.0.1:{free_port()}/token"
    with Target(reply()) as target:
        sample = probe(target.url(), auth=_client(url))
    assert sentence(sample.reason, sample.detail).startswith(
        f"The token could not be fetched from {url}: 127"
    )
    assert "拒绝了端口" in sentence(sample.reason, sample.detail, "zh")
    assert "connect_refused" not in sentence(sample.reason, sample.detail)


def test_a_token_may_come_with_a_byte_order_mark(probe: Probe) -> None:
    with (
        Target(reply(b'\xef\xbb\xbf{"access_token": "t1"}')) as issuer,
        Target(wants_bearer("t1".__eq__)) as target,
    ):
        assert probe(target.url(), auth=_client(issuer.url())).status == "up"


def test_the_guard_judges_the_issuer_too(probe: Probe) -> None:
    with Target(reply()) as target:
        sample = probe(target.url(), auth=_client("http://10.0.0.1/token"), timeout_ms=1000)
    assert (sample.status, sample.reason, sample.detail["error"]) == (
        "down", "token_unreachable", "address_refused",
    )  # fmt: skip


def test_an_answer_without_a_token_is_no_token(probe: Probe) -> None:
    with Target(reply(json.dumps([1]).encode())) as issuer, Target(reply()) as target:
        assert probe(target.url(), auth=_client(issuer.url())).reason == "token_refused"


@pytest.fixture
def wants_certificate(authority: Authority) -> ssl.SSLContext:
    context = authority.context("127.0.0.1")
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority.ca_file)
    return context


def test_a_client_certificate_opens_the_door(
    probe: Probe, authority: Authority, wants_certificate: ssl.SSLContext
) -> None:
    certificate, key = (Path(each).read_text() for each in authority.files("client"))
    with Target(reply(), tls=wants_certificate) as target:
        assert probe(target.url()).reason in REFUSED
        sample = probe(target.url(), client_certificate=certificate, client_key=key)
    assert (sample.status, sample.reason) == ("up", None)


def test_another_origin_does_not_see_the_client_certificate(
    probe: Probe, authority: Authority, wants_certificate: ssl.SSLContext
) -> None:
    certificate, key = (Path(each).read_text() for each in authority.files("client"))
    with Target(reply(), tls=wants_certificate) as other, Target(redirect(other.url())) as target:
        sample = probe(target.url(), client_certificate=certificate, client_key=key)
    assert sample.reason in REFUSED


def test_a_key_of_another_certificate_is_refused_at_its_field(probe: Probe, authority: Authority) -> None:
    certificate, _ = (Path(each).read_text() for each in authority.files("client"))
    _, key = (Path(each).read_text() for each in authority.files("client"))
    sample = probe("https://127.0.0.1/", client_certificate=certificate, client_key=key)
    assert sample.reason == "config_invalid"
    assert sample.detail["error"].startswith("client_key: This key does not belong")


def test_own_authorities_replace_the_public_ones(probe: Probe, authority: Authority, tmp_path: Path) -> None:
    other = Authority(tmp_path)
    with Target(reply(), tls=other.context("127.0.0.1")) as target:
        assert probe(target.url()).reason == "tls_untrusted"
        assert probe(target.url(), ca_bundle=Path(other.ca_file).read_text()).status == "up"
