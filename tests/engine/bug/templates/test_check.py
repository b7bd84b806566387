"""The operator's templates within a scan."""

from __future__ import annotations

import time

from app.engine.bug.scan import scan
from app.engine.bug.types import Plan, Report
from tests.bounded import within_cpu
from tests.bug.serving import Answer, App, Asked, SiteServer
from tests.engine.bug.templates.trying import plan_for, site_of, template_of

SITE = site_of({"/": "<title>Home</title>", "/a": "alpha beta"})


def word(text: str, path: str = "/a", identifier: str = "a-test") -> bytes:
    block = f"- path: ['{{{{BaseURL}}}}{path}']\n  matchers: [{{type: word, words: [{text}]}}]"
    return template_of(block, identifier=identifier)


def scanned(app: App, templates: list[bytes], **more: object) -> tuple[Report, list[Asked]]:
    with SiteServer(app) as server:
        more = {"only": frozenset({"templates"}), "hosts": frozenset({"127.0.0.1"}), **more}
        plan: Plan = plan_for(server.url(), templates, **more)
        return scan(plan, now=time.time), list(server.asked)


def test_a_template_gives_a_finding_with_its_own_class() -> None:
    report, _ = scanned(SITE, [word("alpha")])
    (finding,) = report.findings
    assert (finding.check, finding.cls, finding.severity) == (
        "templates.a-test",
        "information_exposure",
        "low",
    )
    assert finding.place == "/a"
    assert report.coverage.has_run("templates.a-test", "/a")


def test_one_request_is_judged_by_many_templates() -> None:
    templates = [
        word(text, identifier=f"t-{number}") for number, text in enumerate(("alpha", "beta", "gamma"))
    ]
    report, asked = scanned(SITE, templates)
    assert {finding.check for finding in report.findings} == {"templates.t-0", "templates.t-1"}
    assert [each.target for each in asked].count("/a") == 1


def test_a_refused_template_is_named_in_the_report() -> None:
    data = word("alpha").replace(b"http:", b"code:")
    report, _ = scanned(SITE, [data])
    assert [(skip.check, skip.reason, dict(skip.detail)) for skip in report.skipped] == [
        ("templates.a-test", "protocol", {"what": "code"})
    ]


def test_two_templates_of_one_id_run_once() -> None:
    report, _ = scanned(SITE, [word("alpha"), word("beta")])
    assert [(skip.check, skip.reason) for skip in report.skipped] == [("templates.a-test", "id")]


def test_templates_of_what_is_not_there_are_counted() -> None:
    data = word("alpha").replace(b"tags: exposure", b"tags: joomla")
    report, _ = scanned(SITE, [data], only=frozenset(), budget=600)
    told = [skip for skip in report.skipped if skip.check.startswith("templates.")]
    assert [(skip.check, skip.reason, dict(skip.detail)) for skip in told] == [
        ("templates.*", "technology", {"what": "1"})
    ]


def test_only_the_template_of_a_finding_runs_when_it_is_looked_at_again() -> None:
    templates = [word("alpha", identifier="one"), word("home", "/b", identifier="two")]
    report, asked = scanned(SITE, templates, only=frozenset({"templates.one"}))
    assert [finding.check for finding in report.findings] == ["templates.one"]
    assert "/b" not in {each.target for each in asked}


def test_nothing_writes_in_a_scan() -> None:
    data = template_of(
        "- method: POST\n  path: ['{{BaseURL}}/a']\n  matchers: [{type: status, status: [200]}]"
    )
    report, asked = scanned(SITE, [data])
    assert {each.method for each in asked} == {"GET"}
    assert [(skip.check, skip.reason) for skip in report.skipped] == [("templates.a-test", "method")]


def test_the_budget_ends_templates_and_keeps_what_was_found() -> None:
    paths = ", ".join(f"'{{{{BaseURL}}}}/p{number}'" for number in range(80))
    block = f"- path: ['{{{{BaseURL}}}}/a', {paths}]\n  matchers: [{{type: word, words: [alpha]}}]"
    report, asked = scanned(SITE, [template_of(block)], budget=30)
    assert len(asked) == report.requests == 30
    assert [finding.check for finding in report.findings] == ["templates.a-test"]
    assert ("templates", "budget") in {(skip.check, skip.reason) for skip in report.skipped}
    assert not report.coverage.has_run("templates.a-test", "/a")


def test_a_hostile_body_is_judged_soon() -> None:
    def app(asked: Asked) -> Answer:
        return Answer("a" * 900_000 + "!" if asked.path == "/a" else "home")

    block = """
    - path: ["{{BaseURL}}/a"]
      matchers: [{type: regex, regex: ["^(a+)+$", "(a|aa)+b", "(.*)*x"]}]
      extractors: [{type: regex, regex: ["(a*)*$"]}]
    """
    with within_cpu(10):
        scanned(app, [template_of(block)])
