"""What is remembered of registries, so that none is asked more often than it bears."""

from __future__ import annotations

import queue

import certifi

from app.engine.usability.loop import Engine
from app.engine.usability.types import Check, Sample
from tests.engine.conftest import LOOPBACK, now_ms
from tests.engine.usability.registries import iana_list, rdap, rdap_object, roots


def test_many_checks_fetch_the_list_and_ask_about_a_domain_once() -> None:
    samples: queue.SimpleQueue[Sample] = queue.SimpleQueue()
    with (
        rdap(rdap_object()) as registry,
        rdap(body=iana_list(registry.url("/"))) as iana,
        roots(bootstrap_url=iana.url()),
        Engine(ca_file=certifi.where(), location="here", now_ms=now_ms) as engine,
    ):
        names = ["example.test", "www.example.test", "a.example.test", "b.example.test"]
        checks = [
            Check(each, each, "domain", {"domain": name, "source": "rdap"}, now_ms(), 5000, LOOPBACK)
            for each, name in enumerate(names)
        ]
        engine.submit(checks, samples.put)
        got = [samples.get(timeout=10) for _ in checks]
    assert [each.status for each in got] == ["up"] * 4
    assert (len(iana.requests), len(registry.requests)) == (1, 1)


def test_a_list_that_cannot_be_had_is_asked_for_once() -> None:
    samples: queue.SimpleQueue[Sample] = queue.SimpleQueue()
    with (
        rdap({}, "500 Oops") as iana,
        roots(bootstrap_url=iana.url()),
        Engine(ca_file=certifi.where(), location="here", now_ms=now_ms) as engine,
    ):
        for each in range(3):
            config = {"domain": f"example{each}.test", "source": "rdap"}
            engine.submit([Check(each, each, "domain", config, now_ms(), 5000, LOOPBACK)], samples.put)
            assert samples.get(timeout=5).reason == "domain_bad_answer"
    assert len(iana.requests) == 1


def test_it_asks_a_registry_once_an_hour() -> None:
    samples: queue.SimpleQueue[Sample] = queue.SimpleQueue()
    with (
        rdap(rdap_object()) as target,
        rdap({}, "429 Slow down") as strict,
        Engine(ca_file=certifi.where(), location="here", now_ms=now_ms) as engine,
    ):
        for base in (target, strict):
            config = {"domain": "example.test", "source": "rdap", "rdap_url": base.url()}
            for number in range(3):
                check = Check(number, number, "domain", config, now_ms(), 3000, LOOPBACK)
                engine.submit([check], samples.put)
                last = samples.get(timeout=5)
            assert len(base.requests) == 1
    assert (last.status, last.reason) == ("unknown", "domain_rate_limited")


def test_what_is_learned_in_a_private_network_is_for_those_who_may_speak_to_it() -> None:
    samples: queue.SimpleQueue[Sample] = queue.SimpleQueue()
    with (
        rdap(rdap_object()) as target,
        Engine(ca_file=certifi.where(), location="here", now_ms=now_ms) as engine,
    ):
        config = {"domain": "example.test", "source": "rdap", "rdap_url": target.url()}
        said = []
        for allow in (LOOPBACK, (), LOOPBACK):
            engine.submit([Check(1, 1, "domain", config, now_ms(), 3000, allow)], samples.put)
            said.append(samples.get(timeout=5).reason)
    assert said == [None, "address_refused", None]
