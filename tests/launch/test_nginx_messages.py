"""Messages whose end could be read in two ways, through a real nginx before a real gunicorn.

Each of them hides a second request. nginx refuses the message or reads it in one way, and the hidden request
never reaches gunicorn as one (ASVS 4.2.1; RFC 9112, 11.2).
"""

from __future__ import annotations

import json
import socket
import ssl
import struct
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.launch import nginx
from tests import servers
from tests.engine.certs import Authority

HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"
# Each request is a line in a file: what gunicorn took it for.
SEEN = """
import json
def app(environ, start):
    body = environ["wsgi.input"].read().decode("latin-1")
    with open("seen.jsonl", "a") as out:
        out.write(json.dumps([environ["REQUEST_METHOD"], environ["PATH_INFO"], body]) + "\\n")
    start("200 OK", [("Content-Length", "2")])
    return [b"ok"]
"""


@dataclass
class Site:
    port: int
    tls_port: int
    folder: Path

    def seen(self) -> list[list[str]]:
        """Method, path and body of each request that gunicorn was given since it was last asked."""
        path = self.folder / "seen.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return [json.loads(line) for line in lines]

    def send(self, message: bytes) -> bytes:
        """What nginx says to these bytes, until it closes the connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(message)
            return _all_of(connection)

    def send_h2(self, fields: list[tuple[bytes, bytes]], body: bytes) -> bytes:
        """A POST over HTTP/2 with these fields besides its own; what comes back in its stream."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_alpn_protocols(["h2"])
        own = [(b":method", b"POST"), (b":scheme", b"https"), (b":path", b"/first"), (b":authority", b"x")]
        with (
            socket.create_connection(("127.0.0.1", self.tls_port), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as connection,
        ):
            assert connection.selected_alpn_protocol() == "h2"
            connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _frame(4, 0, 0, b""))
            connection.sendall(_frame(1, 4, 1, b"".join(_literal(*each) for each in own + fields)))
            connection.sendall(_frame(0, 1, 1, body))
            return _stream_of(connection)


def _all_of(connection: socket.socket) -> bytes:
    said = b""
    try:
        while part := connection.recv(65536):
            said += part
    except ConnectionResetError:
        pass  # nginx hangs up on whom it has refused.
    return said


def _stream_of(connection: socket.socket) -> bytes:
    """The payloads of the first stream, until nginx has ended it (END_STREAM, RST_STREAM) or all (GOAWAY)."""
    waiting, said = b"", b""
    while True:
        while len(waiting) < 9 or len(waiting) < 9 + int.from_bytes(waiting[:3]):
            part = connection.recv(65536)
            if not part:
                return said
            waiting += part
        size, kind, flags = int.from_bytes(waiting[:3]), waiting[3], waiting[4]
        stream, payload, waiting = waiting[5:9], waiting[9 : 9 + size], waiting[9 + size :]
        if stream == b"\0\0\0\1" and kind in (0, 1):
            said += payload
        if kind in (3, 7) or (kind in (0, 1) and flags & 1):
            return said


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """RFC 9113, 4.1."""
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def _literal(name: bytes, value: bytes) -> bytes:
    """A field as it is, neither indexed nor compressed (RFC 7541, 6.2.2)."""
    assert len(name) < 127 and len(value) < 127
    return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    port, tls_port = servers.free_port(), servers.free_port()
    tls = Authority(tmp_path_factory.mktemp("tls")).files("localhost")
    with servers.short_folder() as folder, ExitStack() as stack:
        folder.chmod(0o755)  # nginx's workers run as another user when its master is root
        (folder / "seen.py").write_text(SEEN)
        path = folder / "web.sock"
        words = [sys.executable, "-m", "gunicorn", "--bind", f"unix:{path}", "--umask", "0", "seen:app"]
        words += ["--control-socket", str(folder / "gunicorn.ctl"), "--worker-class", "gevent"]
        stack.enter_context(servers.running(servers.Server(words, folder, path.exists)))
        plainly = nginx.render(str(path), listen=f"127.0.0.1:{port}")
        secured = nginx.render(str(path), listen=f"127.0.0.1:{tls_port}", tls=tls)
        # The second server alone: what is named once for all of nginx stands in the first already.
        secured = secured[secured.index("server {\n    listen") :]
        text = nginx.whole(plainly + secured, folder)
        stack.enter_context(servers.nginx_server(folder, text, port))
        yield Site(port, tls_port, folder)


def post(*fields: str, body: bytes = b"", line: str = "POST /first HTTP/1.1", end: str = "\r\n") -> bytes:
    head = end.join([line, "Host: localhost", "Connection: close", *fields, "", ""])
    return head.encode("latin-1") + body


