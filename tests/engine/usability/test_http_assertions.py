"""What an answer is expected to be: every kind of assertion, its reason, and hostile answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from app.engine.usability.content.answer import Answer
from app.engine.usability.content.assertions import COMPARISONS, Assertion, Assertions
from app.engine.usability.content.judge import judged
from app.engine.usability.content.patterns import (
    PatternError,
    compiled_css,
    compiled_json_path,
    compiled_regex,
    compiled_xpath,
)
from app.engine.usability.reasons import REASONS, sentence
from app.engine.usability.registry import problems
from tests.bounded import within_cpu
from tests.engine.certs import Authority
from tests.engine.conftest import Probe
from tests.engine.targets import Target, reply

JSON = (
    '{"state": "ok", "count": 3, "no": null,'
    ' "parts": [{"name": "a", "up": true}, {"name": "b", "up": false}]}'
)
PAGE = '<html><!-- a note --><h1 class="big">Tea &amp; more</h1><a href="/x">go</a><p>1</p><p>2</p></html>'
LINES = [b"HTTP/1.1 200 OK\r\n", b"Server: nginx\r\n", b"X-A: 1\r\n", b"X-A: 2\r\n"]


def answer(text: str = "", **how: Any) -> Answer:
    return Answer(200, "http://a.test/end", LINES, text.encode(), limit=1 << 20, **how)


def line(kind: str, comparison: str = "", value: str = "", target: str = "", **more: str) -> Assertion:
    given = {"kind": kind, "value": value, "target": target, **more}
    return Assertion.model_validate({**given, **({"comparison": comparison} if comparison else {})})


def reason(each: Assertion, seen: Answer) -> str | None:
    misses = judged([each], seen)
    return misses[0].reason if misses else None


@pytest.mark.parametrize(
    ("path", "comparison", "value", "expected"),
    [
        ("$.state", "equals", "ok", None),
        ("$.state", "equals", "bad", "json_equals"),
        ("$.count", "equals", "3", None),
        ("$.count", "equals", "3.0", None),
        ("$.count", "less_than", "3", "json_less_than"),
        ("$.count", "greater_than", "2.5", None),
        ("$.parts[*].up", "equals", "true", "json_equals"),
        ("$.parts[0].up", "equals", "true", None),
        ("$.no", "equals", "null", None),
        ("$.gone", "present", "", "json_missing"),
        ("$.gone", "absent", "", None),
        ("$.gone", "not_equals", "x", None),
        ("$.gone", "equals", "x", "json_missing"),
        ("$.state", "absent", "", "json_unwanted"),
        ("$.state", "matches", "^o.$", None),
        ("$.state", "not_matches", "^o", "json_not_matches"),
        ("$.state", "not_contains", "x", None),
        ('$.parts[?@.name=="b"].up', "equals", "false", None),
        ("$.parts[0]", "equals", '{"name": "a", "up": true}', None),
        ("$..name", "contains", "c", "json_contains"),
    ],
)
def test_json_is_judged_by_path(path: str, comparison: str, value: str, expected: str | None) -> None:
    assert reason(line("json", comparison, value, path), answer(JSON)) == expected


@pytest.mark.parametrize(
    ("each", "expected"),
    [
        (line("xpath", "equals", "Tea & more", "//h1"), None),
        (line("xpath", "present", "", "//h2"), "xpath_missing"),
        (line("xpath", "equals", "2", "count(//p)"), None),
        (line("xpath", "contains", "y", "//a/@href"), "xpath_contains"),
        (line("xpath", "equals", "a note", "//comment()"), None),
        (line("xpath", "equals", "1", "//p[1]/text()"), None),
        (line("css", "present", "", "h1.big"), None),
        (line("css", "absent", "", "p"), "css_unwanted"),
        (line("body", "contains", "more"), None),
        (line("body", "matches", r"Tea\s&amp;"), None),
        (line("body", "not_contains", "more"), "body_not_contains"),
        (line("header", "equals", "nginx", "server"), None),
        (line("header", "contains", "2", "X-A"), None),
        (line("header", "present", "", "X-B"), "header_missing"),
        (line("header", "absent", "", "Server"), "header_unwanted"),
        (line("header", "not_matches", "ngin", "Server"), "header_not_matches"),
        (line("status", "equals", "200-299"), None),
        (line("status", "not_equals", "200"), "http_status_refused"),
        (line("size", "less_than", "10"), "size_less_than"),
        (line("url", "contains", "/end"), None),
        (line("url", "equals", "http://a.test/"), "url_equals"),
        (line("redirects", "equals", "2"), None),
        (line("time", "less_than", "100"), "too_slow"),
        (line("certificate", "greater_than", "14"), "certificate_ends"),
    ],
)
def test_pages_headers_and_numbers_are_judged(each: Assertion, expected: str | None) -> None:
    seen = answer(PAGE, size=90, took_ms=250.0, redirects=2, days_left=7.5)
    assert reason(each, seen) == expected


def test_a_slow_answer_and_an_ending_certificate_are_degraded_unless_said_otherwise() -> None:
    seen = answer(took_ms=300.0, days_left=3.0)
    lines = [
        line("time", value="200"),
        line("certificate", value="14"),
        line("time", value="250", otherwise="down"),
    ]
    assert [(miss.number, miss.status) for miss in judged(lines, seen)] == [
        (3, "down"),
        (1, "degraded"),
        (2, "degraded"),
    ]


def test_every_comparison_has_a_sentence_that_names_what_came() -> None:
    for kind in ("header", "json", "xpath", "css", "url"):
        for comparison in COMPARISONS[kind]:
            name = {"present": "missing", "absent": "unwanted"}.get(comparison, comparison)
            assert f"{kind}_{name}" in REASONS
            assert len(f"{kind}_{name}") <= 32
    said = sentence("json_equals", {"target": "$.state", "got": "bad", "expected": "ok"})
    assert said == "$.state in the JSON answer is “bad”; expected is “ok”."


def test_what_is_no_json_is_told() -> None:
    miss = judged([line("json", "equals", "1", "$.a")], answer("<html>"))[0]
    assert (miss.status, miss.reason) == ("down", "content_unreadable")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "json", "target": "$.a[", "value": "1"}, "0.target"),
        ({"kind": "xpath", "target": "//a[", "value": "1"}, "0.target"),
        ({"kind": "header", "target": "a b", "value": "1"}, "0.target"),
        ({"kind": "header", "value": "1"}, "0.target"),
        ({"kind": "time", "comparison": "contains", "value": "1"}, "0.comparison"),
        ({"kind": "time", "value": "soon"}, "0.value"),
        ({"kind": "status", "value": "9"}, "0.value"),
        ({"kind": "body", "comparison": "matches", "value": "("}, "0.value"),
        ({"kind": "body", "value": ""}, "0.value"),
        ({"kind": "body", "target": "x", "value": "a"}, "0.target"),
        ({"kind": "smell", "value": "1"}, "0.kind"),
    ],
)
def test_what_cannot_be_judged_is_refused_at_its_field(given: dict[str, str], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Assertions).validate_python([given])
    assert list(problems(caught.value)) == [field]


@pytest.mark.parametrize(
    ("compile_one", "expression"),
    [
        (compiled_regex, "(?:(?:(?:x{999}){999}){999}){999}"),
        (compiled_regex, "(?x) ( [)x]{200} ) {200}"),
        (compiled_regex, r"(?:\(x{5,999}){,999}"),
        (compiled_regex, "(?x)(?:x{999})(?#a ( comment){9 99}"),
        (compiled_regex, r"(?:(?:x{999})\ ){999}"),
        (compiled_regex, r"(?:[(?#](?:x{999})){999}"),
        (compiled_regex, r"(?:(?:x{999})[[:alpha:])]){999}"),
        (compiled_regex, r"(?V1)(?:(?:x{999})[[b])]){999}"),
        (compiled_regex, r"(?:(?:x{999})[\]\)]){999}"),
        (compiled_json_path, "$..a..b"),
        (compiled_json_path, "$[*,*][*,*][*,*][*,*]"),
        (compiled_json_path, "$[?@..x]"),
        (compiled_json_path, "$[?@[?@.a]]"),
        (compiled_json_path, "$[?count($[*]) > 1]"),
        (compiled_json_path, "$[?$[*]]"),
        (compiled_json_path, "$[?match(@.a, '(a+)+$')]"),
        (compiled_xpath, "//a//b//c"),
        (compiled_xpath, "//*[count(//*) > 1]"),
        (compiled_xpath, "//a[following::b]"),
        (compiled_css, "a ~ b ~ c ~ d"),
        (compiled_css, "\\1"),
        (compiled_xpath, "//a[. = '\x01']"),
        (compiled_xpath, "//a" * 200),
    ],
)
def test_an_expression_that_could_cost_much_is_refused(compile_one: Any, expression: str) -> None:
    with pytest.raises(PatternError):
        compile_one(expression)


def _unlike_pairs(count: int) -> str:
    """As many elements of two kinds, no text of which is the same, though each begins alike."""
    return "".join(f"<p>aa{number}</p><b>aa-{number}</b>" for number in range(count))


@pytest.mark.parametrize(
    ("each", "text"),
    [
        (line("body", "matches", "(a+)+$"), "a" * 40_000 + "b"),
        (line("xpath", "present", "", "//i/following-sibling::b"), "<i></i>" * 40_000),
        (line("css", "present", "", "i:nth-last-child(2)"), "<i></i>" * 40_000),
        (line("xpath", "present", "", "//b"), "<i></i>" * 60_000),
        (line("json", "present", "", "$..x"), "[" * 500 + "]" * 500),
        (line("json", "absent", "", "$..[?@.a == -1]"), json.dumps([{"a": 1}] * 200_000)),
        (line("json", "not_matches", "a*a*a*a*b|c", "$[*]"), json.dumps(["a" * 400] * 1000)),
        (line("xpath", "absent", "", "//*//*"), "<div>" * 200 + "<p>x</p>" * 9_000),
        (line("xpath", "absent", "", "//div/..//p/.."), "<div>" * 200 + "<p>x</p>" * 9_000),
        (line("xpath", "absent", "", "//*[contains(., 'zz')]"), "<div>" * 240 + "abc " * 200_000),
        (
            line("xpath", "absent", "", f"//*[translate(., '{'b' * 90}', '') = 'zz']"),
            "<p>" * 30 + "a" * 200_000,
        ),
        (line("xpath", "absent", "", "//body[p = b]"), _unlike_pairs(9_000)),
        (line("css", "absent", "", "div p"), "<div>" * 200 + "<p>x</p>" * 9_000),
    ],
)
def test_a_hostile_answer_costs_little_and_is_not_judged(each: Assertion, text: str) -> None:
    with within_cpu(1.0):
        (miss,) = judged([each], answer(text))
        assert (miss.status, miss.reason) == ("unknown", "assertion_unjudged")


@pytest.mark.parametrize(
    "expression", [r"^(?:\d{1,3}\.){3}\d{1,3}$", "[0-9.]{9}", r"\d{3}\.{1}", "1{,4}", r"\[{0}"]
)
def test_an_expression_may_count(expression: str) -> None:
    assert compiled_regex(expression)("192.0.2.1")


@pytest.mark.parametrize("expression", ["$[?count(@.b[*]) == 2]", "$[?@.b[*]]", "$[?@.a == $[0].a]"])
def test_a_filter_looks_at_what_is_in_a_node(expression: str) -> None:
    text = json.dumps([{"a": 1, "b": [1, 2]}])
    assert reason(line("json", "present", "", expression), answer(text)) is None


def test_many_lines_share_the_time_there_is() -> None:
    lines = [line("body", "not_matches", f"a*a*a*a*b{number}") for number in range(30)]
    with within_cpu(1.0):
        judged(lines, answer("a" * 1_000))


@pytest.mark.parametrize("expression", ["//table//td", "//tr[td = '7']", "//td/..", "//tr[contains(., '7')]"])
def test_a_page_of_the_usual_size_is_looked_through(expression: str) -> None:
    text = f"<table>{'<tr><td>7</td><td>b</td></tr>' * 800}</table>"
    assert reason(line("xpath", "present", "", expression), answer(text)) is None


@pytest.mark.parametrize("kind", ["application/rss+xml; charset=utf-8", "text/xml"])
def test_xml_may_say_so_by_its_type_alone(kind: str) -> None:
    seen = answer("<rss><Channel><title>T</title></Channel></rss>", content_type=kind)
    assert reason(line("xpath", "equals", "T", "/rss/Channel/title"), seen) is None


def test_xhtml_is_a_page_like_any_other() -> None:
    seen = answer('<html xmlns="u"><body><h1>T</h1></body></html>', content_type="application/xhtml+xml")
    assert reason(line("xpath", "equals", "T", "//h1"), seen) is None


def test_entities_and_files_of_xml_are_not_read() -> None:
    text = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><r>&x;</r></a>'
    assert reason(line("xpath", "contains", "root", "//r"), answer(text)) == "xpath_contains"


@pytest.mark.parametrize("value", ["报表.xlsx".encode(), "prix coûtant".encode("latin-1")])
def test_headers_beyond_ascii_are_read_as_they_were_meant(value: bytes) -> None:
    seen = Answer(200, "http://a.test/", [b"X-Name: " + value + b"\r\n"], b"", limit=1)
    assert seen.header("x-name") in ("报表.xlsx", "prix coûtant")


@pytest.mark.parametrize(
    ("announces", "comparison", "value", "verdict"),
    [
        (True, "less_than", "200000", ("down", "size_less_than")),
        (True, "greater_than", "200000", ("up", None)),
        (False, "less_than", "200000", ("unknown", "assertion_unjudged")),
        (False, "greater_than", "200000", ("unknown", "assertion_unjudged")),
        (False, "greater_than", "1000", ("up", None)),
        (False, "less_than", "1000", ("down", "size_less_than")),
    ],
)
def test_the_size_of_what_is_not_read_to_its_end(
    probe: Probe, announces: bool, comparison: str, value: str, verdict: tuple[str, str | None]
) -> None:
    body = b"x" * 300_000
    head = f"Content-Length: {len(body)}\r\n" if announces else ""
    wire = f"HTTP/1.1 200 OK\r\n{head}\r\n".encode() + body
    with Target(lambda connection, _request: connection.sendall(wire)) as target:
        wanted = {"kind": "size", "comparison": comparison, "value": value}
        sample = probe(target.url(), max_body_kb=16, assertions=[wanted])
    assert (sample.status, sample.reason) == verdict


def test_a_check_names_the_line_that_does_not_hold(probe: Probe) -> None:
    lines = [
        {"kind": "header", "target": "X-Kind", "value": "tea"},
        {"kind": "json", "target": "$.state", "value": "good"},
    ]
    lines[0]["comparison"] = "equals"
    with Target(reply(JSON.encode(), headers=("X-Kind: tea",))) as target:
        sample = probe(target.url(), assertions=lines)
    assert (sample.status, sample.reason, sample.detail["assertion"]) == ("down", "json_equals", 2)
    assert sample.detail["got"] == "ok"


def test_a_certificate_that_ends_soon_is_degraded(probe: Probe, authority: Authority) -> None:
    lines = [{"kind": "certificate", "value": "30"}]
    with Target(reply(), tls=authority.context("127.0.0.1", days=10)) as target:
        sample = probe(target.url(), assertions=lines)
    assert (sample.status, sample.reason) == ("degraded", "certificate_ends")
    assert 9 < sample.detail["got"] < 11
