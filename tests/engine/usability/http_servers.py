"""Small servers for requests that need more than an answer: digest log-in, tokens, proxies."""

from __future__ import annotations

import hashlib
import json
import socket
import ssl
import threading
from collections.abc import Callable
from urllib.parse import parse_qs

from tests.engine.targets import Act, Listener, reply


def header_of(request: bytes, name: str) -> str:
    """A header of a raw request; empty when it is missing."""
    for line in request.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]:
        key, _, value = line.partition(":")
        if key.lower() == name.lower():
            return value.strip()
    return ""


def wants_digest(username: str, password: str) -> Act:
    """Answer only who proves by RFC 2617 digest (MD5, no qop) to know the password."""

    def md5(text: str) -> str:
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    def act(connection: socket.socket, request: bytes) -> None:
        given = header_of(request, "Authorization")
        parts = dict(part.strip().split("=", 1) for part in given.removeprefix("Digest ").split(",") if part)
        said = {name: value.strip('"') for name, value in parts.items()}
        method = request.split(b" ", 1)[0].decode()
        first = md5(f"{username}:home:{password}")
        second = md5(f"{method}:{said.get('uri', '')}")
        if given and said.get("response") == md5(f"{first}:abc:{second}"):
            reply(b"welcome")(connection, request)
        else:
            asks = 'WWW-Authenticate: Digest realm="home", nonce="abc"'
            reply(b"who are you", "401 Unauthorized", (asks, "Connection: close"))(connection, request)

    return act


class Tokens:
    """Gives tokens `t1`, `t2`, … to a client that knows its secret; `asked` keeps each form that came."""

    def __init__(self, *, expires_in: float = 3600, status: str = "200 OK") -> None:
        self.asked: list[dict[str, str]] = []
        self._expires_in = expires_in
        self._status = status

    def __call__(self, connection: socket.socket, request: bytes) -> None:
        form = {
            name: values[0] for name, values in parse_qs(request.partition(b"\r\n\r\n")[2].decode()).items()
        }
        self.asked.append({**form, "authorization": header_of(request, "Authorization")})
        said: dict[str, object] = {"access_token": f"t{len(self.asked)}", "expires_in": self._expires_in}
        if not self._status.startswith("200"):
            said = {"error": "invalid_client"}
        reply(json.dumps(said).encode(), self._status, ("Content-Type: application/json",))(
            connection, request
        )


def wants_bearer(is_good: Callable[[str], bool]) -> Act:
    def act(connection: socket.socket, request: bytes) -> None:
        token = header_of(request, "Authorization").removeprefix("Bearer ")
        answer = reply(b"welcome") if is_good(token) else reply(b"no", "401 Unauthorized")
        answer(connection, request)

    return act


class ForwardProxy(Listener):
    """An HTTP proxy with CONNECT. `asked` keeps the request lines, `log_ins` what came to prove who asks."""

    def __init__(self, *, wants: str = "", refuses: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[str] = []
        self.log_ins: list[str] = []
        self._tls = tls
        self._wants = wants
        self._refuses = refuses
        super().__init__()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            self._answer(connection)
        except OSError:
            pass  # Either side went away, as it may.
        finally:
            connection.close()

    def _answer(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            more = connection.recv(65536)
            if not more:
                return
            head += more
        line = head.split(b"\r\n", 1)[0].decode()
        self.asked.append(line)
        self.log_ins.append(header_of(head, "Proxy-Authorization"))
        if self._wants and self.log_ins[-1] != self._wants:
            asks = ('Proxy-Authenticate: Basic realm="p"', "Connection: close")
            reply(b"", "407 Proxy Authentication Required", asks)(connection, head)
        elif self._refuses:
            reply(b"", f"{self._refuses} No", ("Connection: close",))(connection, head)
        else:
            self._forward(connection, head, line)

    def _forward(self, connection: socket.socket, head: bytes, line: str) -> None:
        method, address, _ = line.split(" ")
        is_tunnel = method == "CONNECT"
        authority = address if is_tunnel else address.split("/")[2]
        # Names are known to this proxy alone: all are this machine.
        port = int(authority.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), 5) as upstream:
            if is_tunnel:
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            else:
                path = "/" + address.split("/", 3)[3]
                upstream.sendall(head.replace(address.encode(), path.encode(), 1))
            relay(connection, upstream)


class SocksProxy(Listener):
    """SOCKS 5 (RFC 1928) with or without a log-in (RFC 1929); `asked` keeps the names."""

    def __init__(self, *, username: str = "", password: str = "") -> None:
        self.asked: list[str] = []
        self._pair = (username, password)
        super().__init__()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        try:
            self._answer(connection)
        except OSError:
            pass  # Either side went away, as it may.
        finally:
            connection.close()

    def _answer(self, connection: socket.socket) -> None:
        connection.recv(2 + 255)
        if self._pair[0]:
            connection.sendall(b"\x05\x02")
            said = connection.recv(600)
            name = said[2 : 2 + said[1]].decode()
            word = said[3 + said[1] :].decode()
            connection.sendall(b"\x01\x00" if (name, word) == self._pair else b"\x01\x01")
            if (name, word) != self._pair:
                return
        else:
            connection.sendall(b"\x05\x00")
        asked = connection.recv(300)
        if asked[3] == 3:
            self.asked.append(asked[5 : 5 + asked[4]].decode())
        else:
            self.asked.append(socket.inet_ntoa(asked[4:8]))
        port = int.from_bytes(asked[-2:], "big")
        with socket.create_connection(("127.0.0.1", port), 5) as upstream:
            connection.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01" + asked[-2:])
            relay(connection, upstream)


def relay(one: socket.socket, other: socket.socket) -> None:
    """Both ways until either side ends."""

    def copy(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # The other direction ends it.

    thread = threading.Thread(target=copy, args=(one, other))
    thread.start()
    copy(other, one)
    thread.join(10)