WHOLE = len(b"0\r\n\r\n" + HIDDEN)
REFUSED = {
    "a length and chunks": post(f"Content-Length: {WHOLE}", "Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "chunks and a length": post("Transfer-Encoding: chunked", "Content-Length: 5", body=b"0\r\n\r\n"),
    "two lengths": post("Content-Length: 0", f"Content-Length: {len(HIDDEN)}"),
    "the same length twice": post("Content-Length: 0", "Content-Length: 0"),
    "a list of lengths": post("Content-Length: 0, 42"),
    "a length with a sign": post("Content-Length: +0"),
    "a negative length": post("Content-Length: -1"),
    "a length in hexadecimal": post("Content-Length: 0x0"),
    "a length beyond all numbers": post(f"Content-Length: {'9' * 40}"),
    "chunks by another name": post("Transfer-Encoding: xchunked", body=b"0\r\n\r\n"),
    "chunks twice": post("Transfer-Encoding: chunked", "Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "chunks among others": post("Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n"),
    "chunks with a tab before them": post("Transfer-Encoding:\tchunked", body=b"0\r\n\r\n"),
    "chunks with a vertical tab": post("Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n"),
    "chunks in quotes": post('Transfer-Encoding: "chunked"', body=b"0\r\n\r\n"),
    "a blank before the colon": post("Transfer-Encoding : chunked", body=b"0\r\n\r\n"),
    "a blank before the length's colon": post("Content-Length : 0"),
    "a field on two lines": post("X-First: a", " Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "a return within a field": post("X-First: a\rTransfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "a nothing within a field": post("X-First: a\0b"),
    "chunks in HTTP/1.0": post("Transfer-Encoding: chunked", line="POST /first HTTP/1.0", body=b"0\r\n\r\n"),
    "a chunk's size with a sign": post("Transfer-Encoding: chunked", body=b"+0\r\n\r\n"),
    "a chunk's size by 0x": post("Transfer-Encoding: chunked", body=b"0x0\r\n\r\n"),
    "a chunk's size that is none": post("Transfer-Encoding: chunked", body=b"g\r\n\r\n"),
    "a chunk's size beyond all numbers": post("Transfer-Encoding: chunked", body=b"fffffffffffffffff\r\n"),
    "a chunk longer than its size": post("Transfer-Encoding: chunked", body=b"1\r\nabc\r\n0\r\n\r\n"),
}


@pytest.mark.parametrize("message", REFUSED.values(), ids=REFUSED.keys())
def test_what_could_be_read_in_two_ways_is_refused(site: Site, message: bytes) -> None:
    said = site.send(message + HIDDEN)
    assert said.split(b" ", 2)[1] in (b"400", b"501"), said
    assert said.count(b"HTTP/1.1 ") == 1
    assert [each for each in site.seen() if each[1] == "/hidden"] == []


ONE_WAY = {
    "a field that only looks like it": post(
        "Transfer_Encoding: chunked", f"Content-Length: {len(HIDDEN)}", body=HIDDEN
    ),
    "lines that end in a line feed alone": post(f"Content-Length: {len(HIDDEN)}", body=HIDDEN, end="\n"),
    "chunks in capitals": post(
        "Transfer-Encoding: CHUNKED", body=f"{len(HIDDEN):x}\r\n".encode() + HIDDEN + b"\r\n0\r\n\r\n"
    ),
    "a chunk with an extension": post(
        "Transfer-Encoding: chunked", body=f"{len(HIDDEN):x};a=b\r\n".encode() + HIDDEN + b"\r\n0\r\n\r\n"
    ),
}


@pytest.mark.parametrize("message", ONE_WAY.values(), ids=ONE_WAY.keys())
def test_what_is_taken_is_read_in_one_way(site: Site, message: bytes) -> None:
    assert site.send(message).startswith(b"HTTP/1.1 200")
    assert site.seen() == [["POST", "/first", HIDDEN.decode()]]


H2_REFUSED = {
    "a length of nothing": [(b"content-length", b"0")],
    "a length that is too short": [(b"content-length", b"4")],
    "a length that is too long": [(b"content-length", b"4000")],
    "two lengths": [(b"content-length", b"0"), (b"content-length", str(len(HIDDEN)).encode())],
    "a line within a field": [(b"x-first", b"a\r\nTransfer-Encoding: chunked")],
    "a line within a name": [(b"x-first: a\r\ntransfer-encoding", b"chunked")],
}


@pytest.mark.parametrize("fields", H2_REFUSED.values(), ids=H2_REFUSED.keys())
def test_a_length_of_http_2_is_never_told_on_unless_it_is_true(
    site: Site, fields: list[tuple[bytes, bytes]]
) -> None:
    site.send_h2(fields, HIDDEN)
    assert site.seen() == []


def test_chunks_asked_for_in_http_2_change_nothing(site: Site) -> None:
    site.send_h2([(b"transfer-encoding", b"chunked")], b"0\r\n\r\n" + HIDDEN)
    assert [each for each in site.seen() if each[1] == "/hidden"] == []


def test_an_honest_request_goes_through_in_either_version(site: Site) -> None:
    assert site.send(post("Content-Length: 2", body=b"hi")).endswith(b"ok")
    assert b"ok" in site.send_h2([(b"content-length", b"2")], b"hi")
    assert site.seen() == [["POST", "/first", "hi"]] * 2
