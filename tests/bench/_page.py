"""One page open in a browser, without the browser: its event stream, and the list it asks for when told."""

from __future__ import annotations

import threading
import time
from types import TracebackType

import requests

from tests.stack import ACCOUNT, PASSWORD, Stack

SECONDS = 30


class OpenPage:
    """The list of sites with its live updates, from `__enter__` until `__exit__`."""

    def __init__(self, stack: Stack) -> None:
        self._base = stack.base_url
        self._session = requests.Session()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.told = 0
        self.took_ms: list[float] = []
        self.refused = 0
        self.bytes = 0

    def __enter__(self) -> OpenPage:
        body = {"account": ACCOUNT, "password": PASSWORD}
        self._session.post(
            f"{self._base}/api/cloudeye/v1/user/login", json=body, timeout=SECONDS
        ).raise_for_status()
        self._look()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(SECONDS)
        self._session.close()

    def _watch(self) -> None:
        while not self._stop.is_set():
            try:
                with self._session.get(f"{self._base}/live", stream=True, timeout=SECONDS) as stream:
                    for line in stream.iter_lines():
                        if self._stop.is_set():
                            return
                        if line == b"event: changed":
                            self.told += 1
                            self._look()
            except requests.RequestException:
                self._stop.wait(1)

    def _look(self) -> None:
        begun = time.monotonic()
        answer = self._session.get(f"{self._base}/sites", timeout=SECONDS)
        self.refused += not answer.ok
        self.bytes = len(answer.content)
        self.took_ms.append((time.monotonic() - begun) * 1000)
