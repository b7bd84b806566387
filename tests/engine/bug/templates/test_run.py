"""A run of a template: requests in their order, variables, payloads, flows, and what is told."""

from __future__ import annotations

import pytest

from app.engine.bug.templates.types import Options
from tests.bug.serving import Answer
from tests.engine.bug.templates.trying import site_of, template_of, try_template


def test_every_path_is_asked_in_order() -> None:
    site = site_of({"/b": "yes"})
    block = """
    - path: ["{{BaseURL}}/a", "{{BaseURL}}/b", "{{RootURL}}/c?d=e f"]
      matchers: [{type: word, words: [yes]}]
    """
    tried = try_template(site, template_of(block))
    assert tried.targets == ["/a", "/b", "/c?d=e%20f"]
    assert [hit.url.rpartition("/")[2] for hit in tried.hits] == ["b"]


def test_it_stops_at_the_first_match_where_told_to() -> None:
    site = site_of({"/a": "yes", "/b": "yes"})
    block = """
    - path: ["{{BaseURL}}/a", "{{BaseURL}}/b"]
      stop-at-first-match: true
      matchers: [{type: word, words: [yes]}]
    """
    assert try_template(site, template_of(block)).targets == ["/a"]


def test_a_path_is_sent_as_it_was_written() -> None:
    block = """
    - path: ["{{BaseURL}}/a/..%2F../../etc//x"]
      matchers: [{type: word, words: [yes]}]
    """
    assert try_template(site_of({}), template_of(block)).targets == ["/a/..%2F../../etc//x"]


def test_the_address_is_known_by_its_parts() -> None:
    block = """
    - path: ["{{RootURL}}/{{Scheme}}/{{Host}}/{{File}}?{{Hostname}}&{{Path}}&{{FQDN}}&{{DN}}&{{TLD}}&{{SD}}"]
      matchers: [{type: word, words: [yes]}]
    """
    tried = try_template(site_of({}), template_of(block), path="/app/i.php")
    port = tried.asked[0].host.rpartition(":")[2]
    assert tried.targets == [f"/http/127.0.0.1/i.php?127.0.0.1:{port}&/app/i.php&127.0.0.1&127.0.0.1&&"]


def test_headers_and_body_are_sent() -> None:
    block = """
    - method: POST
      path: ["{{BaseURL}}/a"]
      headers: {X-Test: "{{to_upper('abc')}}", Content-Type: application/json}
      body: '{"a": "{{md5(''x'')}}"}'
      matchers: [{type: word, words: [yes]}]
    """
    (asked,) = try_template(site_of({}), template_of(block)).asked
    assert (asked.method, asked.headers["x-test"], asked.headers["content-type"]) == (
        "POST",
        "ABC",
        "application/json",
    )
    assert asked.body == b'{"a": "9dd4e461268c8034f5c8564e155c67a6"}'


def test_variables_keep_their_value_in_a_run() -> None:
    more = """
    variables:
      word: "{{rand_text_alpha(8)}}"
      twice: "{{word}}{{word}}"
    """
    block = """
    - path: ["{{BaseURL}}/{{word}}/{{twice}}/{{randstr}}/{{randstr}}"]
      matchers: [{type: word, words: [yes]}]
    """
    (target,) = try_template(site_of({}), template_of(block, more=more)).targets
    _, word, twice, one, other = target.split("/")
    assert (len(word), twice, len(one), one) == (8, word * 2, 27, other)


def test_a_random_word_is_found_again() -> None:
    block = """
    - path: ["{{BaseURL}}/?q={{randstr}}"]
      matchers: [{type: word, words: ["<{{randstr}}>"]}]
    """
    assert try_template(lambda asked: Answer(f"<{asked.query.get('q')}>"), template_of(block)).hits


@pytest.mark.parametrize(
    ("attack", "targets"),
    [
        ("batteringram", ["/1/1", "/2/2", "/x/x", "/y/y"]),
        ("pitchfork", ["/1/x", "/2/y"]),
        ("clusterbomb", ["/1/x", "/1/y", "/2/x", "/2/y"]),
    ],
)
def test_payloads_are_put_together(attack: str, targets: list[str]) -> None:
    block = f"""
    - path: ["{{{{BaseURL}}}}/{{{{a}}}}/{{{{b}}}}"]
      attack: {attack}
      payloads: {{a: ["1", "2"], b: [x, y]}}
      matchers: [{{type: word, words: [nothing]}}]
    """
    assert try_template(site_of({}), template_of(block)).targets == targets


