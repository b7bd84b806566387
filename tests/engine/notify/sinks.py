"""Real servers on loopback: one that takes mail, and one that answers HTTPS under the names of services."""

from __future__ import annotations

import base64
import json
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import pytest

from app.engine.notify import apprise_call
from tests.engine.certs import Authority
from tests.engine.notify import apprise_elsewhere
from tests.engine.notify.receiver import Hook


@dataclass
class MailSink:
    """Takes mail. `logins` are the (user, password) given, `refusal` what it says to a recipient, or to those
    in `refused` alone."""

    context: ssl.SSLContext | None = None
    is_tls: bool = False
    refusal: str = ""
    refused: tuple[str, ...] = ()
    knows_nobody: bool = False
    port: int = 0
    logins: list[tuple[str, str]] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    was_encrypted: list[bool] = field(default_factory=list)


class _Talk(socketserver.StreamRequestHandler):
    """SMTP as much as a client of today needs (RFC 5321, AUTH PLAIN and LOGIN, STARTTLS)."""

    def handle(self) -> None:
        sink: MailSink = cast(Any, self.server).sink
        self.is_encrypted = sink.is_tls
        self._say("220 sink ready")
        while line := self.rfile.readline():
            word, _, rest = line.decode().strip().partition(" ")
            if not self._answer(sink, word.upper(), rest):
                return

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def _answer(self, sink: MailSink, word: str, rest: str) -> bool:
        match word:
            case "EHLO":
                offers = ["250-sink", "250-AUTH PLAIN LOGIN"]
                offers += ["250-STARTTLS"] if sink.context and not self.is_encrypted else []
                self._say("\r\n".join([*offers, "250 8BITMIME"]))
            case "STARTTLS" if sink.context:
                self._say("220 go ahead")
                self._encrypt(sink.context)
            case "AUTH":
                self._log_in(sink, rest)
            case "RCPT":
                self._recipient(sink, rest)
            case "DATA":
                self._data(sink)
            case "QUIT":
                self._say("221 bye")
                return False
            case _:
                self._say("250 fine")
        return True

    def _encrypt(self, context: ssl.SSLContext) -> None:
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")
        self.is_encrypted = True

    def _log_in(self, sink: MailSink, rest: str) -> None:
        way, _, given = rest.partition(" ")
        if way.upper() == "PLAIN":
            _, user, password = base64.b64decode(given).decode().split("\0")
        else:
            user = base64.b64decode(given or self._ask("VXNlcm5hbWU6")).decode()
            password = base64.b64decode(self._ask("UGFzc3dvcmQ6")).decode()
        sink.logins.append((user, password))
        self._say("535 who are you?" if sink.knows_nobody else "235 come in")

    def _ask(self, words: str) -> str:
        self._say(f"334 {words}")
        return self.rfile.readline().decode().strip()

    def _recipient(self, sink: MailSink, rest: str) -> None:
        address = rest.partition("<")[2].partition(">")[0]
        if sink.refusal and address in (sink.refused or (address,)):
            self._say(sink.refusal)
            return
        sink.recipients.append(address)
        self._say("250 fine")

    def _data(self, sink: MailSink) -> None:
        self._say("354 go on")
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        mail = message_from_bytes(b"".join(lines), policy=policy.default)
        sink.mails.append(mail)
        sink.was_encrypted.append(self.is_encrypted)
        self._say("250 taken")

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")
        self.wfile.flush()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    sink: MailSink

    def get_request(self) -> Any:
        connection, address = super().get_request()
        if self.sink.is_tls and self.sink.context:
            connection = self.sink.context.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
        return connection, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that breaks off, as some tests mean it to, is no error of the sink."""


@contextmanager
def running_mail_sink(context: ssl.SSLContext | None = None, *, is_tls: bool = False) -> Iterator[MailSink]:
    sink = MailSink(context, is_tls)
    with _Server(("127.0.0.1", 0), _Talk) as server:
        server.sink, sink.port = sink, server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield sink
        finally:
            server.shutdown()
            thread.join()


SERVICES = [
    "hooks.slack.com",
    "api.telegram.org",
    "api.twilio.com",
    "rest.nexmo.com",
    "gateway.example",
]


@contextmanager
def posing_as_services(hook: Hook, authority: Authority, patch: pytest.MonkeyPatch) -> Iterator[str]:
    """Make the sink speak TLS under the services' own names, and lead Apprise there; gives the CA's file."""
    context = authority.context(*SERVICES)
    hook.speak_tls(context)
    where = Path(authority.ca_file).with_name(apprise_elsewhere.FILE)
    where.write_text(json.dumps({"port": hook.port, "names": SERVICES}))
    patch.setattr(apprise_call, "CHILD", apprise_elsewhere.__name__)
    yield authority.ca_file
