"""Every door through which CloudEye goes out, and every address it must not go to.

A door asks for each URL and gives a word for each: "ok", or what it said. The host and the port of the URL
are what a door that takes no URL is given.
"""

from __future__ import annotations

import queue
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import certifi

from app.core.http import Door, DoorError
from app.engine.browser.guard_proxy import GuardProxy
from app.engine.bug.fetch_once import fetch_once
from app.engine.bug.http.asker import Asker
from app.engine.bug.ownership import check_file, check_meta
from app.engine.bug.types import Plan, Request
from app.engine.net.guard import AddressRefusedError, AllowList
from app.engine.net.trace import trace
from app.engine.notify.apprise_child import Fence, FencedError
from app.engine.notify.registry import get_kind
from app.engine.tamper.fetch import Fetcher, Want
from app.engine.tamper.fetch.crawl import find_pages
from app.engine.usability.loop import Engine
from app.engine.usability.registry import all_types
from app.engine.usability.types import Check, Sample
from tests.engine.notify.local import AT, opened

Networks = tuple[str, ...]
Ask = Callable[[Sequence[str], Networks], list[str]]

FORBIDDEN: dict[str, tuple[str, ...]] = {
    "private": ("10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.1.1", "[fd00::1]", "[fec0::1]"),
    "loopback": ("127.0.0.1", "127.255.255.254", "[::1]", "localhost", "a.localhost"),
    "link-local": ("169.254.1.1", "[fe80::1]"),
    "metadata": ("169.254.169.254", "168.63.129.16", "100.100.100.200", "[fd00:ec2::254]", "192.0.0.192"),
    "carrier-grade NAT": ("100.64.0.1", "100.127.255.254"),
    "unspecified": ("0.0.0.0", "0.1.2.3", "[::]"),
    "broadcast": ("255.255.255.255",),
    "multicast": ("224.0.0.1", "239.255.255.250", "[ff02::1]"),
    "reserved": ("192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "240.0.0.1", "[2001:db8::1]"),
    "IPv4-mapped": ("[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[::127.0.0.1]"),
    "NAT64": ("[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::a00:1]"),
    "6to4 and Teredo": ("[2002:7f00:1::]", "[2002:a9fe:a9fe::1]", "[2001:0:7f00:1::]"),
    "decimal": ("2130706433", "2852039166", "127.1", "10.1"),
    "octal": ("0177.0.0.1", "017700000001", "0251.0376.0251.0376"),
    "hexadecimal": ("0x7f.1", "0x7f000001", "0xa9fea9fe", "0xA9.254.0xa9.254"),
    "other digits": ("１２７.0.0.1", "127。0。0。1", "①②⑦.0.0.1"),
    "dots": ("127.0.0.1.", "localhost.", "169.254.169.254."),
    "names": ("ten.test", "loop.test", "metadata.test", "mapped.test", "six.test", "alias.test"),
}
ZONE = {
    "ten.test": "10.0.0.1",
    "loop.test": "127.0.0.1",
    "metadata.test": "169.254.169.254",
    "mapped.test": "::ffff:10.0.0.1",
    "six.test": "fd00::1",
    "alias.test": "64:ff9b::7f00:1",
}
HOSTS = [host for hosts in FORBIDDEN.values() for host in hosts]
# What two readers of a URL may read differently; `{}` is the port.
TRICKS = (
    "http://example.org@127.0.0.1:{}/",
    "http://example.org:80@127.0.0.1:{}/",
    "http://127.0.0.1:{}@example.org/",
    "http://example.org#@127.0.0.1:{}/",
    "http://example.org\\@127.0.0.1:{}/",
    "http://127.0.0.1:{}\\@example.org/",
    "http://example.org%2523@127.0.0.1:{}/",
    "http://127.0.0.1%00.example.org:{}/",
    "http://127.0.0.1%2f@example.org:{}/",
    "http://[::1%25lo]:{}/",
    "http://[::ffff:127.0.0.1%2511]:{}/",
    "http://127.0.0.1\t:{}/",
    "http:127.0.0.1:{}/",
    "http:///127.0.0.1:{}/",
    "//127.0.0.1:{}/",
    "gopher://127.0.0.1:{}/_x",
    "dict://127.0.0.1:{}/info",
    "file:///etc/passwd?{}",
    "ftp://127.0.0.1:{}/",
)
REFUSED = {
    "refused", "url", "address_refused", "url_invalid", "config_invalid", "redirect_invalid",
    }  # fmt: skip


def taken_apart(url: str) -> tuple[str, int]:
    host, _, port = url.partition("://")[2].partition("/")[0].rpartition(":")
    return host, int(port)


def through_door(method: str, urls: Sequence[str], allow: Networks) -> list[str]:
    door = Door(AllowList.of(allow), connect_seconds=5, total_seconds=10)

    def ask(url: str) -> str:
        try:
            door.request(method, url, data=b"x" if method == "POST" else None)
        except DoorError as error:
            return error.code
        return "ok"

    return [ask(url) for url in urls]


class ListedDoor(Door):
    """As channels have it."""

    def __init__(self, allow: Networks) -> None:
        super().__init__(AllowList.of(allow), connect_seconds=5, total_seconds=10)
        self.networks, self.ca_file = allow, certifi.where()


def through_channel(kind: str, config: Callable[[str], dict[str, Any]]) -> Ask:
    def ask(urls: Sequence[str], allow: Networks) -> list[str]:
        return [_sent(kind, config(url), allow) for url in urls]

    return ask


def _sent(name: str, config: dict[str, Any], allow: Networks) -> str:
    kind = get_kind(name)
    try:
        parsed = kind.parse(config)
    except ValueError:
        return "config_invalid"
    said = kind.send(parsed, opened(), ListedDoor(allow), locale="en", at=AT)
    if said.ok:
        return "ok"
    is_refusal = "not on the allow-list" in said.error or (said.permanent and "URL" in said.error)
    return "refused" if is_refusal else said.error


def _by_apprise(url: str) -> dict[str, Any]:
    return {"url": url.replace("http", "json", 1)}


def _by_mail(url: str) -> dict[str, Any]:
    host, port = taken_apart(url)
    sender = {"sender": "a@example.org", "to": ["b@example.org"]}
    return {"host": host, "port": port, "security": "none", **sender}


def fetched_plainly(urls: Sequence[str], allow: Networks) -> list[str]:
    fetcher = Fetcher(ca_file=certifi.where(), now=time.time)
    try:
        seen = fetcher.fetch([Want(url, allow=allow, timeout_ms=2000) for url in urls])
    finally:
        fetcher.close()
    return [each.error or "ok" for each in seen]


def crawled(urls: Sequence[str], allow: Networks) -> list[str]:
    fetcher = Fetcher(ca_file=certifi.where(), now=time.time)

    def ask(url: str) -> str:
        try:
            found = find_pages(fetcher, url, limit=1, allow=allow, pause_seconds=0)
        except ValueError:
            return "url_invalid"
        return "ok" if found else "refused"

    try:
        return [ask(url) for url in urls]
    finally:
        fetcher.close()


def fetched_once(urls: Sequence[str], allow: Networks) -> list[str]:
    how: dict[str, Any] = {"ca_file": certifi.where(), "allow": allow, "timeout": 2}
    return [fetch_once(url, **how).error or "ok" for url in urls]


def verified(check: Callable[..., Any], urls: Sequence[str], allow: Networks) -> list[str]:
    def ask(url: str) -> str:
        host = url.partition("://")[2].rstrip("/")
        try:
            seen = check(host, "a" * 32, ca_file=certifi.where(), allow=allow, timeout=10, now=time.time())
        except ValueError:
            return "url_invalid"
        return "ok" if seen.ok or "status" in seen.detail or "found" in seen.detail else str(seen.code)

    return [ask(url) for url in urls]


def scanned(urls: Sequence[str], allow: Networks) -> list[str]:
    def ask(url: str) -> str:
        plan = Plan(url, rate=500, allow=allow, ca_file=certifi.where(), max_seconds=20)
        try:
            asker = Asker(plan, now=time.time)
            answer = asker.follow(Request(url), most=3)[-1]
        except ValueError:
            return "url_invalid"
        return answer.error or "ok"

    return [ask(url) for url in urls]


def traced(urls: Sequence[str], allow: Networks) -> list[str]:
    def ask(url: str) -> str:
        try:
            trace(taken_apart(url)[0].strip("[]"), AllowList.of(allow), seconds=0.2, most_hops=2)
        except AddressRefusedError:
            return "refused"
        except OSError as error:
            return type(error).__name__
        return "ok"

    return [ask(url) for url in urls]


def probed(kind: str, config: Callable[[str], dict[str, Any]]) -> Ask:
    def ask(urls: Sequence[str], allow: Networks) -> list[str]:
        samples: queue.SimpleQueue[Any] = queue.SimpleQueue()
        now_ms = int(time.time() * 1000)
        checks = [Check(number, 0, kind, config(url), now_ms, 2000, allow) for number, url in enumerate(urls)]
        with Engine(
            ca_file=certifi.where(), location="here", now_ms=lambda: int(time.time() * 1000)
        ) as engine:
            engine.submit(checks, samples.put)
            found = [samples.get(timeout=30) for _ in checks]
        return [_word(each) for each in sorted(found, key=lambda each: each.id)]

    return ask


def _word(sample: Sample) -> str:
    if sample.reason == "token_unreachable":
        return "refused" if "not on the allow-list" in sample.detail["error"] else sample.detail["error"]
    return sample.reason or "ok"


def _by_host(url: str, **more: Any) -> dict[str, Any]:
    host, port = taken_apart(url)
    return {"host": host, "port": port, **more}


def behind_proxy(urls: Sequence[str], allow: Networks) -> list[str]:
    """What a browser reaches through its only way out."""
    guard = GuardProxy(AllowList.of(allow))

    def ask(url: str) -> str:
        with socket.create_connection(("127.0.0.1", guard.port), 5) as connection:
            connection.sendall(f"GET {url} HTTP/1.1\r\n\r\n".encode())
            try:
                return "ok" if connection.recv(1) else "refused"
            except OSError:
                return "refused"

    try:
        return [ask(url) for url in urls]
    finally:
        guard.close()


def fenced(urls: Sequence[str], allow: Networks) -> list[str]:
    """What Apprise's libraries reach: they look names up themselves, and each address is judged."""
    fence = Fence(AllowList.of(allow), ())

    def ask(url: str) -> str:
        host, port = taken_apart(url)
        try:
            found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return "refused"
        for _family, _type, _protocol, _name, address in found:
            try:
                fence("socket.connect", (None, address))
            except FencedError:
                continue
            with suppress(OSError), socket.create_connection((str(address[0]), port), 1):
                return "ok"
        return "refused"

    return [ask(url) for url in urls]


def _whois(url: str) -> dict[str, Any]:
    place = "{}:{}".format(*taken_apart(url))
    return {"domain": "example.org", "source": "whois", "whois_server": place}


_BEHIND = "http://93.184.216.34/"
PROBES: dict[str, tuple[str, Callable[[str], dict[str, Any]]]] = {
    "dns": ("dns", lambda url: {"name": "example.org", "resolvers": ["{}:{}".format(*taken_apart(url))]}),
    "domain": ("domain", _whois),
    "domain by RDAP": (
        "domain",
        lambda url: {"domain": "example.org", "source": "rdap", "rdap_url": url},
    ),
    "ping": ("ping", lambda url: {"host": taken_apart(url)[0]}),
    "steps": ("steps", lambda url: {"steps": [{"url": url}]}),
    "websocket": ("websocket", lambda url: {"url": url.replace("http", "ws", 1)}),
    "http by a proxy": (
        "http",
        lambda url: {"url": _BEHIND, "proxy": url.removesuffix("/")},
    ),
    "http by a SOCKS proxy": (
        "http",
        lambda url: {"url": _BEHIND, "proxy": url.removesuffix("/").replace("http", "socks5", 1)},
    ),
    "http with a token": (
        "http",
        lambda url: {
            "url": _BEHIND,
            "auth": {"type": "oauth2", "token_url": url, "client_id": "a", "client_secret": "b"},
        },
    ),
}
# Apprise takes most of a second a message: these get a few addresses each, the fence that judges gets all.
BY_APPRISE: dict[str, Ask] = {
    "apprise": through_channel("apprise", _by_apprise),
    "mail": through_channel("mail", _by_mail),
}
# Chromium takes a second a page: its table is one page that asks for everything.
BY_BROWSER = {"browser"}


def probes() -> Iterator[tuple[str, Ask]]:
    """Each type that is asked at all; one that takes neither a URL nor a host has to be described above."""
    for kind in all_types():
        if kind.is_probed and kind.name not in PROBES and kind.name not in BY_BROWSER:
            required = set(kind.schema()["required"])
            takes_url = "url" in required
            if not takes_url and "host" not in required:
                raise AssertionError(f"how does {kind.name} go out? Describe it in PROBES.")
            yield f"probe {kind.name}", probed(kind.name, _by_url if takes_url else _by_host)
    for name, (type_name, config) in PROBES.items():
        yield f"probe {name}", probed(type_name, config)


def _by_url(url: str) -> dict[str, Any]:
    return {"url": url}


DOORS: dict[str, Ask] = {
    "door GET": partial(through_door, "GET"),
    "door POST": partial(through_door, "POST"),
    "channel webhook": through_channel("webhook", _by_url),
    "tamper fetch": fetched_plainly,
    "tamper crawl": crawled,
    "ownership fetch": fetched_once,
    "scan": scanned,
    "trace": traced,
    "ownership file": partial(verified, check_file),
    "ownership meta": partial(verified, check_meta),
    "browser's proxy": behind_proxy,
    "Apprise's fence": fenced,
    **dict(probes()),
}
