"""What is read, what is refused, and by which name."""

from __future__ import annotations

import pytest

from app.engine.bug.templates.loader import load, validate
from app.engine.bug.templates.types import REASONS, Options, Refused, Template
from tests.engine.bug.templates.trying import loaded, refused, template_of

PLAIN = """
- method: GET
  path: ["{{BaseURL}}/x"]
  matchers:
    - {type: status, status: [200]}
"""
WRITES = Options(allow_writes=True)


def test_a_plain_template_is_read() -> None:
    template = loaded(template_of(PLAIN))
    assert (template.id, template.rule, len(template.blocks)) == ("a-test", "templates.a-test", 1)
    assert template.blocks[0].steps[0].target == "{{BaseURL}}/x"
    assert validate(template_of(PLAIN)) is None


def test_the_old_name_of_its_requests_is_read_too() -> None:
    assert isinstance(load(template_of(PLAIN).replace(b"http:", b"requests:")), Template)


def test_its_classification_is_read() -> None:
    data = b"""
id: CVE-2021-1
info:
  name: Some product - something
  severity: medium
  description: What it is.
  remediation: Update.
  reference:
    - https://a.example/1
    - https://a.example/2
  classification:
    cvss-metrics: CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N
    cwe-id: cwe-79,CWE-80
  metadata: {product: some_product, vendor: somebody}
  tags: cve,cve2021,xss
http:
  - path: ["{{BaseURL}}"]
    matchers: [{type: word, words: [x]}]
"""
    info = loaded(data).info
    assert (info.severity, info.cwe, info.references[1]) == (
        "medium",
        ("CWE-79", "CWE-80"),
        "https://a.example/2",
    )
    assert (info.cvss or "").startswith("CVSS:3.1/AV:N")
    assert info.products == {"some_product"}
    assert info.vendors == {"somebody"}
    assert info.tags == {"cve", "cve2021", "xss"}


def test_a_vector_that_says_another_severity_is_left_out() -> None:
    data = template_of(PLAIN).replace(
        b"severity: low",
        b"severity: low, classification: {cvss-metrics: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'}",
    )
    assert loaded(data).info.cvss is None


def _block(text: str) -> bytes:
    return template_of(PLAIN.rstrip() + "\n  " + text)


