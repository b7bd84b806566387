"""The engine's promises: exact starts, one sample a check, and honesty about its own delays."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.engine.usability import loop, registry
from app.engine.usability.loop import Engine
from app.engine.usability.registry import MonitorConfig, MonitorType
from app.engine.usability.types import Check, Outcome, Sample
from tests.engine.certs import Authority
from tests.engine.conftest import LOOPBACK, now_ms
from tests.engine.targets import Target, free_port, reply

Samples = queue.SimpleQueue[Sample]


@pytest.fixture
def engine(authority: Authority) -> Iterator[Engine]:
    with Engine(ca_file=authority.ca_file, location="here", now_ms=now_ms) as engine:
        yield engine


def _check(url: str, *, number: int = 1, due_in: int = 0, timeout_ms: int = 5000) -> Check:
    return Check(number, number, "http", {"url": url}, now_ms() + due_in, timeout_ms, LOOPBACK)


def test_it_starts_each_check_at_its_time(engine: Engine) -> None:
    samples: Samples = queue.SimpleQueue()
    with Target(reply()) as target:
        checks = [_check(target.url(), number=n, due_in=due) for n, due in enumerate((150, 50, 100))]
        engine.submit(checks, samples.put)
        came = [samples.get(timeout=5) for _ in checks]
    assert [each.id for each in came] == [1, 2, 0]
    assert all(each.late_ms < 40 for each in came)
    assert all(each.location == "here" and each.started_ms >= each.due_ms - 1 for each in came)


def test_a_check_that_is_overdue_starts_now_and_says_so(engine: Engine) -> None:
    samples: Samples = queue.SimpleQueue()
    with Target(reply()) as target:
        engine.submit([_check(target.url(), due_in=-700)], samples.put)
        sample = samples.get(timeout=5)
    assert sample.late_ms >= 700


def test_many_checks_give_one_sample_each(engine: Engine) -> None:
    samples: Samples = queue.SimpleQueue()
    with Target(reply()) as target:
        engine.submit([_check(target.url(), number=n) for n in range(300)], samples.put)
        came = [samples.get(timeout=20) for _ in range(300)]
    assert sorted(each.id for each in came) == list(range(300))
    assert {each.status for each in came} == {"up"}
    assert samples.empty()


def test_a_bounded_engine_makes_the_rest_wait(authority: Authority) -> None:
    samples: Samples = queue.SimpleQueue()
    peak: list[int] = []

    def take(sample: Sample) -> None:
        peak.append(bounded.in_flight)
        samples.put(sample)

    with (
        Target(reply()) as target,
        Engine(ca_file=authority.ca_file, location="x", now_ms=now_ms, max_in_flight=16) as bounded,
    ):
        bounded.submit([_check(target.url(), number=n) for n in range(60)], take)
        assert {samples.get(timeout=10).status for _ in range(60)} == {"up"}
    assert max(peak) <= 16


def test_a_timeout_of_a_starved_loop_is_unknown(engine: Engine) -> None:
    samples: Samples = queue.SimpleQueue()
    release = threading.Event()

    def hold_the_loop(sample: Sample) -> None:
        samples.put(sample)
        release.wait(0.4)

    with Target(lambda _connection, _request: release.wait(5)) as target:
        slow = _check(target.url(), number=1, timeout_ms=300)
        engine.submit([slow], samples.put)
        engine.submit([_check("http://10.0.0.1/", number=2)], hold_the_loop)
        by_id = {each.id: each for each in (samples.get(timeout=5), samples.get(timeout=5))}
        release.set()
    assert (by_id[1].status, by_id[1].reason) == ("unknown", "probe_overloaded")
    assert by_id[1].lag_ms >= 300


def test_a_timeout_of_a_free_loop_is_down(engine: Engine) -> None:
    samples: Samples = queue.SimpleQueue()
    with Target(lambda _connection, _request: target.until_closed.wait(5)) as target:
        engine.submit([_check(target.url(), timeout_ms=1200)], samples.put)
        sample = samples.get(timeout=5)
    assert (sample.status, sample.reason) == ("down", "timeout")


def test_closing_gives_every_check_its_sample(authority: Authority) -> None:
    samples: Samples = queue.SimpleQueue()
    with Target(lambda _connection, _request: target.until_closed.wait(5)) as target:
        engine = Engine(ca_file=authority.ca_file, location="x", now_ms=now_ms)
        engine.submit([_check(target.url()), _check(target.url(), number=2, due_in=60_000)], samples.put)
        engine.close()
        came = [samples.get(timeout=1) for _ in range(2)]
    assert {(each.id, each.status, each.reason) for each in came} == {
        (1, "unknown", "probe_stopped"),
        (2, "unknown", "probe_stopped"),
    }
    with pytest.raises(RuntimeError, match="closed"):
        engine.submit([], samples.put)


def test_an_error_of_the_receiver_stops_nobody_else(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: queue.SimpleQueue[BaseException] = queue.SimpleQueue()
    monkeypatch.setattr("sys.excepthook", lambda *error: seen.put(error[1]))
    samples: Samples = queue.SimpleQueue()

    def fail(_sample: Sample) -> None:
        raise LookupError("receiver")

    with Target(reply()) as target:
        engine.submit([_check(target.url())], fail)
        engine.submit([_check(target.url(), number=2)], samples.put)
        assert samples.get(timeout=5).status == "up"
        assert str(seen.get(timeout=5)) == "receiver"


def test_an_unknown_type_is_unknown(engine: Engine) -> None:
    samples: Samples = queue.SimpleQueue()
    engine.submit([Check(1, 1, "smoke-signal", {}, now_ms(), 1000)], samples.put)
    sample = samples.get(timeout=5)
    assert (sample.status, sample.reason) == ("unknown", "config_invalid")


class _Simple(MonitorType):
    """A type that only knows how to run: the default `start` puts it into a helper thread."""

    name = "simple"
    title = {"en": "", "zh": ""}  # noqa: RUF012 - it overrides the base's ClassVar
    doc = title
    Config = MonitorConfig

    def run(self, check: Check) -> Outcome:
        if check.config.get("fails"):
            raise OSError("broken")
        time.sleep(check.config.get("seconds", 0))
        return Outcome("up", facts={"thread": threading.current_thread().name})


@pytest.fixture
def simple(monkeypatch: pytest.MonkeyPatch) -> None:
    registry.all_types()
    monkeypatch.setitem(registry._types, "simple", _Simple())


@pytest.mark.usefixtures("simple")
@pytest.mark.parametrize(
    ("config", "reason"),
    [({}, None), ({"fails": True}, "probe_error"), ({"seconds": 0.5}, "timeout")],
)
def test_a_simple_type_runs_in_a_thread(
    engine: Engine, config: dict[str, object], reason: str | None
) -> None:
    samples: Samples = queue.SimpleQueue()
    engine.submit([Check(1, 1, "simple", config, now_ms(), 200)], samples.put)
    sample = samples.get(timeout=5)
    assert sample.reason == reason
    if reason is None:
        assert sample.facts["thread"].startswith("probe")


@pytest.mark.usefixtures("simple")
def test_what_no_thread_was_free_for_says_nothing_of_its_target(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "_HELPER_THREADS", 1)
    release = threading.Event()
    begun: list[int] = []

    def run(_self: _Simple, check: Check) -> Outcome:
        begun.append(check.id)
        release.wait(5)
        return Outcome("up")

    monkeypatch.setattr(_Simple, "run", run)
    samples: Samples = queue.SimpleQueue()
    engine.submit([Check(number, 1, "simple", {}, now_ms(), 200) for number in (1, 2)], samples.put)
    came = {each.id: (each.status, each.reason) for each in (samples.get(timeout=5) for _ in range(2))}
    release.set()
    engine.submit([Check(3, 1, "simple", {}, now_ms(), 5000)], samples.put)
    assert samples.get(timeout=5).status == "up"
    assert came == {1: ("down", "timeout"), 2: ("unknown", "probe_overloaded")}
    assert begun == [1, 3]


def _turned_round(url: str) -> Check:
    return replace(_check(url), is_inverted=True)


def test_what_must_not_answer_is_down_when_it_does(engine: Engine) -> None:
    samples: Samples = queue.SimpleQueue()
    with Target(reply()) as target:
        engine.submit([_turned_round(target.url())], samples.put)
        sample = samples.get(timeout=5)
    assert (sample.status, sample.reason) == ("down", "answered")


def test_what_must_not_answer_is_up_when_it_does_not(engine: Engine) -> None:
    samples: Samples = queue.SimpleQueue()
    engine.submit([_turned_round(f"http://127.0.0.1:{free_port()}/")], samples.put)
    sample = samples.get(timeout=5)
    assert (sample.status, sample.reason, sample.facts["seemed"]) == ("up", None, "connect_refused")


def test_what_the_guard_forbids_to_ask_is_no_proof_of_silence(engine: Engine) -> None:
    samples: Samples = queue.SimpleQueue()
    engine.submit([replace(_turned_round("http://10.1.2.3/"), allow=())], samples.put)
    sample = samples.get(timeout=5)
    assert (sample.status, sample.reason) == ("unknown", "address_refused")
