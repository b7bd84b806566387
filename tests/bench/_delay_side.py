"""A server that answers a known time after the request has come, over HTTP and HTTPS; prints its two ports.

python -m tests.bench._delay_side DELAY_MS CERTIFICATE KEY
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import sys

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nwell\n"
BACKLOG = 2048


async def _serve(delay: float, certificate: str, key: str) -> None:
    loop = asyncio.get_running_loop()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            due = loop.time() + delay
            await asyncio.sleep(due - loop.time())
            writer.write(_ANSWER)
            await writer.drain()
        with contextlib.suppress(OSError):
            writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    plain = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=BACKLOG)
    secure = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=BACKLOG, ssl=context)
    print(json.dumps([server.sockets[0].getsockname()[1] for server in (plain, secure)]), flush=True)
    async with plain, secure:
        await asyncio.gather(plain.serve_forever(), secure.serve_forever())


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1]) / 1000, *sys.argv[2:4]))
