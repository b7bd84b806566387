"""Whatever is given as a template, the loader answers, and soon."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.engine.bug.templates.loader import load
from app.engine.bug.templates.types import REASONS, Options, Refused, Template
from tests.bounded import within_cpu

WHOLE = b"""
id: whole
info:
  name: Everything
  severity: low
  tags: exposure
variables:
  a: "{{rand_int(1, 9)}}"
flow: http(1) && !http(2)
http:
  - raw:
      - |
        GET /?q={{base64("{{a}}")}} HTTP/1.1
        Host: {{Hostname}}
    matchers-condition: and
    matchers:
      - {type: dsl, dsl: ['status_code_1 == 200 && contains(body, "x")']}
      - {type: regex, part: header, regex: ['(?i)x-[a-z]+']}
    extractors:
      - {type: json, json: ['.a[0].b'], name: b, internal: true}
  - method: GET
    path: ["{{BaseURL}}/{{b}}"]
    matchers:
      - {type: xpath, xpath: ['//a'], negative: true}
"""
FIELDS = [
    *(
        "id",
        "info",
        "http",
        "requests",
        "flow",
        "variables",
        "name",
        "severity",
        "tags",
        "path",
        "raw",
        "method",
    ),
    *(
        "headers",
        "body",
        "matchers",
        "extractors",
        "type",
        "words",
        "dsl",
        "regex",
        "status",
        "binary",
        "xpath",
    ),
    *("json", "part", "condition", "payloads", "attack", "redirects", "GET", "word", "and", "or", "a", "1"),
    *("true", "{{a}}", "{{base64(a)}}", "http(1)"),
]
LEAVES = st.sampled_from(FIELDS) | st.text(max_size=20) | st.integers() | st.none() | st.booleans()
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5),
    max_leaves=25,
)
QUIET = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))


def check(data: bytes) -> None:
    for options in (Options(), Options(allow_writes=True, allow_host_header=True)):
        found = load(data, options)
        assert isinstance(found, Template) or found.reason in REASONS


@QUIET
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    check(data)


@QUIET
@given(TREES)
def test_any_tree(tree: object) -> None:
    check(yaml.safe_dump({"id": "a", "info": {"name": "x", "severity": "low"}, "http": [tree]}).encode())


@QUIET
@given(
    st.integers(0, len(WHOLE)),
    st.integers(0, 40),
    st.sampled_from([b"", b"\xff", b"{{", b"- ", b":", b"'", b"("]),
)
def test_any_wound(at: int, length: int, patch: bytes) -> None:
    check(WHOLE[:at] + patch + WHOLE[at + length :])


def test_the_whole_one_is_read() -> None:
    assert isinstance(load(WHOLE), Template)


@pytest.mark.parametrize("end", range(0, len(WHOLE), 7))
def test_a_torn_one(end: int) -> None:
    check(WHOLE[:end])


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 5_000,
        b"{a: " * 5_000,
        b"a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]",
        b"- " * 5_000,
        b"x: !!python/object/apply:os.system [id]",
        b"? [a, b]\n: c",
        b'id: "\\ud800"\ninfo: {name: x}',
        b"a: |\n" + b"  x\n" * 100_000,
        b"a: [" + b"1," * 100_000 + b"]",
        WHOLE.replace(b'base64("{{a}}")', b"(" * 5_000),
        WHOLE.replace(b'base64("{{a}}")', b"{{" * 5_000),
        WHOLE.replace(b'base64("{{a}}")', b"a" + b"+a" * 5_000),
        WHOLE.replace(b"(?i)x-[a-z]+", b"((a{1,900}){1,900}){1,900}"),
        WHOLE.replace(b"//a", b"(" * 2_000 + b"//a" + b")" * 2_000),
        WHOLE.replace(b".a[0].b", b".a" * 50_000),
        WHOLE.replace(b"http(1)", b"(" * 900 + b"http(1)" + b")" * 900),
    ],
)
def test_what_is_meant_to_hurt_ends_soon(data: bytes) -> None:
    with within_cpu(5):
        check(data)


def test_an_alias_bomb_is_refused() -> None:
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]" for n in range(1, 30))]
    found = load("\n".join(lines).encode())
    assert isinstance(found, Refused)
    assert found.reason == "alias"