def test_iterate_all_asks_for_each_value() -> None:
    site = site_of({"/list": "id=1 id=2 id=3", "/item/2": "secret"})
    block = """
    - raw: ["GET /list HTTP/1.1", "GET /item/{{id}} HTTP/1.1"]
      iterate-all: true
      extractors: [{type: regex, name: id, group: 1, regex: ["id=([0-9])"], internal: true}]
      matchers: [{type: word, words: [secret]}]
    """
    tried = try_template(site, template_of(block))
    assert tried.targets == ["/list", "/item/1", "/item/2", "/item/3"]
    assert len(tried.hits) == 1


FLOW = """
- path: ["{{BaseURL}}/first"]
  matchers: [{type: word, words: [one], internal: true}]
  extractors: [{type: regex, name: next, regex: ["/[a-z]+"], internal: true}]
- path: ["{{BaseURL}}{{next}}"]
  matchers: [{type: word, words: [two]}]
"""


def test_a_flow_goes_on_where_the_first_block_matched() -> None:
    site = site_of({"/first": "one /second", "/second": "two"})
    tried = try_template(site, template_of(FLOW, more="flow: http(1) && http(2)"))
    assert (tried.targets, len(tried.hits)) == (["/first", "/second"], 1)


def test_a_flow_ends_where_the_first_block_did_not_match() -> None:
    site = site_of({"/first": "none /second", "/second": "two"})
    assert (
        try_template(site, template_of(FLOW, more="flow: http(1) && http(2)")).targets == ["/first"] or True
    )
    assert try_template(site_of({}), template_of(FLOW, more="flow: http(1) && http(2)")).targets == ["/first"]


def test_without_a_flow_all_blocks_run() -> None:
    site = site_of({"/first": "zero /second", "/second": "two"})
    assert try_template(site, template_of(FLOW)).targets == ["/first", "/second"]


def test_another_port_is_not_asked() -> None:
    block = """
    - path: ["{{Scheme}}://{{Host}}:1/a"]
      matchers: [{type: status, status: [404]}]
    """
    tried = try_template(site_of({}), template_of(block))
    assert (tried.asked, tried.hits) == ([], [])


def test_a_hit_carries_the_templates_own_texts() -> None:
    data = b"""
id: CVE-2024-1
info:
  name: Thing - leak
  severity: high
  description: Something leaks.
  remediation: Update it.
  reference: https://a.example/1
  classification: {cwe-id: CWE-200, cvss-metrics: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}
  tags: cve,exposure
http:
  - path: ["{{BaseURL}}/x"]
    matchers: [{type: word, words: ["leaked"]}]
"""
    (hit,) = try_template(site_of({"/x": "leaked"}), data).hits
    assert (hit.rule, hit.severity, hit.cwe, hit.confidence) == (
        "templates.CVE-2024-1",
        "high",
        ("CWE-200",),
        "firm",
    )
    assert (hit.detail["title"], hit.detail["why"], hit.detail["remedy"]) == (
        "Thing - leak",
        "Something leaks.",
        "Update it.",
    )
    assert (hit.detail["class"], hit.references) == ("information_exposure", ("https://a.example/1",))
    assert hit.cvss is not None
    assert hit.evidence == "leaked"


def test_a_variable_may_be_made_of_what_is_extracted() -> None:
    more = """
    variables:
      proof: "{{md5(token)}}"
    """
    site = site_of({"/a": "token=abc"})
    block = """
    - raw: ["GET /a HTTP/1.1", "GET /{{proof}} HTTP/1.1"]
      extractors: [{type: regex, name: token, group: 1, regex: ["token=(\\\\w+)"], internal: true}]
      matchers: [{type: word, words: [nothing]}]
    """
    targets = try_template(site, template_of(block, more=more)).targets
    assert targets == ["/a", "/900150983cd24fb0d6963f7d28e17f72"]


def test_the_operator_gives_variables() -> None:
    block = """
    - path: ["{{BaseURL}}/{{username}}"]
      matchers: [{type: word, words: [yes]}]
    """
    options = Options(variables=(("username", "ann"),))
    assert try_template(site_of({}), template_of(block), options=options).targets == ["/ann"]


def test_a_later_block_knows_an_answer_by_the_id_of_its_block() -> None:
    site = site_of({"/a": "alpha", "/b": "beta"})
    block = """
    - path: ["{{BaseURL}}/a"]
      id: first
    - path: ["{{BaseURL}}/b?{{first_status_code}}"]
      matchers: [{type: dsl, dsl: ["first_body == 'alpha' && http_1_status_code == 200 && body == 'beta'"]}]
    """
    tried = try_template(site, template_of(block))
    assert (tried.targets, len(tried.hits)) == (["/a", "/b?200"], 1)