@pytest.mark.parametrize(
    ("data", "reason", "what"),
    [
        (b"", "yaml", ""),
        (b"- a", "yaml", ""),
        (b"a: [1", "yaml", "line"),
        (b"\xff\xfe\x00", "yaml", ""),
        (b"id: a b\ninfo: {}", "id", "a b"),
        (b"info: {name: x}", "id", ""),
        (b"id: a\ninfo: {name: ''}\nhttp: []", "info", "name"),
        (b"id: a\ninfo: {name: x, severity: awful}", "info", "severity"),
        (b"id: a\ninfo: {name: x}", "protocol", "no http"),
        (b"id: a\ninfo: {name: x}\ncode: []", "protocol", "code"),
        (b"id: a\ninfo: {name: x}\ndns: []\nhttp: []", "protocol", "dns"),
        (b"id: a\ninfo: {name: x}\nheadless: []", "protocol", "headless"),
        (b"id: a\ninfo: {name: x}\njavascript: []", "protocol", "javascript"),
        (b"id: a\ninfo: {name: x}\nfile: []", "protocol", "file"),
        (b"id: a\ninfo: {name: x}\nworkflows: []", "workflow", "workflows"),
        (b"id: a\ninfo: {name: x}\nself-contained: true", "self-contained", ""),
        (b"id: a\ninfo: {name: x}\nnew-thing: 1", "field", "new-thing"),
        (b"id: a\ninfo: &x {name: x}\nhttp: [*x]", "alias", "x"),
        (b"x" * 600_000, "size", "bytes"),
        (b"id: " + b"[" * 900 + b"]" * 900, "size", "deep"),
        (template_of(PLAIN).replace(b"tags: exposure", b"tags: 'cve,dos'"), "intrusive", "dos"),
        (_block("new-thing: 1"), "field", "new-thing"),
        (_block("unsafe: true"), "unsafe", "unsafe"),
        (_block("race: true"), "unsafe", "race"),
        (_block("pipeline: true"), "unsafe", "pipeline"),
        (_block("fuzzing: [{part: query}]"), "fuzzing", "fuzzing"),
        (_block("pre-condition: [{type: dsl}]"), "fuzzing", "pre-condition"),
        (_block("payloads: {a: ['1']}"), "payloads", "a"),
        (_block("attack: sniper"), "request", "sniper"),
        (_block("raw: ['GET / HTTP/1.1']"), "request", "either"),
        (_block("max-redirects: many"), "request", "max-redirects"),
        (template_of(PLAIN.replace("GET", "POST")), "method", "POST"),
        (template_of(PLAIN.replace("GET", "DELETE")), "method", "DELETE"),
        (template_of(PLAIN.replace("{{BaseURL}}", "https://b.example")), "other-host", "b.example"),
        (template_of(PLAIN.replace("/x", "/{{token}}")), "variable", "token"),
        (template_of(PLAIN.replace("/x", "/{{interactsh-url}}")), "out-of-band", "interactsh"),
        (template_of(PLAIN.replace("/x", "/{{java_gadget('a')}}")), "function", "java_gadget"),
        (_block("headers: {Host: b.example}"), "host-header", "b.example"),
        (template_of(PLAIN, more="flow: 'for (let a of b) { http(1) }'"), "flow", "for"),
        (template_of(PLAIN, more="flow: http(1) && http(2)"), "flow", "http(2)"),
        (template_of(PLAIN, more="variables: {a: '{{nobody}}'}"), "variable", "nobody"),
        (template_of(PLAIN, more="variables: {a: [1]}"), "field", "variables"),
    ],
)  # fmt: skip
def test_it_is_refused_by_reason_and_name(data: bytes, reason: str, what: str) -> None:
    found = refused(data)
    assert (found.reason, what in found.what) == (reason, True), found
    assert found.reason in REASONS


@pytest.mark.parametrize(
    ("matcher", "reason", "what"),
    [
        ("{type: magic, words: [a]}", "matcher", "magic"),
        ("{type: word}", "matcher", "word without values"),
        ("{type: status, status: [ok]}", "matcher", "ok"),
        ("{type: binary, binary: [zz]}", "matcher", "zz"),
        ("{type: word, words: [zz], encoding: hex}", "matcher", "zz"),
        ("{type: word, words: [a], encoding: rot13}", "matcher", "rot13"),
        ("{type: word, words: [a], condition: xor}", "matcher", "xor"),
        ("{type: word, words: [a], new-thing: 1}", "field", "new-thing"),
        ("{type: word, words: [a], part: interactsh_protocol}", "out-of-band", "interactsh"),
        ("{type: regex, regex: ['(?=a)']}", "regex", "(?=a)"),
        ("{type: regex, regex: ['(a']}", "regex", "(a"),
        ("{type: xpath, xpath: ['//a[']}", "xpath", "//a["),
        ("{type: dsl, dsl: ['wait_for(1)']}", "function", "wait_for"),
        ("{type: dsl, dsl: ['a ==']}", "expression", "a =="),
        ("{type: dsl, dsl: ['contains(body, \"{{wait_for(1)}}\")']}", "function", "wait_for"),
        ("word", "matcher", "no mapping"),
    ],
)
def test_a_matcher_is_refused(matcher: str, reason: str, what: str) -> None:
    found = refused(template_of(PLAIN.replace("{type: status, status: [200]}", matcher)))
    assert (found.reason, what in found.what) == (reason, True), found


