"""Servers on loopback for tests that answer datagrams, or datagrams and TCP as name servers do."""

from __future__ import annotations

import socket
import threading
from abc import ABC, abstractmethod
from typing import Any, Self

import dns.message


class UdpServer(ABC):
    """Listens from its making until it is left. Subclasses are ready before they call `__init__`."""

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._host = host
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind((host, port))
        self.port: int = self._udp.getsockname()[1]
        self._threads = [threading.Thread(target=self._serve_udp)]
        self._threads[0].start()

    @property
    def address(self) -> str:
        return f"{self._host}:{self.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as goodbye:
            goodbye.sendto(b"", (self._host, self.port))
        for thread in self._threads:
            thread.join(10)
        self._udp.close()

    @abstractmethod
    def _take(self, wire: bytes, sender: Any) -> None:
        """A datagram came; answers go through `self._udp`."""

    def _serve_udp(self) -> None:
        while True:
            wire, sender = self._udp.recvfrom(65536)
            if not wire:
                return
            self._take(wire, sender)


class DnsServer(UdpServer):
    """A name server over UDP and TCP; subclasses say what it answers."""

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0) -> None:
        # Many TCP ports are in their time-wait and few UDP ports are, so TCP chooses.
        self._tcp = socket.create_server((host, port))
        super().__init__(host=host, port=self._tcp.getsockname()[1])
        self._threads.append(threading.Thread(target=self._serve_tcp))
        self._threads[1].start()

    def __exit__(self, *error: object) -> None:
        self._tcp.shutdown(socket.SHUT_RDWR)
        self._tcp.close()
        super().__exit__(*error)

    @abstractmethod
    def answer(self, question: dns.message.Message) -> dns.message.Message: ...

    def _serve_tcp(self) -> None:
        while True:
            try:
                connection, _ = self._tcp.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(10)
                length = int.from_bytes(connection.recv(2), "big")
                wire = self.answer(dns.message.from_wire(connection.recv(length))).to_wire()
                # In two pieces, as the network may deliver it.
                connection.sendall(len(wire).to_bytes(2, "big") + wire[:5])
                connection.sendall(wire[5:])
