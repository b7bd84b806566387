"""A lane of its own for the one read that every request makes: its session.

The client's pool looks at a connection before it gives it out, counts it and wraps each command for another
try, which together costs more than the command. A connection of this lane that turns out to be broken is
dropped, and the client asked instead, with all its patience.
"""

from __future__ import annotations

from collections import deque
from typing import Any, cast

import redis

MOST = 50
"""How many connections are kept."""


class Lane:
    """Reads by the server and the settings of a client, from any number of threads or greenlets."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._free: deque[Any] = deque()  # of redis.Connection, whose methods carry no types

    def get_both(self, first: str, second: str) -> tuple[bytes | None, bytes | None]:
        """The values of two keys."""
        try:
            connection = self._free.pop()
        except IndexError:
            connection = self._new()
        try:
            connection.send_command("MGET", first, second)
            found = connection.read_response()
        except redis.RedisError:
            connection.disconnect()
            found = self._client.mget(first, second)
        except BaseException:
            connection.disconnect()  # Its answer may still come, and would be another request's.
            raise
        else:
            self._keep(connection)
        value, other = cast("list[bytes | None]", found)
        return value, other

    def _new(self) -> Any:
        pool = self._client.connection_pool
        return pool.connection_class(**pool.connection_kwargs)

    def _keep(self, connection: Any) -> None:
        if len(self._free) < MOST:
            self._free.append(connection)
        else:
            connection.disconnect()
