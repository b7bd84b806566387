"""Wire forms, sentences, schema and documents."""

from __future__ import annotations

import json
import string

import pytest
from pydantic import ValidationError

from app.engine.usability.probe import sample_document
from app.engine.usability.reasons import LOCALES, REASONS, sentence
from app.engine.usability.registry import all_types, get_type, problems
from app.engine.usability.types import Check, Sample
from tests.engine.certs import Authority
from tests.engine.conftest import Probe
from tests.engine.targets import Target, reply


def test_a_check_survives_the_wire() -> None:
    check = Check(1, 2, "http", {"url": "http://a/"}, 3, 4, ("10.0.0.0/8",))
    assert Check.from_wire(json.loads(json.dumps(check.to_wire()))) == check


def test_a_sample_survives_the_wire(probe: Probe, authority: Authority) -> None:
    with Target(reply(), tls=authority.context("127.0.0.1")) as target:
        sample = probe(target.url())
    assert Sample.from_wire(json.loads(json.dumps(sample.to_wire()))) == sample


def test_a_sample_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="19 values"):
        Sample.from_wire([1, 2, 3])


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_a_sentence_in_every_language(reason: str) -> None:
    assert len(reason) <= 32
    names = [
        {field for _, field, _, _ in string.Formatter().parse(REASONS[reason][each])} for each in LOCALES
    ]
    assert names[0] == names[1]
    assert all(sentence(reason, {}, each) for each in LOCALES)


def test_a_sentence_names_what_happened() -> None:
    detail = {"status": 503, "accepted": "200-399"}
    assert sentence("http_status", detail) == "The server answered 503; expected is 200-399."
    assert "503" in sentence("http_status", detail, "zh_Hans")
    assert sentence("timeout", {"timeout_ms": 9, "phase": "tls"}, "zh").endswith("停在：TLS 握手。")


def test_a_sentence_survives_braces_from_a_target() -> None:
    assert "{0.__class__}" in sentence("keyword_missing", {"keyword": "{0.__class__}"})


def test_the_document_has_the_published_shape(probe: Probe, authority: Authority) -> None:
    with Target(reply(), tls=authority.context("127.0.0.1")) as target:
        document = sample_document(probe(target.url()))
    assert document["up"] is True
    assert set(document["phases"]) == {"dns_ms", "connect_ms", "tls_ms", "first_byte_ms", "transfer_ms"}
    assert {"status", "version", "redirects"} <= set(document["http"])
    assert {"version", "issuer", "not_after", "days_left"} <= set(document["tls"])
    assert document["tls"]["not_after"].endswith("Z")
    json.dumps(document)


def test_the_document_of_a_failure_has_a_sentence(probe: Probe) -> None:
    document = sample_document(probe("http://10.0.0.1/"), "zh")
    assert (document["up"], document["status"], document["http"], document["tls"]) == (
        False,
        "down",
        None,
        None,
    )
    assert "10.0.0.1" in document["sentence"]


def test_every_field_of_every_type_can_be_shown_in_every_language() -> None:
    for kind in all_types():
        for name, field in kind.schema()["properties"].items():
            assert field["title"], name
            assert field["description"], name
            assert set(field["zh"]) == {"title", "description"}, name
            assert {"widget", "group"} <= set(field), name


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "url"),
        ({"url": "ftp://a/"}, "url"),
        ({"url": "http://a/", "nonsense": 1}, "nonsense"),
        ({"url": "http://a/", "accepted_status": "200-"}, "accepted_status"),
        ({"url": "http://a/", "accepted_status": "300-200"}, "accepted_status"),
        ({"url": "http://a/", "accepted_status": ""}, "accepted_status"),
        ({"url": "http://a/", "headers": {"A:B": "x"}}, "headers"),
        ({"url": "http://a/", "headers": {"A": "x\r\nB: y"}}, "headers"),
        ({"url": "http://a/", "headers": {"Content-Length": "5"}}, "headers"),
        ({"url": "http://a/", "max_redirects": 0}, "max_redirects"),
        ({"url": "http://a/", "method": "get"}, "method"),
    ],
)
def test_a_wrong_configuration_names_the_field(config: dict[str, object], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        get_type("http").parse(config)
    assert list(problems(caught.value)) == [field]
