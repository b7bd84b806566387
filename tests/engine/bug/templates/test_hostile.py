"""Whatever a site answers, a template's judgement comes, and says nothing worse than no."""

from __future__ import annotations

import contextlib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.engine.bug.templates.answers import values_of
from app.engine.bug.templates.expression import read_expression
from app.engine.bug.templates.flow import read_flow
from app.engine.bug.templates.functions import FUNCTIONS
from app.engine.bug.templates.hits import Event, hits_of
from app.engine.bug.templates.jsonpath import read_json_path
from app.engine.bug.templates.judge import Outcome, judge
from app.engine.bug.templates.nodes import ExpressionError, Scope
from app.engine.bug.templates.patterns import compile_pattern
from app.engine.bug.templates.placeholders import fill, placeholders
from app.engine.bug.templates.types import RefusedError
from app.engine.bug.types import Request, Response
from tests.engine.bug.templates.trying import loaded, template_of

QUIET = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
TEMPLATE = loaded(
    template_of(
        """
- path: ["{{BaseURL}}/x"]
  matchers:
    - {type: word, words: ["a", "{{b}}"], part: all}
    - {type: word, words: [A], part: set_cookie, case-insensitive: true}
    - {type: regex, regex: ["(?i)a+", "(a*)*$"], part: header}
    - {type: status, status: [200], negative: true}
    - {type: binary, binary: ["00ff"]}
    - {type: size, size: [3]}
    - {type: xpath, xpath: ["//a", "count(//b) > 1", "//@href"]}
    - {type: dsl, dsl: ["len(body) > content_length || mmh3(base64_py(body)) == location", "!contains(a, b)"]}
  extractors:
    - {type: regex, regex: ["a(.*)"], group: 1}
    - {type: json, json: [".a[0].b", ".[]"]}
    - {type: xpath, xpath: ["//a", "//@href", "string(//title)"], attribute: href}
    - {type: kval, kval: [location, "Set-Cookie"]}
    - {type: dsl, dsl: ["base64_decode(body)", "hex_decode(header)", "to_number(body) + 1", "a"]}
"""
    )
)
NAMES = st.sampled_from(
    ["Set-Cookie", "Location", "content-type", "Body", "status_code", "", "x\\ud800", "ü: "]
)
VALUES = st.text(max_size=40) | st.sampled_from(
    ["a=b; Max-Age=0", "text/html; charset=gbk", "text/xml; charset=x"]
)
BODIES = st.binary(max_size=300) | st.sampled_from(
    [
        b"<a href=x>" * 50,
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        b"[" * 5_000,
        b'{"a":[{"b":1}]}',
    ]
)


@QUIET
@given(st.integers(0, 1_000), st.lists(st.tuples(NAMES, VALUES), max_size=6), BODIES)
def test_any_answer(status: int, headers: list[tuple[str, str]], body: bytes) -> None:
    response = Response(Request("http://a.example/x"), status, tuple(headers), body)
    outcome = judge(TEMPLATE.blocks[0].operators, Scope(values_of(response, 1)))
    for hit in hits_of(TEMPLATE, Event(response, outcome)):
        assert len(hit.evidence) <= 300
        hit.evidence.encode()
        str(hit.detail["extracted"]).encode()


@QUIET
@given(
    st.sampled_from(sorted(FUNCTIONS)),
    st.lists(st.text(max_size=8) | st.floats() | st.booleans(), max_size=4),
)
def test_any_arguments_of_any_function(name: str, values: list[object]) -> None:
    names = {f"v{number}": value for number, value in enumerate(values)}
    with contextlib.suppress(ExpressionError, RefusedError):
        read_expression(f"{name}({', '.join(names)})").value(Scope(names))


@QUIET
@given(st.text("abc(){}[]'\"\\\\ .,|&!=<>+-*/%?:0123456789$^", max_size=60))
def test_any_text_as_any_of_the_little_languages(text: str) -> None:
    for read in (read_expression, read_flow, read_json_path, compile_pattern):
        with contextlib.suppress(RefusedError):
            read(text)
    list(placeholders(text))
    assert isinstance(fill(text, Scope({"a": "1"}), keeps=True), str)


def test_an_outcome_without_words_still_has_evidence() -> None:
    response = Response(Request("http://a.example/x"), 204)
    (hit,) = hits_of(TEMPLATE, Event(response, Outcome(is_match=True)))
    assert hit.evidence == "status 204"
