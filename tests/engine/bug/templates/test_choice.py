"""Which templates suit a site."""

from __future__ import annotations

import pytest

from app.engine.bug.templates.choice import kind_of, technologies_of
from app.engine.bug.templates.runner import in_order
from app.engine.bug.templates.types import Template
from tests.engine.bug.templates.trying import loaded


def template(
    tags: str, product: str = "", *, severity: str = "low", path: str = "/", identifier: str = "a"
) -> Template:
    return loaded(
        f"""
id: {identifier}
info: {{name: x, severity: {severity}, tags: "{tags}", metadata: {{product: "{product}"}}}}
http:
  - path: ["{{{{BaseURL}}}}{path}"]
    matchers: [{{type: word, words: [x]}}]
""".encode()
    )


@pytest.mark.parametrize(
    ("tags", "product", "names"),
    [
        ("exposure,config,git", "", set()),
        ("misconfig,phpinfo", "php", set()),
        ("cve,cve2021,xss", "", set()),
        ("cve,cve2021,wordpress,xss", "contact_form_7", {"wordpress", "contact_form_7"}),
        ("cve,cve2020,exposure,jira", "jira", {"jira"}),
        ("panel,grafana", "grafana", {"grafana"}),
        ("panel,exposure,grafana", "", {"grafana"}),
        ("cve,apache,solr", "", {"solr"}),
        ("cve,apache", "", {"apache"}),
        ("cve,php,thinkphp", "", {"thinkphp"}),
    ],
)
def test_technologies_are_of_product_and_tags(tags: str, product: str, names: set[str]) -> None:
    assert technologies_of(template(tags, product)) == names


@pytest.mark.parametrize(
    ("tags", "detected", "kind"),
    [
        ("exposure", (), "general"),
        ("cve,wordpress", ("WordPress",), "detected"),
        ("cve,wordpress", ("nginx",), "other"),
        ("cve,tomcat", ("Apache Tomcat",), "detected"),
        ("cve,asp-net", ("ASP.NET",), "detected"),
        ("cve,apache,solr", ("Apache httpd",), "other"),
        ("cve,http_server", ("Apache httpd",), "detected"),
        ("cve,bigip", ("F5 BIG-IP",), "detected"),
        ("cve,joomla", ("Joomla!",), "detected"),
    ],
)
def test_a_product_must_be_detected(tags: str, detected: tuple[str, ...], kind: str) -> None:
    assert kind_of(template(tags), detected) == kind


def test_detected_products_come_first_and_others_in_a_full_scan_only() -> None:
    templates = [
        template("exposure", identifier="general"),
        template("cve,joomla", identifier="other"),
        template("cve,wordpress", identifier="detected"),
    ]
    assert [each.id for each in in_order(templates, ("WordPress",), is_full=False)] == ["detected", "general"]
    assert [each.id for each in in_order(templates, ("WordPress",), is_full=True)][-1] == "other"


def test_what_asks_the_same_stands_together_the_gravest_first() -> None:
    templates = [
        template("exposure", path="/a", identifier="a1"),
        template("exposure", path="/b", identifier="b1"),
        template("exposure", path="/a", identifier="a2"),
        template("exposure", path="/b", identifier="b2", severity="high"),
    ]
    assert [each.id for each in in_order(templates, (), is_full=False)] == ["b1", "b2", "a1", "a2"]
