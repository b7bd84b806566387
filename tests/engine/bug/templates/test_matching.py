"""Matchers and extractors, each against a real answer."""

from __future__ import annotations

import pytest

from tests.bug.serving import Answer
from tests.engine.bug.templates.trying import site_of, template_of, try_template

BODY = (
    '<html><head><title>Shop</title></head><body><a id="x" href="/deep">Hello, World 4.2.1</a></body></html>'
)
PAGE = Answer(
    BODY,
    headers=(("x-powered-by", "Thing/4.2.1"), ("Set-Cookie", "Sid=abc; Path=/"), ("Set-Cookie", "b=2")),
)
SITE = site_of(
    {
        "/": PAGE,
        "/x": PAGE,
        "/json": Answer('{"data":[{"name":"ann","id":7},{"name":"bob"}],"ok":true}', kind="application/json"),
        "/xml": Answer('<?xml version="1.0"?><r><v n="1">5.1</v></r>', kind="text/xml"),
        "/zip": Answer(b"PK\x03\x04\xff\x00rest", kind="application/zip"),
        "/gbk": Answer("网站".encode("gbk"), kind="text/html; charset=gbk"),
    }
)


def matches(matcher: str, path: str = "/") -> bool:
    block = f"- path: ['{{{{BaseURL}}}}{path}']\n  matchers:\n    - {matcher}"
    return bool(try_template(SITE, template_of(block)).hits)


@pytest.mark.parametrize(
    "matcher",
    [
        "{type: status, status: [404, 200]}",
        "{type: status, status: [404], negative: true}",
        "{type: word, words: ['Hello']}",
        "{type: word, words: [nothing, Hello]}",
        "{type: word, words: [World, Hello], condition: and}",
        "{type: word, words: ['HELLO'], case-insensitive: true}",
        "{type: word, words: ['48656c6c6f'], encoding: hex}",
        "{type: word, words: [nothing], negative: true}",
        "{type: word, part: header, words: ['X-Powered-By: Thing']}",
        "{type: word, part: header, words: ['HTTP/1.1 200 OK']}",
        "{type: word, part: all_headers, words: ['Content-Type: text/html']}",
        "{type: word, part: x_powered_by, words: ['Thing']}",
        "{type: word, part: x-powered-by, words: ['Thing']}",
        "{type: word, part: content_type, words: ['text/html']}",
        "{type: word, part: set_cookie, words: ['b=2']}",
        "{type: word, part: sid, words: ['abc']}",
        "{type: word, part: all, words: ['Thing', 'Hello'], condition: and}",
        "{type: word, part: raw, words: ['Thing', 'Hello'], condition: and}",
        "{type: word, part: response, words: ['Hello']}",
        "{type: word, part: request, words: ['GET ']}",
        "{type: word, part: body_1, words: ['Hello']}",
        "{type: word, part: status_code, words: ['200']}",
        "{type: regex, regex: ['(?i)hello, w\\w+ [\\d.]+']}",
        "{type: regex, regex: ['nothing', '(?m)^<html>']}",
        "{type: regex, part: header, regex: ['(?m)^X-Powered-By:\\s*Thing/[0-9.]+\\r?$']}",
        "{type: dsl, dsl: ['status_code == 200 && contains(body, \"Hello\")']}",
        "{type: dsl, dsl: ['status_code_1 == 200', 'len(body) > 5'], condition: and}",
        "{type: dsl, dsl: ['nobody == 1', 'contains(x_powered_by, \"Thing\")']}",
        "{type: dsl, dsl: ['contains(to_lower(header), \"x-powered-by\") && duration < 5']}",
        "{type: dsl, dsl: ['content_length == len(body)']}",
        '{type: dsl, dsl: [\'compare_versions("{{to_string("4.2.1")}}", "< 5")\']}',
        "{type: xpath, xpath: ['//a[@id=\"x\"]']}",
        "{type: xpath, xpath: ['count(//a) = 1']}",
        "{type: size, part: x_powered_by, size: [11]}",
    ],
)
def test_it_matches(matcher: str) -> None:
    assert matches(matcher)


@pytest.mark.parametrize(
    "matcher",
    [
        "{type: status, status: [404]}",
        "{type: status, status: [200], negative: true}",
        "{type: word, words: [hello]}",
        "{type: word, words: [Hello, nothing], condition: and}",
        "{type: word, part: location, words: ['Thing']}",
        "{type: word, part: location, words: ['Thing'], negative: true}",
        "{type: word, part: body_2, words: ['Hello'], negative: true}",
        "{type: regex, regex: ['^Hello']}",
        "{type: dsl, dsl: ['status_code == 200', 'nobody == 1'], condition: and}",
        "{type: dsl, dsl: ['status_code']}",
        "{type: xpath, xpath: ['//form']}",
        "{type: binary, binary: ['504b']}",
        "{type: size, size: [3]}",
    ],
)
def test_it_does_not_match(matcher: str) -> None:
    assert not matches(matcher)


