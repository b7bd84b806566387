"""Names to addresses, against a name server on loopback that can misbehave."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from time import monotonic

import dns.rcode
import dns.rdatatype
import pytest

from app.engine.net.hosts import HostsFile, ResolvConf, Server, read_servers
from app.engine.net.resolver import LookupFailedError, resolve
from tests.engine.targets import NameServer, free_port


@pytest.fixture
def names() -> Iterator[NameServer]:
    with NameServer({"both.test": ("192.0.2.1", "2001:db8::1"), "four.test": ("192.0.2.4",)}) as server:
        yield server


def _why(host: str, server: str, timeout: float = 5.0) -> str:
    with pytest.raises(LookupFailedError) as caught:
        resolve(host, timeout, dns_servers=(server,))
    return caught.value.reason


def test_it_finds_both_families(names: NameServer) -> None:
    found = resolve("both.test", 5, dns_servers=(names.address,))
    assert sorted(found) == ["192.0.2.1", "2001:db8::1"]


def test_it_asks_for_one_family_only_when_told(names: NameServer) -> None:
    assert resolve("both.test", 5, family="6", dns_servers=(names.address,)) == ["2001:db8::1"]
    assert names.asked == {"both.test": 1}


def test_it_follows_aliases(names: NameServer) -> None:
    names.aliases["www.test"] = "four.test"
    assert resolve("www.test", 5, dns_servers=(names.address,)) == ["192.0.2.4"]


def test_a_missing_name_is_told_from_one_without_addresses(names: NameServer) -> None:
    names.zone["empty.test"] = ()
    assert _why("missing.test", names.address) == "dns_not_found"
    assert _why("empty.test", names.address) == "dns_no_address"


def test_a_failing_server_is_asked_twice_and_named(names: NameServer) -> None:
    names.rcode = dns.rcode.SERVFAIL
    assert _why("both.test", names.address) == "dns_failed"
    assert names.asked == {"both.test": 4}


def test_silence_ends_with_the_time(names: NameServer) -> None:
    names.is_silent = True
    begun = monotonic()
    assert _why("both.test", names.address, timeout=0.3) == "probe_no_dns"
    assert monotonic() - begun < 3


def test_silence_about_one_name_is_told_from_silence_about_all(names: NameServer) -> None:
    names.ignores.add("both.test")
    assert _why("both.test", names.address, timeout=0.3) == "dns_timeout"


def test_it_does_not_wait_for_servers_that_are_not_there() -> None:
    begun = monotonic()
    assert _why("both.test", f"127.0.0.1:{free_port()}") == "probe_no_dns"
    assert monotonic() - begun < 3


def test_a_dead_server_is_passed_over(names: NameServer) -> None:
    dead = f"127.0.0.1:{free_port()}"
    assert resolve("four.test", 5, dns_servers=(dead, names.address)) == ["192.0.2.4"]


def test_a_server_that_swallows_one_family_costs_little(names: NameServer) -> None:
    names.swallows = dns.rdatatype.AAAA
    begun = monotonic()
    assert resolve("both.test", 5, dns_servers=(names.address,)) == ["192.0.2.1"]
    assert monotonic() - begun < 2


def test_a_cut_answer_is_asked_for_over_tcp(names: NameServer) -> None:
    names.truncates = True
    assert resolve("four.test", 5, dns_servers=(names.address,)) == ["192.0.2.4"]


def test_an_answer_to_another_question_is_ignored(names: NameServer) -> None:
    names.spoofs = True
    names.zone["late.test"] = ("192.0.2.9",)
    assert resolve("late.test", 5, dns_servers=(names.address,)) == ["192.0.2.9"]


@pytest.mark.parametrize(("host", "found"), [("192.0.2.7", ["192.0.2.7"]), ("2001:DB8::7", ["2001:db8::7"])])
def test_a_literal_asks_nobody(host: str, found: list[str]) -> None:
    assert resolve(host, 1, dns_servers=("127.0.0.1:1",)) == found


def test_localhost_asks_nobody() -> None:
    assert "127.0.0.1" in resolve("localhost", 1, dns_servers=("127.0.0.1:1",))
    assert resolve("a.localhost", 1, family="6", dns_servers=("127.0.0.1:1",)) == ["::1"]


def test_the_hosts_file_is_read_with_its_comments(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_text(
        "127.0.0.1 localhost # x\n192.0.2.1\tName.test other.test\n2001:db8::1 name.test\nbad x\n\n"
    )
    hosts = HostsFile(path)
    assert hosts.lookup("name.test") == ("192.0.2.1", "2001:db8::1")
    assert hosts.lookup("x") == ()


def test_resolv_conf_names_the_servers(tmp_path: Path) -> None:
    path = tmp_path / "resolv.conf"
    path.write_text("# c\nnameserver 192.0.2.53\nsearch a\nnameserver bad\nnameserver 2001:db8::53\n")
    assert ResolvConf(path).get() == (("192.0.2.53", 53), ("2001:db8::53", 53))
    assert ResolvConf(tmp_path / "missing").get() == (("127.0.0.1", 53),)


class _SlowToRead(ResolvConf):
    """Whoever reads the file is held up until `go`."""

    def __init__(self, path: Path) -> None:
        self.is_read, self.go = Event(), Event()
        super().__init__(path)

    def parse(self, text: str) -> tuple[Server, ...]:
        if text:
            self.is_read.set()
            self.go.wait(10)
        return super().parse(text)


def test_nobody_is_told_of_a_file_before_it_is_read(tmp_path: Path) -> None:
    """Threads begin together: the second would have asked 127.0.0.1."""
    path = tmp_path / "resolv.conf"
    path.write_text("nameserver 192.0.2.53\n")
    conf = _SlowToRead(path)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(conf.get)
        assert conf.is_read.wait(10)
        second = pool.submit(conf.get)
        with pytest.raises(TimeoutError):
            second.result(0.05)
        conf.go.set()
        assert first.result(10) == second.result(10) == (("192.0.2.53", 53),)


def test_name_servers_are_read_as_people_write_them() -> None:
    assert read_servers(["1.1.1.1", " 9.9.9.9:5353 ", "[2001:db8::1]:53", "2001:db8::2", ""]) == (
        ("1.1.1.1", 53),
        ("9.9.9.9", 5353),
        ("2001:db8::1", 53),
        ("2001:db8::2", 53),
    )


@pytest.mark.parametrize("text", ["dns.example", "1.1.1.1:x", "1.1.1.1:0", "[::1]:99999"])
def test_an_unreadable_name_server_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no name server"):
        read_servers([text])
