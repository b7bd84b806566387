"""What is taken for a repository, and what is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.core.library_data import SET_UP
from app.engine.bug.libraries import Repository, RepositoryError
from tests.engine.bug.libraries.data import V, advisory, data, repository


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"<html>Not found</html>",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"tree": []}',
        b'{"tree": {"vulnerabilities": []}}',
        b'{"tree": {"vulnerabilities": [], "extractors": {}}}',
        b'{"tree": {"extractors": {"uri": "x"}}}',
        b'{"tree": {"extractors": {"uri": [1]}}}',
        b'{"tree": {"extractors": {"filecontentreplace": ["x"]}}}',
        json.dumps({"tree": {"extractors": {"uri": [f"({V})"]}, "vulnerabilities": [{"below": 1}]}}).encode(),
    ],
)
def test_it_refuses_what_is_no_repository(bad: bytes) -> None:
    with pytest.raises(RepositoryError):
        Repository.parse(bad)


def test_it_refuses_an_unknown_severity() -> None:
    entry = {"extractors": {}, "vulnerabilities": [advisory("1.0", 7, severity="terrible")]}
    with pytest.raises(RepositoryError, match=r"moss\.vulnerabilities\.severity"):
        repository(moss=entry)


def test_it_leaves_out_an_expression_it_cannot_say() -> None:
    entry: dict[str, Any] = {"extractors": {"uri": [f"(({V})", f"/moss/({V})"]}}
    read = repository(moss=entry)
    assert [each.version for each in read.find(url="https://a.example/moss/1.2")] == ["1.2"]
    assert len(read.refused) == 1


def test_it_reads_data_with_a_byte_order_mark() -> None:
    assert "tree" in Repository.parse(b"\xef\xbb\xbf" + data()).names


def test_it_is_no_library_what_is_not_to_be_checked() -> None:
    assert repository().find(url="https://www.counting.example/c.js") == []


@pytest.mark.skipif(not SET_UP.exists(), reason="the set-up has not copied the data")
def test_it_understands_every_expression_of_the_real_data() -> None:
    read = Repository.parse(SET_UP.read_bytes())
    assert read.refused == ()
    assert {"jquery", "angularjs", "vue", "lodash"} <= set(read.names)


@pytest.mark.skipif(not SET_UP.exists(), reason="the set-up has not copied the data")
@pytest.mark.parametrize(
    ("case", "component", "version", "cve"),
    [
        ({"url": "https://cdn.example/jquery-1.8.3.min.js"}, "jquery", "1.8.3", "CVE-2020-11023"),
        ({"url": "https://cdn.example/ajax/libs/angularjs/1.5.8/angular.min.js"}, "angularjs", "1.5.8", ""),
        ({"filename": "bootstrap-3.3.7.min.js"}, "bootstrap", "3.3.7", "CVE-2019-8331"),
        ({"content": "/*! jQuery v2.0.0 | (c) 2013 */"}, "jquery", "2.0.0", "CVE-2015-9251"),
        ({"content": "//! moment.js\n//! version : 2.10.6\n"}, "moment.js", "2.10.6", "CVE-2017-18214"),
    ],
)
def test_it_knows_well_known_libraries(case: dict[str, str], component: str, version: str, cve: str) -> None:
    (found,) = Repository.parse(SET_UP.read_bytes()).find(**case)
    assert (found.component, found.version) == (component, version)
    assert not cve or any(cve in each.cve for each in found.vulnerabilities)
