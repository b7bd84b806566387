"""What is written down carries no secrets, whatever they are wrapped in."""

from __future__ import annotations

import pytest

from app.core.redact import redact, redact_field
from tests.bounded import within_cpu


@pytest.mark.parametrize(
    "said",
    [
        "password=hunter2",
        "passwd: hunter2",
        '{"password": "hunter2"}',
        '{"password": "two hunter2"}',
        '{"password": "a\\"hunter2"}',
        '{\\"password\\": \\"two hunter2\\"}',
        "{'client_secret': 'two hunter2', 'name': 'x'}",
        '{"password": "cut off hunter2',
        "Authorization: Bearer hunter2.ijkl",
        "authorization: jwt hunter2.ijkl",
        'Authorization: Digest username="me", response=hunter2'.replace('"', ""),
        "Proxy-Authorization: Basic hunter2",
        "Cookie: a=1; cloudeye=hunter2",
        "{'Set-Cookie': 'cloudeye=hunter2; Path=/'}",
        "failed with Bearer hunter2hunter2",
        "mysql://user:hunter2@host/db",
        "mysql://user:p@hunter2@host/db",
        "https://hunter2@api.example/x",
        "GET /x?api_key=hunter2&y=1",
        "GET /x?y=1&key=hunter2",
        "access_token=hunter2",
        "token=a,hunter2",
    ],
)
def test_it_leaves_secrets_out(said: str) -> None:
    assert "hunter2" not in redact(said)


@pytest.mark.parametrize(
    "said",
    [
        "GET /sites?cursor=abc status=200 user_id=7",
        "https://example.org:8443/a@b?x=1",
        "monitor.created monitor_id=12",
        "mail to somebody@example.org",
    ],
)
def test_it_leaves_the_rest_alone(said: str) -> None:
    assert redact(said) == said


def test_what_follows_a_secret_stays() -> None:
    assert redact("password=x status=200") == "password=*** status=200"
    assert redact('{"token": "x y", "a": 1}') == '{"token": ***, "a": 1}'
    assert redact("Cookie: a=b\nHost: c") == "Cookie: ***\nHost: c"


def test_fields_go_by_their_names_however_deep() -> None:
    value = {"url": "https://a:b@c/", "headers": [{"X-Api-Key": 5, "n": 1}], "secret": ["x"]}
    assert redact_field("config", value) == {
        "url": "https://***@c/",
        "headers": [{"X-Api-Key": "***", "n": 1}],
        "secret": "***",
    }


def test_what_holds_itself_ends() -> None:
    value: dict[str, object] = {"password": "hunter2"}
    value["again"] = value
    assert "hunter2" not in str(redact_field("x", value))


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "token",
        "token=",
        "token='",
        "a-",
        "://",
        "://a",
        "cookie:",
        "\\",
        'token=\\"',
        "bearer ",
        "?key",
        "'\\",
    ],
)
def test_hostile_text_takes_time_in_proportion(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    with within_cpu(2):
        redact(text)
