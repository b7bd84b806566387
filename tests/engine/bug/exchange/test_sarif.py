"""SARIF that other tools can read."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import orjson
import pytest

from app.engine.bug.definitions import all_definitions
from app.engine.bug.exchange.rows import Row
from app.engine.bug.exchange.sarif import sarif_of
from tests.engine.bug.exchange.rows import FOREIGN, PAGE, row
from tests.engine.bug.exchange.schema import sarif_schema


@pytest.fixture(scope="module")
def schema(request: pytest.FixtureRequest) -> Any:
    assert request.config.cache is not None
    return jsonschema_rs.validator_for(sarif_schema(request.config.cache))


def run_of(*rows: Row, locale: str = "en") -> dict[str, Any]:
    # As it is read by others: through JSON.
    document = orjson.loads(orjson.dumps(sarif_of(rows, tool_version="1.0", locale=locale)))
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    assert isinstance(run, dict)
    return run


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_it_is_valid_by_the_schema(schema: Any, locale: str) -> None:
    states = ("open", "confirmed", "false_positive", "accepted", "fixed")
    rows = [row(state=state, reason="because", accepted_by="ann@site.example") for state in states]
    rows += [FOREIGN, row(locations=(), component="jquery", parameter=None), row(references=(), cwe=())]
    schema.validate(orjson.loads(orjson.dumps(sarif_of(rows, tool_version="1.0", locale=locale))))


def test_every_rule_of_ours_is_valid_by_the_schema(schema: Any) -> None:
    rows = [
        row(rule=each.rule, cls=each.cls, severity=each.severity, cwe=each.cwe, cvss=each.cvss, detail={})
        for each in all_definitions().values()
    ]
    schema.validate(orjson.loads(orjson.dumps(sarif_of(rows, tool_version="1.0", locale="en"))))


def test_nothing_found_is_a_run_without_results(schema: Any) -> None:
    document = sarif_of([], tool_version="1.0", locale="en")
    schema.validate(document)
    assert document["runs"][0]["results"] == []


def test_a_rule_has_help_weaknesses_and_a_score() -> None:
    (rule,) = run_of(row(), row(detail={"host": "other.example"}))["tool"]["driver"]["rules"]
    assert rule["shortDescription"]["text"] == "Scripts of … without integrity"
    assert "integrity=" in rule["help"]["text"]
    assert rule["properties"]["security-severity"] == "3.1"
    assert {"security", "external/cwe/cwe-353"} <= set(rule["properties"]["tags"])
    assert [each["target"]["id"] for each in rule["relationships"]] == ["CWE-353", "CWE-829"]


def test_relationships_lead_to_the_taxonomy() -> None:
    run = run_of(row(), FOREIGN)
    taxa = [taxon["id"] for taxon in run["taxonomies"][0]["taxa"]]
    assert taxa == ["CWE-79", "CWE-353", "CWE-829"]
    for rule in run["tool"]["driver"]["rules"]:
        for each in rule["relationships"]:
            assert taxa[each["target"]["index"]] == each["target"]["id"]


def test_a_result_has_its_place_proof_and_fingerprint() -> None:
    (result,) = run_of(row())["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "https://shop.site.example/item/4711?q=a%20b"
    assert "cdn.example.net" in place["region"]["snippet"]["text"]
    assert result["partialFingerprints"] == {"cloudEye/v1": "0123456789abcdef0123456789abcdef"}
    assert (result["level"], result["kind"], result["ruleIndex"]) == ("note", "fail", 0)
    assert result["webRequest"]["target"] == PAGE


def test_the_same_rule_is_named_once() -> None:
    run = run_of(row(), FOREIGN, row(fingerprint="f" * 32))
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["headers.missing-sri", "zap.40012"]
    assert [result["ruleIndex"] for result in run["results"]] == [0, 1, 0]


@pytest.mark.parametrize(
    ("state", "justification"),
    [
        ("accepted", "Accepted (ann@site.example, → 2027-01-01): old browsers"),
        ("false_positive", "False positive (ann@site.example, → 2027-01-01): old browsers"),
    ],
)
def test_what_was_decided_is_a_suppression(state: str, justification: str) -> None:
    decided = row(
        state=state, reason="old browsers", accepted_by="ann@site.example", accepted_until="2027-01-01"
    )
    (result,) = run_of(decided)["results"]
    assert result["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": justification}
    ]


@pytest.mark.parametrize("state", ["open", "confirmed", "fixed"])
def test_what_is_not_decided_is_not_suppressed(state: str) -> None:
    (result,) = run_of(row(state=state))["results"]
    assert "suppressions" not in result


def test_what_is_fixed_has_passed() -> None:
    (result,) = run_of(row(state="fixed"))["results"]
    assert (result["kind"], result["level"]) == ("pass", "none")


def test_imported_findings_carry_their_own_texts() -> None:
    run = run_of(FOREIGN, locale="zh")
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["shortDescription"]["text"] == "Cross Site Scripting {x}"
    assert rule["help"]["text"] == "Scripts run.\n\nEscape {output}."
    assert rule["defaultConfiguration"]["level"] == "error"
    assert run["tool"]["driver"]["language"] == "zh-CN"
