"""Mail, against a real SMTP server on loopback, with and without TLS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app.engine.notify.kinds.mail import MailConfig, MailKind
from app.engine.notify.registry import SendResult
from tests.engine.certs import Authority
from tests.engine.notify.local import AT, PlainDoor, opened
from tests.engine.notify.sinks import MailSink, running_mail_sink

PASSWORD = "p@ss w/ord:#1%2F"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def sink() -> Iterator[MailSink]:
    with running_mail_sink() as running:
        yield running


def config(port: int, **changes: Any) -> MailConfig:
    values = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "user": "ops@example.org",
        "password": PASSWORD,
        "sender": "cloudeye@example.org",
        "sender_name": "云眼",
        "to": ["a@example.org", "b@example.com"],
    }
    return MailConfig(**{**values, **changes})


def send(wanted: MailConfig, door: PlainDoor | None = None, **changes: Any) -> SendResult:
    return MailKind().send(wanted, opened(**changes), door or PlainDoor(), locale="zh", at=AT)


def test_it_brings_a_plain_mail_to_every_recipient(sink: MailSink) -> None:
    result = send(config(sink.port))
    assert result.ok, result
    assert sorted(sink.recipients) == ["a@example.org", "b@example.com"]
    mail = sink.mails[0]
    assert mail["Subject"] == "故障：home（Shop）"
    assert mail["From"] == "云眼 <cloudeye@example.org>"
    assert mail.get_content_type() == "text/plain"
    assert "拒绝连接。" in mail.get_content()


def test_it_logs_in_with_whatever_characters_the_password_has(sink: MailSink) -> None:
    send(config(sink.port))
    assert set(sink.logins) == {("ops@example.org", PASSWORD)}


def test_it_sends_without_a_log_in_where_there_is_no_user(sink: MailSink) -> None:
    assert send(config(sink.port, user="", password="")).ok
    assert sink.logins == []


def test_starttls_encrypts_before_the_password_is_said(authority: Authority) -> None:
    with running_mail_sink(authority.context("127.0.0.1")) as sink:
        result = send(config(sink.port, security="starttls"), PlainDoor(ca_file=authority.ca_file))
    assert result.ok, result
    assert set(sink.was_encrypted) == {True}


def test_tls_from_the_start_is_spoken(authority: Authority) -> None:
    with running_mail_sink(authority.context("127.0.0.1"), is_tls=True) as sink:
        result = send(config(sink.port, security="tls"), PlainDoor(ca_file=authority.ca_file))
    assert result.ok, result
    assert len(sink.mails) >= 1


def test_a_certificate_nobody_vouches_for_is_not_trusted(authority: Authority) -> None:
    with running_mail_sink(authority.context("127.0.0.1"), is_tls=True) as sink:
        assert not send(config(sink.port, security="tls")).ok
    assert sink.mails == []


def test_a_server_that_does_not_encrypt_gets_nothing_where_it_has_to(
    sink: MailSink, authority: Authority
) -> None:
    assert not send(config(sink.port, security="starttls"), PlainDoor(ca_file=authority.ca_file)).ok
    assert (sink.logins, sink.mails) == ([], [])


def test_html_is_sent_as_html(sink: MailSink) -> None:
    words = {"title": "Down", "body": "<p>home is <b>down</b></p>", "format": "html"}
    send(config(sink.port), words=words)
    html = sink.mails[0].get_body(("html",))
    assert html is not None
    assert "<b>down</b>" in html.get_content()


def test_a_recipient_the_server_refuses_is_said(sink: MailSink) -> None:
    sink.refusal = "550 no such mailbox"
    result = send(config(sink.port, to=["a@example.org"]))
    assert not result.ok
    assert result.error == "the service refused it: no such mailbox (550)"


def test_a_wrong_password_is_not_called_a_lost_connection(sink: MailSink) -> None:
    sink.knows_nobody = True
    assert send(config(sink.port)).error == "the service refused it: who are you? (535)"


def test_another_attempt_goes_only_to_those_who_have_not_got_it(sink: MailSink) -> None:
    sink.refusal, sink.refused = "451 come again later", ("b@example.com",)
    first = send(config(sink.port))
    sink.refusal = ""
    second = send(config(sink.port), reached=first.reached)
    assert (first.ok, second.ok) == (False, True)
    assert sink.recipients == ["a@example.org", "b@example.com"]


def test_a_private_server_is_refused(sink: MailSink) -> None:
    result = send(config(sink.port), PlainDoor(networks=()))
    assert (result.ok, result.permanent) == (False, True)
    assert sink.mails == []


def test_one_person_gets_it_where_it_is_addressed(sink: MailSink) -> None:
    kind = MailKind()
    kind.send(kind.addressed(config(sink.port), "c@example.net"), opened(), PlainDoor(), locale="en", at=AT)
    assert sink.recipients == ["c@example.net"]


@pytest.mark.parametrize(
    "changes",
    [
        {"host": "smtp.example.org/x"},
        {"to": []},
        {"to": ["nobody"]},
        {"to": ["a@example.org\nbcc: x@example.org"]},
        {"sender": "x"},
        {"sender_name": 'a"\r\nX: y'},
        {"security": "maybe"},
        {"port": 0},
    ],
)
def test_what_cannot_be_right_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        config(**{"port": 25, **changes})
