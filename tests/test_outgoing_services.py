"""The same, through what people use: channels of each kind, pictures, sign-in services, imports, browsers."""

from __future__ import annotations

import json
import queue
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import certifi
import orjson
import pytest

from app.core.errors import InvalidError, UpstreamError
from app.engine.notify.registry import all_kinds
from app.engine.tamper.fetch import BrowseWant, browse
from app.engine.usability.loop import Engine
from app.engine.usability.types import Check
from app.models import Monitor, OidcProvider, db
from app.service.actor import Actor
from app.service.factor.openid import Client
from app.service.profile import avatar
from app.service.scheduling.schedule import compile_spec
from tests.anywhere import FRIEND, World, world
from tests.doors import BY_APPRISE, BY_BROWSER, HOSTS, REFUSED, TRICKS, ZONE, through_channel
from tests.engine.notify.test_aliyun_sms import CONFIG as ALIYUN
from tests.engine.notify.test_service_kinds import DINGTALK, FEISHU, SLACK, TELEGRAM, TWILIO, WECOM
from tests.engine.targets import redirect, reply
from tests.engine.usability.once import check
from tests.places import need_namespaces
from tests.service.job.jobs import CSV, imported

SOME = ("127.0.0.1", "169.254.169.254", "10.0.0.1", "ten.test", "metadata.test")
# Whose host is the service's own: all that can be wrong is where its name leads.
OWN_HOSTS: dict[str, dict[str, Any]] = {
    "dingtalk": DINGTALK,
    "feishu": FEISHU,
    "wecom": WECOM,
    "slack": SLACK,
    "telegram": TELEGRAM,
    "sms": TWILIO,
    "sms_aliyun": ALIYUN,
}
HTML = ("Content-Type: text/html; charset=utf-8",)


@pytest.fixture(scope="module")
def anywhere() -> Iterator[World]:
    need_namespaces()
    with world() as everything:
        for name, address in ZONE.items():
            everything.points(name, (address,))
        yield everything


@pytest.fixture
def quiet(anywhere: World) -> World:
    """Nothing has gone out yet."""
    anywhere.elsewhere()
    anywhere.arrivals()
    return anywhere


def test_every_kind_of_channel_is_in_the_table() -> None:
    assert {kind.name for kind in all_kinds()} == {"webhook", *BY_APPRISE, *OWN_HOSTS}


@pytest.mark.parametrize("name", BY_APPRISE)
def test_apprise_goes_to_no_forbidden_address(quiet: World, name: str) -> None:
    said = BY_APPRISE[name]([f"http://{host}:{quiet.port}/" for host in SOME], ())
    assert quiet.arrivals() == set()
    assert set(said) <= REFUSED


@pytest.mark.parametrize("name", BY_APPRISE)
def test_apprise_goes_where_the_organization_allows(quiet: World, name: str) -> None:
    BY_APPRISE[name]([f"http://10.1.2.3:{quiet.port}/"], ("10.1.0.0/16",))
    assert {each.address for each in quiet.arrivals()} == {"10.1.2.3"}


@pytest.mark.parametrize("name", OWN_HOSTS)
def test_a_service_whose_name_leads_inside_is_not_spoken_to(quiet: World, name: str) -> None:
    quiet.elsewhere("10.0.0.1", "169.254.169.254")
    (said,) = through_channel(name, lambda _url: OWN_HOSTS[name])(["http://x:1/"], ())
    assert quiet.arrivals() == set()
    assert said in REFUSED


@pytest.mark.parametrize("name", OWN_HOSTS)
def test_such_a_service_is_spoken_to_where_it_is_allowed(quiet: World, name: str) -> None:
    quiet.elsewhere("10.1.2.3")
    through_channel(name, lambda _url: OWN_HOSTS[name])(["http://x:1/"], ("10.1.0.0/16",))
    assert {(each.address, each.port) for each in quiet.arrivals()} == {("10.1.2.3", 443)}