def test_bytes_are_found_as_they_came() -> None:
    assert matches("{type: binary, binary: ['504b0304ff00']}", "/zip")


def test_a_hash_is_of_the_very_bytes() -> None:
    assert matches("{type: dsl, dsl: ['hex_encode(body) == \"504b0304ff0072657374\"']}", "/zip")


def test_xml_is_read_as_such() -> None:
    assert matches("{type: xpath, xpath: ['/r/v[@n=\"1\"]']}", "/xml")


def test_chinese_charsets_are_decoded() -> None:
    assert matches("{type: word, words: ['网站']}", "/gbk")


def test_matchers_stand_together_with_and() -> None:
    matchers = "[{type: word, words: [Hello]}, {type: status, status: [404]}]"
    block = f"- path: ['{{{{BaseURL}}}}']\n  matchers-condition: %s\n  matchers: {matchers}"
    assert not try_template(SITE, template_of(block % "and")).hits
    assert try_template(SITE, template_of(block % "or")).hits


def test_an_internal_matcher_tells_nothing() -> None:
    assert not matches("{type: status, status: [200], internal: true}")


def test_each_named_matcher_is_a_find_of_its_own() -> None:
    block = """
    - path: ["{{BaseURL}}/x"]
      matchers:
        - {type: word, name: greeting, words: [Hello]}
        - {type: word, name: shop, words: [Shop]}
        - {type: word, name: other, words: [Other]}
    """
    assert [hit.parameter for hit in try_template(SITE, template_of(block)).hits] == ["greeting", "shop"]


@pytest.mark.parametrize(
    ("extractor", "path", "values"),
    [
        ("{type: regex, regex: ['World ([0-9.]+)'], group: 1}", "/x", ["4.2.1"]),
        ("{type: regex, regex: ['Thing/[0-9.]+'], part: header}", "/x", ["Thing/4.2.1"]),
        ("{type: regex, regex: ['o'], group: 3}", "/x", []),
        ("{type: kval, kval: [x_powered_by, Sid]}", "/x", ["Thing/4.2.1", "abc"]),
        ("{type: json, json: ['.data[].name']}", "/json", ["ann", "bob"]),
        ("{type: json, json: ['.data[0]']}", "/json", ['{"name":"ann","id":7}']),
        ("{type: json, json: ['.data']}", "/x", []),
        ("{type: xpath, xpath: ['//a'], attribute: href}", "/x", ["/deep"]),
        ("{type: xpath, xpath: ['//title']}", "/x", ["Shop"]),
        ("{type: xpath, xpath: ['//v']}", "/xml", ["5.1"]),
        ("{type: dsl, dsl: ['to_upper(x_powered_by)', 'len(body) - len(body)']}", "/", ["THING/4.2.1", "0"]),
    ],
)
def test_it_extracts(extractor: str, path: str, values: list[str]) -> None:
    block = f"- path: ['{{{{BaseURL}}}}{path}']\n  extractors:\n    - {extractor}"
    assert try_template(SITE, template_of(block)).extracted == values


def test_what_was_extracted_may_be_named_by_a_matcher_of_the_same_answer() -> None:
    block = """
    - path: ["{{BaseURL}}/x"]
      extractors:
        - {type: regex, name: version, group: 1, regex: ["World ([0-9.]+)"], internal: true}
      matchers:
        - {type: dsl, dsl: ["compare_versions(version, '< 4.3')"]}
    """
    assert try_template(SITE, template_of(block)).hits


def test_a_secret_is_masked_in_the_evidence() -> None:
    site = site_of({"/x": "token=abcd1234efgh5678ijkl9012"})
    block = """
    - path: ["{{BaseURL}}/x"]
      extractors: [{type: regex, regex: ["token=(\\\\w+)"], group: 1}]
    """
    (hit,) = try_template(site, template_of(block)).hits
    assert "efgh5678" not in hit.evidence + str(hit.detail["extracted"])
    assert hit.evidence.startswith("abcd…9012")


def test_a_word_that_was_looked_for_is_shown() -> None:
    site = site_of({"/x": "proof 900150983cd24fb0d6963f7d28e17f72"})
    block = """
    - path: ["{{BaseURL}}/x"]
      matchers: [{type: word, words: ["{{md5('abc')}}"]}]
    """
    (hit,) = try_template(site, template_of(block)).hits
    assert hit.evidence == "900150983cd24fb0d6963f7d28e17f72"
