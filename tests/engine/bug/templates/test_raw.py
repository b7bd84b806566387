"""Raw requests: their steps, cookies, bodies and headers."""

from __future__ import annotations

import pytest

from app.engine.bug.templates.types import Options
from tests.bug.serving import Answer, Asked
from tests.engine.bug.templates.trying import site_of, template_of, try_template

RAW = """
- raw:
    - |
      POST /login?x=1 HTTP/1.1
      Host: {{Hostname}}
      Content-Type: application/x-www-form-urlencoded
      Content-Length: 999

      user=ann&password={{randstr}}
    - |
      @timeout: 5s
      GET /inside HTTP/1.1
      Host: {{Hostname}}
      X-Token: {{token}}
  extractors:
    - {type: regex, name: token, group: 1, regex: ["token=(\\\\w+)"], internal: true}
  matchers:
    - type: dsl
      dsl: ["status_code_1 == 200 && contains(body_2, 'welcome')"]
"""


def login_site(asked: Asked) -> Answer:
    if asked.path == "/login":
        return Answer("token=t0k", headers=(("Set-Cookie", "sid=s1; Path=/; HttpOnly"),))
    is_in = asked.cookies.get("sid") == "s1" and asked.headers.get("x-token") == "t0k"
    return Answer("welcome") if is_in and asked.path == "/inside" else Answer("no", 403)


def test_raw_requests_follow_each_other_with_cookies_and_values() -> None:
    tried = try_template(login_site, template_of(RAW))
    assert [(each.method, each.target) for each in tried.asked] == [
        ("POST", "/login?x=1"),
        ("GET", "/inside"),
    ]
    assert tried.asked[0].body.startswith(b"user=ann&password=")
    assert [hit.url.rpartition("/")[2] for hit in tried.hits] == ["inside"]


def test_cookies_are_left_out_where_told_to() -> None:
    tried = try_template(login_site, template_of(RAW.rstrip() + "\n  disable-cookie: true"))
    assert tried.asked[1].cookies == {}
    assert not tried.hits


def test_a_request_whose_value_never_came_is_not_sent() -> None:
    assert try_template(site_of({}), template_of(RAW)).targets == ["/login?x=1"]


def test_a_site_cannot_end_a_header_by_what_it_says() -> None:
    site = site_of({"/a": Answer("<<x\r\nX-Evil: 1>>", kind="text/plain")})
    block = """
    - raw: ["GET /a HTTP/1.1", "GET /b HTTP/1.1\\nX-Said: {{said}}"]
      extractors: [{type: regex, name: said, group: 1, regex: ["(?s)<<(.*)>>"], internal: true}]
    """
    asked = try_template(site, template_of(block)).asked[1]
    assert "x-evil" not in asked.headers
    assert asked.headers["x-said"] == "x X-Evil: 1"


def test_multipart_bodies_have_the_line_ends_of_the_network() -> None:
    block = """
    - raw:
        - |
          POST /a HTTP/1.1
          Content-Type: multipart/form-data; boundary=b

          --b
          x
          --b--
    """
    assert try_template(site_of({}), template_of(block)).asked[0].body == b"--b\r\nx\r\n--b--\r\n"


def test_a_foreign_host_header_goes_out_with_consent() -> None:
    block = """
    - raw: ["GET / HTTP/1.1\\nHost: evil.example"]
      matchers: [{type: word, words: ["evil.example"]}]
    """
    options = Options(allow_host_header=True)
    tried = try_template(lambda asked: Answer(f"http://{asked.host}/"), template_of(block), options=options)
    assert len(tried.hits) == 1


def test_a_telling_connection_header_is_sent() -> None:
    block = """
    - raw: ["GET /a HTTP/1.1\\nConnection: keep-alive, X-Token", "GET /b HTTP/1.1\\nConnection: close"]
      matchers: [{type: word, words: [yes]}]
    """
    first, second = try_template(site_of({}), template_of(block)).asked
    assert first.headers["connection"] == "keep-alive, X-Token"
    assert "connection" not in second.headers


def test_a_request_over_several_lines_of_yaml_is_read() -> None:
    data = b"""
id: folded
info: {name: Folded, severity: low}
requests:
- raw:
  - '@timeout: 10s

    GET /a?b=c
    HTTP/1.1

    Host: {{Hostname}}

    '
  matchers:
  - type: status
    status: [200]
"""
    assert try_template(site_of({}), data).targets == ["/a?b=c"]


@pytest.mark.parametrize(("more", "target"), [("", "/app/x"), ("disable-path-automerge: true", "/x")])
def test_a_raw_path_stands_below_the_scanned_address_or_not(more: str, target: str) -> None:
    block = f"""
    - raw: ["GET /x HTTP/1.1"]
      {more}
      matchers: [{{type: word, words: [yes]}}]
    """
    assert try_template(site_of({}), template_of(block), path="/app/").targets == [target]
