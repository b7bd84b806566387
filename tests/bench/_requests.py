"""Requests a second of one server, over kept connections by as many threads; run in a process of its own.

    python -m tests.bench._requests PORT PATH SECONDS [HEADER …]

Prints {"requests": number, "seconds": seconds, "refused": number}. It reads each answer whole, by its length.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time

CONNECTIONS = 8


def ask_for(port: int, path: str, seconds: float, headers: list[str]) -> dict[str, float]:
    request = "\r\n".join([f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""]).encode()
    counts = [0] * CONNECTIONS
    refused = [0] * CONNECTIONS
    begun = time.monotonic()

    def work(number: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            while time.monotonic() - begun < seconds:
                connection.sendall(request)
                refused[number] += not _read_answer(connection)
                counts[number] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"requests": sum(counts), "seconds": time.monotonic() - begun, "refused": sum(refused)}


def _read_answer(connection: socket.socket) -> bool:
    """Read one answer to its end; whether it was a 200."""
    data = b""
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += _more(connection)
    head = data[:end].lower()
    place = head.index(b"content-length:") + len(b"content-length:")
    length = int(head[place : head.find(b"\r\n", place) if b"\r\n" in head[place:] else None])
    missing = end + 4 + length - len(data)
    while missing > 0:
        missing -= len(_more(connection))
    return data.startswith(b"HTTP/1.1 200")


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(262_144)
    if not data:
        raise ConnectionError("the server closed the connection")
    return data


if __name__ == "__main__":
    print(json.dumps(ask_for(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), sys.argv[4:])))
