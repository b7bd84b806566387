"""Checks in several steps: cookies, values taken and used, and the step that fails."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest

from app.engine.usability.reasons import sentence
from app.engine.usability.steps.render import in_body, in_header, in_url
from tests.engine.targets import Act, Target, reply
from tests.engine.usability.http_servers import header_of
from tests.engine.usability.once import check


def shop(connection: socket.socket, request: bytes) -> None:
    """Logs in who knows the password, and shows the basket of who has cookie and token."""
    path = request.split(b" ", 2)[1].decode()
    answer: Act = reply(b"not found", "404 Not Found")
    if path == "/login" and b'"password": "ge\\"heim"' in request:
        body = json.dumps({"user": {"token": "tok-12345", "id": 7}}).encode()
        answer = reply(body, headers=("Set-Cookie: sid=cookie-98765; Path=/", "X-Trace: abc-1"))
    elif path == "/login":
        answer = reply(b"no", "403 Forbidden")
    elif path == "/basket/7":
        knows = header_of(request, "Cookie") == "sid=cookie-98765"
        is_let_in = knows and header_of(request, "Authorization") == "Bearer tok-12345"
        answer = reply(b"<h1>Basket</h1> tok-12345 cookie-98765" if is_let_in else b"<h1>Log in</h1>")
    answer(connection, request)


def log_in(url: str, **more: Any) -> dict[str, Any]:
    return {
        "name": "Log in",
        "url": f"{url}login",
        "method": "POST",
        "content_type": "application/json",
        "body": '{"password": "{{password}}"}',
        "extract": [
            {"name": "token", "source": "json", "path": "$.user.token"},
            {"name": "id", "source": "json", "path": "$.user.id"},
        ],
        **more,
    }


def basket(url: str, wanted: str = "Basket") -> dict[str, Any]:
    return {
        "url": url + "basket/{{id}}",
        "headers": {"Authorization": "Bearer {{token}}"},
        "assertions": [{"kind": "css", "target": "h1", "comparison": "equals", "value": wanted}],
    }


VARIABLES = {"password": 'ge"heim'}


def test_later_steps_have_cookies_and_values_of_earlier_ones() -> None:
    with Target(shop) as target:
        sample = check("steps", variables=VARIABLES, steps=[log_in(target.url()), basket(target.url())])
    assert (sample.status, sample.reason) == ("up", None)
    assert [each["name"] for each in sample.facts["steps"]] == ["Log in", "GET /basket/…"]
    assert all(each["total_ms"] > 0 and each["http_status"] == 200 for each in sample.facts["steps"])


def test_the_phases_add_up() -> None:
    with Target(shop) as target:
        sample = check("steps", variables=VARIABLES, steps=[log_in(target.url()), basket(target.url())])
    told = sample.facts["steps"]
    assert sample.connect_ms == pytest.approx(sum(each["connect_ms"] for each in told), abs=0.01)


def test_the_step_that_fails_is_named_and_the_rest_is_not_asked() -> None:
    with Target(shop) as target:
        steps = [log_in(target.url()), basket(target.url())]
        sample = check("steps", variables={"password": "wrong-word"}, steps=steps)
        assert len(target.requests) == 1
    assert (sample.status, sample.reason) == ("down", "http_status")
    assert sentence(sample.reason, sample.detail).startswith("Step 1 “Log in”: The server answered 403")


def test_values_and_cookies_are_not_told() -> None:
    with Target(shop) as target:
        sample = check(
            "steps", variables=VARIABLES, steps=[log_in(target.url()), basket(target.url(), "Other")]
        )
    told = json.dumps([sample.detail, sample.facts])
    assert sample.reason == "css_equals"
    assert "tok-12345" not in told and "cookie-98765" not in told and "heim" not in told


@pytest.mark.parametrize(
    ("source", "path", "value"),
    [
        ("header", "X-Trace", "abc-1"),
        ("cookie", "sid", "cookie-98765"),
        ("regex", r'token":\s*"([^"]+)"', "tok-12345"),
    ],
)
def test_values_are_taken_from_all_parts_of_an_answer(source: str, path: str, value: str) -> None:
    extract = [{"name": "taken", "source": source, "path": path}]
    with Target(shop) as target:
        last = {"url": target.url() + "end", "headers": {"X-Taken": "{{taken}}"}, "accepted_status": "404"}
        steps = [log_in(target.url(), extract=extract), last]
        assert check("steps", variables=VARIABLES, steps=steps).status == "up"
        assert header_of(target.requests[1], "X-Taken") == value


def test_a_value_that_is_missing_fails_the_step_that_should_give_it() -> None:
    extract = [{"name": "gone", "source": "json", "path": "$.gone"}]
    with Target(shop) as target:
        sample = check("steps", variables=VARIABLES, steps=[log_in(target.url(), extract=extract)])
    assert (sample.reason, sample.detail["name"]) == ("step_value_missing", "gone")


def test_a_value_that_is_null_is_no_value() -> None:
    extract = [{"name": "token", "source": "json", "path": "$.token"}]
    with Target(reply(b'{"token": null}')) as target:
        steps = [{"url": target.url(), "extract": extract}, {"url": target.url("/{{token}}")}]
        sample = check("steps", steps=steps)
        assert len(target.requests) == 1
    assert sample.reason == "step_value_missing"


def test_a_value_leads_to_no_address_that_is_refused() -> None:
    extract = [{"name": "next", "source": "regex", "path": "to (.*)"}]
    with Target(reply(b"to http://169.254.169.254/")) as target:
        steps = [{"url": target.url(), "extract": extract}, {"url": "{{next}}"}]
        sample = check("steps", steps=steps)
    assert sample.reason == "address_refused"


def test_a_value_that_makes_no_request_is_told() -> None:
    extract = [{"name": "next", "source": "regex", "path": "to (.*)"}]
    with Target(reply(b"to nowhere")) as target:
        steps = [{"url": target.url(), "extract": extract}, {"url": "{{next}}"}]
        assert check("steps", steps=steps).reason == "step_unusable"


def test_the_log_in_stays_at_the_first_origin() -> None:
    auth = {"type": "bearer", "token": "abc"}
    with Target(reply()) as first, Target(reply()) as other:
        check("steps", auth=auth, steps=[{"url": first.url()}, {"url": other.url()}])
        assert header_of(first.requests[0], "Authorization") == "Bearer abc"
        assert header_of(other.requests[0], "Authorization") == ""


def test_all_steps_share_one_time() -> None:
    with Target(reply()) as target, Target(lambda _a, _b: silent.until_closed.wait(5)) as silent:
        sample = check("steps", timeout_ms=600, steps=[{"url": target.url()}, {"url": silent.url()}])
    assert (sample.reason, sample.detail["at_step"]) == ("timeout", "2 “GET /”")
    assert sample.total_ms is not None and sample.total_ms < 900


def test_a_name_nobody_gives_is_refused() -> None:
    sample = check("steps", steps=[{"url": "http://a.test/{{x}}"}])
    assert sample.reason == "config_invalid"
    assert "{{x}}" in sample.detail["error"]


def test_what_is_wrong_in_a_step_is_named_by_its_place() -> None:
    lines = [{"kind": "time", "value": "soon"}]
    sample = check("steps", steps=[{"url": "http://a.test/"}, {"url": "http://a.test/", "assertions": lines}])
    assert sample.detail["error"].startswith("steps.1.assertions.0.value: ")


def test_values_are_escaped_for_where_they_go() -> None:
    values = {"v": 'a b&"c"/d', "u": "http://x.test/a?b=c"}
    assert in_url("http://y.test/{{v}}", values) == "http://y.test/a%20b%26%22c%22%2Fd"
    assert in_url("{{u}}&d={{ v }}", values) == "http://x.test/a?b=c&d=a%20b%26%22c%22%2Fd"
    assert in_body('{"a": "{{v}}"}', "", values) == '{"a": "a b&\\"c\\"/d"}'
    assert in_body("a={{v}}", "application/x-www-form-urlencoded", values) == "a=a+b%26%22c%22%2Fd"
    assert in_header("<{{v}}>", values) == '<a b&"c"/d>'


@pytest.mark.parametrize("how", [{}, {"headers": {"content-type": "application/x-www-form-urlencoded"}}])
def test_a_form_is_escaped_however_its_kind_is_told(how: dict[str, Any]) -> None:
    with Target(reply()) as target:
        step = {"url": target.url(), "method": "POST", "body": "user=a&password={{p}}", **how}
        check("steps", variables={"p": "x&y=z"}, steps=[step])
    head, _, body = target.requests[0].partition(b"\r\n\r\n")
    assert b"application/x-www-form-urlencoded" in head
    assert body == b"user=a&password=x%26y%3Dz"


def test_xml_without_a_kind_is_no_form() -> None:
    assert in_body('<a b="{{v}}"/>', "", {"v": "x y"}) == '<a b="x y"/>'


def test_a_long_value_is_taken_whole() -> None:
    items = list(range(200))
    with Target(reply(json.dumps({"items": items}).encode())) as target:
        first = {"url": target.url(), "extract": [{"name": "all", "source": "json", "path": "$.items"}]}
        second = {"url": target.url(), "method": "POST", "content_type": "text/plain", "body": "{{all}}"}
        sample = check("steps", steps=[first, second])
    assert sample.status == "up"
    assert json.loads(target.requests[1].partition(b"\r\n\r\n")[2]) == items


def test_a_cookie_comes_back_byte_for_byte() -> None:
    with Target(reply(headers=("Set-Cookie: who=云眼",))) as target:
        check("steps", steps=[{"url": target.url()}, {"url": target.url()}])
    assert "Cookie: who=云眼\r\n".encode() in target.requests[1]


def test_a_cookie_is_taken_as_text() -> None:
    extract = [{"name": "who", "source": "cookie", "path": "who"}]
    with Target(reply(headers=("Set-Cookie: who=云眼",))) as target:
        steps = [{"url": target.url(), "extract": extract}, {"url": target.url() + "{{who}}"}]
        check("steps", steps=steps)
    assert target.requests[1].startswith(b"GET /%E4%BA%91%E7%9C%BC ")