@pytest.mark.parametrize(
    ("extractor", "reason", "what"),
    [
        ("{type: magic, regex: [a]}", "extractor", "magic"),
        ("{type: regex}", "extractor", "regex without values"),
        ("{type: regex, regex: [a], group: one}", "extractor", "group"),
        ("{type: json, json: ['.a | select(.b)']}", "json", "select"),
        ("{type: json, json: ['.a[1:2]']}", "json", "[1:2]"),
        ("{type: json, json: ['..']}", "json", ".."),
        ("{type: xpath, xpath: ['//a[']}", "xpath", "//a["),
        ("{type: dsl, dsl: ['public_ip()']}", "function", "public_ip"),
    ],
)
def test_an_extractor_is_refused(extractor: str, reason: str, what: str) -> None:
    found = refused(template_of(PLAIN.rstrip() + f"\n  extractors: [{extractor}]"))
    assert (found.reason, what in found.what) == (reason, True), found


def _raw(text: str) -> bytes:
    lines = "\n".join("      " + line for line in text.split("\n"))
    return template_of(f"- raw:\n    - |\n{lines}\n  matchers:\n    - {{type: status, status: [200]}}")


@pytest.mark.parametrize(
    ("text", "reason", "what"),
    [
        ("@Host: https://b.example\nGET / HTTP/1.1", "annotation", "@Host"),
        ("@tls-sni: request.host\nGET / HTTP/1.1", "annotation", "@tls-sni"),
        ("@timeout: soon\nGET / HTTP/1.1", "annotation", "@timeout"),
        ("get / HTTP/1.1", "method", "get"),
        ("{{method}} / HTTP/1.1", "method", "{{method}}"),
        ("PUT / HTTP/1.1", "method", "PUT"),
        ("GET / HTTP/1.1\nNo colon here", "request", "No colon"),
        ("GET / HTTP/1.1\nTransfer-Encoding: chunked", "unsafe", "Transfer-Encoding"),
        ("GET / HTTP/1.1\nHost: b.example", "host-header", "b.example"),
        ("GET http://b.example/ HTTP/1.1", "other-host", "b.example"),
    ],
)
def test_a_raw_request_is_refused(text: str, reason: str, what: str) -> None:
    found = refused(_raw(text))
    assert (found.reason, what in found.what) == (reason, True), found


def test_writing_methods_and_payloads_run_where_the_operator_permits_them() -> None:
    data = _block("payloads: {a: ['1', '2']}").replace(b"GET", b"POST")
    template = load(data, WRITES)
    assert isinstance(template, Template)
    assert template.blocks[0].payloads == {"a": ("1", "2")}


def test_a_foreign_host_header_is_sent_with_consent() -> None:
    assert isinstance(load(_block("headers: {Host: b.example}"), Options(allow_host_header=True)), Template)


def test_payloads_come_from_a_file_beside_the_template() -> None:
    files = {"names.txt": b"ann\n\nbob\r\n"}
    options = Options(allow_writes=True, read=files.get)
    template = loaded(_block("payloads: {a: names.txt}"), options)
    assert template.blocks[0].payloads == {"a": ("ann", "bob")}


def test_a_payload_file_that_is_not_there_is_refused_by_its_name() -> None:
    found = refused(_block("payloads: {a: /etc/passwd}"), WRITES)
    assert found == Refused("a-test", "payload-file", "/etc/passwd")


def test_scalars_are_read_as_they_were_written() -> None:
    data = template_of(
        PLAIN.replace("{type: status, status: [200]}", "{type: word, words: [yes, 1e3, 007, ~]}")
    )
    assert loaded(data).blocks[0].operators.matchers[0].values == ("yes", "1e3", "007", "~")


def test_braces_of_another_language_in_a_word_are_no_variables() -> None:
    data = template_of(
        PLAIN.replace("{type: status, status: [200]}", "{type: word, words: ['{{item.name}}']}")
    )
    assert validate(data) is None


def test_an_unknown_variable_may_stand_where_the_template_says_so() -> None:
    data = template_of(PLAIN.replace("/x", "/{{token}}") + "  skip-variables-check: true\n")
    assert validate(data) is None