def test_no_picture_is_fetched_from_inside(
    quiet: World, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(avatar, "TRIES_A_MINUTE", 1000)
    urls = [f"http://{host}:{quiet.port}/" for host in HOSTS]
    for url in [*urls, *(trick.format(quiet.port) for trick in TRICKS)]:
        with pytest.raises(InvalidError) as caught:
            avatar.fetch_avatar(owner, url)
        assert set(caught.value.fields) == {"url"}
    assert quiet.arrivals() == set()


def test_no_redirect_leads_a_picture_inside(
    quiet: World, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(avatar, "TRIES_A_MINUTE", 1000)
    owner.organization.allowed_networks = [FRIEND]
    for host in HOSTS:
        if host.isascii():
            quiet.friend.act = redirect(f"http://{host}:{quiet.port}/")
            with pytest.raises(InvalidError):
                avatar.fetch_avatar(owner, quiet.friend.url(host=FRIEND))
    assert quiet.arrivals() == set()


def client_of(owner: Actor, issuer: str) -> Client:
    provider = OidcProvider(organization_id=owner.organization_id, name="x", issuer=issuer, client_id="c")
    return Client(provider, owner.organization, "https://cloudeye.example/back")


def test_no_issuer_is_looked_up_inside(quiet: World, owner: Actor) -> None:
    for host in HOSTS:
        with pytest.raises(UpstreamError):
            client_of(owner, f"http://{host}:{quiet.port}").begin()
    assert quiet.arrivals() == set()


def _describing(quiet: World, **places: str) -> Callable[[socket.socket, bytes], object]:
    """A sign-in service that names these as its addresses, and whose other answers are a token."""
    issuer = quiet.friend.url("", host=FRIEND)
    own = {name: f"{issuer}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
    description = {"issuer": issuer, **own, **places}

    def act(connection: socket.socket, request: bytes) -> None:
        document = description if b"openid-configuration" in request else {"id_token": "a.b.c"}
        kind = ("Content-Type: application/json",)
        reply(json.dumps(document).encode(), headers=kind)(connection, request)

    return act


@pytest.mark.parametrize("name", ["token_endpoint", "jwks_uri"])
def test_no_issuer_leads_us_inside(quiet: World, owner: Actor, name: str) -> None:
    owner.organization.allowed_networks = [FRIEND]
    client = client_of(owner, quiet.friend.url("", host=FRIEND))
    for host in HOSTS:
        quiet.friend.act = _describing(quiet, **{name: f"http://{host}:{quiet.port}/"})
        _url, attempt = client.begin()
        with pytest.raises(UpstreamError):
            client.finish(attempt, "code")
    assert quiet.arrivals() == set()


@pytest.mark.parametrize("name", ["token_endpoint", "jwks_uri"])
def test_an_issuer_s_places_are_asked_where_that_is_allowed(quiet: World, owner: Actor, name: str) -> None:
    owner.organization.allowed_networks = [FRIEND, "10.1.0.0/16"]
    quiet.friend.act = _describing(quiet, **{name: f"http://10.1.2.3:{quiet.port}/"})
    client = client_of(owner, quiet.friend.url("", host=FRIEND))
    _url, attempt = client.begin()
    with pytest.raises(UpstreamError):
        client.finish(attempt, "code")
    assert {each.address for each in quiet.arrivals()} == {"10.1.2.3"}


def _probe(monitors: list[Monitor], owner: Actor) -> list[str | None]:
    """Each as its probe would do it, from what the probe is told."""
    samples: queue.SimpleQueue[Any] = queue.SimpleQueue()
    specs = [orjson.loads(compile_spec(monitor, owner.organization)) for monitor in monitors]
    with Engine(ca_file=certifi.where(), location="here", now_ms=lambda: int(time.time() * 1000)) as engine:
        checks = [
            Check(number, 0, kind, config, 0, 2000, tuple(allow))
            for number, (kind, config, _timeout, _interval, allow, _inverted) in enumerate(specs)
        ]
        engine.submit(checks, samples.put)
        return [samples.get(timeout=30).reason for _ in checks]


def test_imported_sites_are_not_probed_inside(quiet: World, owner: Actor) -> None:
    rows = "".join(f"S{n},http://{host}:{quiet.port}/,,,http; ping; tcp\n" for n, host in enumerate(HOSTS))
    outcome = imported(owner, CSV + rows.encode())
    assert outcome["added"] > 0, outcome
    monitors = db.session.query(Monitor).all()
    assert set(_probe(monitors, owner)) <= REFUSED
    assert quiet.arrivals() == set()


def test_an_import_takes_no_address_that_can_be_read_in_two_ways(quiet: World, owner: Actor) -> None:
    rows = [f'S{n},"{trick.format(quiet.port)}",,,http' for n, trick in enumerate(TRICKS) if "#" not in trick]
    outcome = imported(owner, CSV + "\n".join(rows).encode())
    assert outcome["added"] == 0


def _page_of_everything(quiet: World) -> bytes:
    """A page that asks for each address as a picture and by script, and for some in every other way."""
    urls = [f"http://{host}:{quiet.port}/" for host in HOSTS]
    urls += [
        trick.format(quiet.port) for trick in TRICKS if trick.startswith("http://") and "\t" not in trick
    ]
    pictures = "".join(f"<img src='{url}i'>" for url in urls)
    some = [f"http://{host}:{quiet.port}/" for host in SOME]
    others = "".join(
        f"<iframe src='{url}f'></iframe><script src='{url}s'></script><link rel=preconnect href='{url}'>"
        for url in some
    )
    script = f"""
    for (const url of {json.dumps(urls)}) fetch(url, {{mode: "no-cors"}}).catch(() => 0);
    for (const url of {json.dumps(some)}) try {{ new WebSocket(url.replace("http", "ws")) }} catch (e) {{}}
    const peer = new RTCPeerConnection({{iceServers: [{{urls: "stun:10.0.0.1:{quiet.port}"}}]}});
    peer.createDataChannel("x");
    peer.createOffer().then(offer => peer.setLocalDescription(offer));
    """
    return f"<!doctype html><h1>Hello</h1>{pictures}{others}<script>{script}</script>".encode()


@pytest.mark.browser
def test_a_page_that_asks_for_everything_gets_nothing(quiet: World, chromium_path: str) -> None:
    quiet.friend.act = reply(_page_of_everything(quiet), headers=HTML)
    want = BrowseWant(quiet.friend.url(host=FRIEND), allow=(FRIEND,), timeout_seconds=30)
    seen = browse(want, chromium=chromium_path, now=time.time)
    assert b"Hello" in seen.observation.body
    assert quiet.arrivals() == set()


@pytest.mark.browser
@pytest.mark.parametrize("type_name", sorted(BY_BROWSER))
def test_a_probe_s_page_gets_nothing_either(quiet: World, type_name: str, chromium_path: str) -> None:
    quiet.friend.act = reply(_page_of_everything(quiet), headers=HTML)
    url = quiet.friend.url(host=FRIEND)
    check(type_name, timeout_ms=25_000, url=url, allow=(FRIEND,))
    assert quiet.friend.requests and quiet.arrivals() == set()


@pytest.mark.browser
@pytest.mark.parametrize("host", SOME)
def test_no_page_is_opened_inside(quiet: World, host: str, chromium_path: str) -> None:
    want = BrowseWant(f"http://{host}:{quiet.port}/", timeout_seconds=20)
    seen = browse(want, chromium=chromium_path, now=time.time)
    assert seen.observation.error == "address_refused"
    assert quiet.arrivals() == set()
