"""Checks as one writes them with requests under gevent: reads `[url, checks, in_flight]`, answers like ours.

One TLS context for all of them, one session, and a fresh connection each, which is the cheapest that such a
program can be: a context a check costs thirty times as much.
"""

# Before anything else imports sockets.
from gevent import monkey

monkey.patch_all()

import json  # noqa: E402
import ssl  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from typing import Any  # noqa: E402

import requests  # noqa: E402
from gevent.pool import Pool  # noqa: E402
from requests.adapters import HTTPAdapter  # noqa: E402

SECONDS = 5


class SharedContext(HTTPAdapter):
    """Every connection is made with one TLS context."""

    def __init__(self, context: ssl.SSLContext, size: int) -> None:
        self._context = context
        super().__init__(pool_connections=1, pool_maxsize=size, pool_block=True)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)


def main() -> None:
    context = ssl.create_default_context(cafile=sys.argv[1])
    session = requests.Session()
    session.trust_env = False
    session.headers["Connection"] = "close"
    session.verify = sys.argv[1]
    adapter = SharedContext(context, 500)
    session.mount("http://", adapter)
    session.mount("https://", adapter)

    def check(url: str) -> bool:
        return bool(session.get(url, timeout=SECONDS).ok)

    for line in sys.stdin:
        url, checks, in_flight = json.loads(line)
        pool = Pool(in_flight)
        before = time.process_time()
        good = sum(pool.imap_unordered(check, [url] * checks))
        cost = (time.process_time() - before) * 1000 / checks
        print(json.dumps([good, cost]), flush=True)


if __name__ == "__main__":
    main()
