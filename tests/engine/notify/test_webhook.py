"""The webhook: signed so that the specification's own library verifies it, and judged by its answer."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from app.engine.net.errors import DoorRefusedError
from app.engine.notify.kinds.webhook import Webhook, WebhookConfig, keys_of, pause_asked_for
from app.engine.notify.registry import SendResult
from tests.engine.notify.local import AT, PlainDoor, opened
from tests.engine.notify.receiver import Hook, Request

SECRET = "whsec_" + base64.b64encode(b"a key of twenty-four byte").decode()
OTHER = "whsec_" + base64.b64encode(b"another key, also of length").decode()


def send(hook: Hook, secret: str = SECRET, at: datetime | None = None) -> SendResult:
    config = WebhookConfig(url=hook.url, secret=secret)
    return Webhook().send(config, opened(), PlainDoor(), locale="en", at=at or datetime.now(UTC))


def verified(request: Request, secret: str) -> dict[str, object]:
    document: dict[str, object] = Verifier(secret).verify(request.body, dict(request.headers))
    return document


def test_the_library_of_the_specification_verifies_what_is_sent(hook: Hook) -> None:
    assert send(hook).ok
    document = verified(hook.requests[0], SECRET)
    assert document["type"] == "incident.opened"


def test_another_secret_does_not_verify(hook: Hook) -> None:
    send(hook)
    with pytest.raises(WebhookVerificationError):
        verified(hook.requests[0], OTHER)


@pytest.mark.parametrize("secret", [SECRET, OTHER])
def test_two_secrets_both_verify_while_one_replaces_the_other(hook: Hook, secret: str) -> None:
    send(hook, f"{SECRET} {OTHER}")
    assert verified(hook.requests[0], secret)


def test_a_secret_without_prefix_that_is_base64_verifies_by_the_library(hook: Hook) -> None:
    plain = SECRET.removeprefix("whsec_")
    send(hook, plain)
    assert verified(hook.requests[0], plain)


def test_a_plain_secret_signs_with_its_own_bytes(hook: Hook) -> None:
    send(hook, "correct horse battery", at=AT)
    request = hook.requests[0]
    signed = b"7001." + str(int(AT.timestamp())).encode() + b"." + request.body
    digest = hmac.new(b"correct horse battery", signed, hashlib.sha256).digest()
    assert request.headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()


def test_nothing_is_signed_without_a_secret(hook: Hook) -> None:
    send(hook, "")
    assert "webhook-signature" not in hook.requests[0].headers


def test_the_id_stays_and_the_timestamp_is_the_attempts(hook: Hook) -> None:
    send(hook, at=AT)
    send(hook, at=AT.replace(minute=31))
    first, second = (each.headers for each in hook.requests)
    assert first["webhook-id"] == second["webhook-id"] == "7001"
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 60


def test_the_body_is_json_with_type_timestamp_and_data(hook: Hook) -> None:
    send(hook)
    document = json.loads(hook.requests[0].body)
    assert hook.requests[0].headers["content-type"] == "application/json"
    assert list(document) == ["type", "timestamp", "data"]
    assert document["timestamp"] == "2026-11-21T08:30:00+00:00"
    assert document["data"]["monitor"] == {"id": "3", "name": "home", "type": "http"}


@pytest.mark.parametrize(
    ("status", "ok", "permanent"),
    [
        (200, True, False),
        (204, True, False),
        (302, False, False),
        (400, False, True),
        (404, False, True),
        (408, False, False),
        (410, False, True),
        (425, False, False),
        (429, False, False),
        (500, False, False),
        (503, False, False),
    ],
)
def test_the_answer_decides(hook: Hook, status: int, ok: bool, permanent: bool) -> None:
    hook.status = status
    result = send(hook)
    assert (result.ok, result.permanent, result.http_status) == (ok, permanent, status)


def test_a_redirect_is_not_followed(hook: Hook) -> None:
    hook.status, hook.answer_headers = 307, {"Location": hook.url + "/elsewhere"}
    assert "redirect" in send(hook).error
    assert [each.path for each in hook.requests] == ["/hook"]


def test_the_receiver_may_ask_for_a_pause(hook: Hook) -> None:
    hook.status, hook.answer_headers = 429, {"Retry-After": "90"}
    assert send(hook).retry_after == 90


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("120", 120),
        ("99999999999999999999", 86_400),
        ("Sat, 21 Nov 2026 08:32:00 GMT", 120),
        ("Sat, 21 Nov 2026 08:32:00 -0000", 120),
        ("Sat, 21 Nov 2026 08:00:00 GMT", 0),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header: str | None, seconds: float | None) -> None:
    assert pause_asked_for(header, AT) == seconds


def test_a_refusal_of_the_door_is_the_result() -> None:
    door = PlainDoor(refusal=DoorRefusedError("The address is private.", permanent=True))
    config = WebhookConfig(url="http://10.0.0.1/")
    result = Webhook().send(config, opened(), door, locale="en", at=AT)
    assert result == SendResult(False, permanent=True, error="The address is private.")


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "url"),
        ({"url": "ftp://example.org/"}, "url"),
        ({"url": "https://user:pass@example.org/"}, "url"),
        ({"url": "https://example.org/", "secret": "whsec_not base64"}, "secret"),
        ({"url": "https://example.org/", "secret": "whsec_"}, "secret"),
        ({"url": "https://example.org/", "more": 1}, "more"),
    ],
)
def test_a_wrong_configuration_names_the_field(config: dict[str, object], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Webhook().parse(config)
    assert [each["loc"] for each in caught.value.errors()] == [(field,)]


@pytest.mark.parametrize(
    ("secret", "count"),
    [("whsec_YWJj", 1), ("whsec_YWJj whsec_ZGVm", 2), ("a b", 1), ("abcd", 2), ("abc", 1)],
)
def test_a_secret_stands_for_so_many_keys(secret: str, count: int) -> None:
    assert len(keys_of(secret)) == count
