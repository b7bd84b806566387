"""The engine's half of its bench: reads `[url, checks, in_flight]`, answers `[up, cpu_ms_per_check]`.

`[url, checks, in_flight, rate]` begins so many a second, at their exact times, and answers
`[up, [first byte in ms, …], [late in ms, …]]`.
"""

from __future__ import annotations

import json
import queue
import sys
import threading
import time

import orjson

from app.engine.usability.loop import Engine
from app.engine.usability.types import Check, Sample


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class _Batch:
    """As many checks as go into one message of the product, submitted at once and awaited together."""

    def __init__(self, engine: Engine, url: str, size: int) -> None:
        self._is_over = threading.Event()
        self._size = size
        self._samples: list[Sample] = []
        config = {"url": url}
        checks = [Check(n, n, "http", config, _now_ms(), 5000, ("127.0.0.0/8",)) for n in range(size)]
        engine.submit(checks, self._take)

    def _take(self, sample: Sample) -> None:
        self._samples.append(sample)
        if len(self._samples) == self._size:
            self._is_over.set()

    def finish(self) -> int:
        """Wait for all samples and put them into their wire form; how many were up."""
        self._is_over.wait()
        orjson.dumps([each.to_wire() for each in self._samples])
        return sum(each.status == "up" for each in self._samples)


def _paced(engine: Engine, url: str, checks: int, rate: int) -> list[object]:
    samples: queue.SimpleQueue[Sample] = queue.SimpleQueue()
    begin_ms, config = _now_ms() + 1000, {"url": url}
    for start in range(0, checks, rate):
        part = range(start, min(checks, start + rate))
        dues = [(number, begin_ms + number * 1000 // rate) for number in part]
        batch = [Check(n, n, "http", config, due_ms, 10_000, ("127.0.0.0/8",)) for n, due_ms in dues]
        time.sleep(max(0.0, dues[0][1] / 1000 - 1 - time.time()))
        engine.submit(batch, samples.put)
    found = [samples.get() for _ in range(checks)]
    up = [each for each in found if each.status == "up"]
    return [len(up), [each.first_byte_ms for each in up], [each.late_ms for each in up]]


def main() -> None:
    with Engine(ca_file=sys.argv[1], location="bench", now_ms=_now_ms) as engine:
        for line in sys.stdin:
            url, checks, in_flight, *rate = json.loads(line)
            if rate:
                print(json.dumps(_paced(engine, url, checks, rate[0])), flush=True)
                continue
            before = time.process_time()
            sizes = [min(in_flight, checks - begun) for begun in range(0, checks, in_flight)]
            good = sum(_Batch(engine, url, size).finish() for size in sizes)
            cost = (time.process_time() - before) * 1000 / checks
            print(json.dumps([good, cost]), flush=True)


if __name__ == "__main__":
    main()
