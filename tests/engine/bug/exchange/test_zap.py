"""ZAP's report."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from app.engine.bug.exchange import zap
from app.engine.bug.exchange.imported import Imported, ReportError, findings_of

ALERT: dict[str, Any] = {
    "pluginid": "40012",
    "alertRef": "40012",
    "alert": "Cross Site Scripting (Reflected)",
    "riskcode": "3",
    "confidence": "2",
    "desc": "<p>Script is echoed &amp; run.</p><p>In the victim's browser.</p>",
    "solution": "<p>Encode output.</p>",
    "reference": "<p>https://owasp.org/www-community/attacks/xss/</p><p>https://cwe.mitre.org/data/definitions/79.html</p>",
    "cweid": "79",
    "instances": [
        {"uri": "https://www.site.example/find?q=1", "method": "GET", "param": "q", "evidence": "<script>"},
        {"uri": "https://www.site.example/find?q=2", "method": "GET", "param": "q", "attack": "<script>"},
        {"uri": "https://www.site.example/seek", "method": "POST", "param": "q"},
    ],
}


def report(*alerts: Any) -> bytes:
    site = {"@name": "https://www.site.example", "alerts": list(alerts)}
    return orjson.dumps({"@programName": "ZAP", "@version": "2.17.0", "site": [site]})


def parse(**changes: Any) -> list[Imported]:
    return zap.parse(report({**ALERT, **changes}))


def passive(plugin: str, parameter: str = "", evidence: str = "", reference: str = "") -> Imported:
    instance = {"uri": "https://www.site.example/", "method": "GET", "param": parameter, "evidence": evidence}
    (item,) = parse(pluginid=plugin, alertRef=reference or plugin, instances=[instance])
    return item


def test_an_alert_becomes_a_finding_a_place() -> None:
    found = findings_of(parse())
    assert [(each.place, each.method, len(each.locations)) for each in found] == [
        ("/find", "GET", 2),
        ("/seek", "POST", 1),
    ]
    first = found[0]
    assert (first.check, first.severity, first.cls) == ("zap.40012", "high", "cross_site_scripting")
    assert (first.cwe, first.parameter) == (("CWE-79",), "q")
    assert first.detail["why"] == "Script is echoed & run.\nIn the victim's browser."
    assert first.references == (
        "https://owasp.org/www-community/attacks/xss/",
        "https://cwe.mitre.org/data/definitions/79.html",
    )


def test_what_was_marked_as_false_is_left_out() -> None:
    assert parse(confidence="0") == []


def test_confidence_is_ours() -> None:
    assert [parse(confidence=each)[0].confidence for each in "124"] == ["tentative", "firm", "certain"]


@pytest.mark.parametrize(
    ("plugin", "reference", "parameter", "evidence", "rule"),
    [
        ("10038", "10038-1", "", "", "headers.missing-csp"),
        ("10038", "10038-3", "", "", "zap.10038-3"),
        ("10021", "10021", "x-content-type-options", "", "headers.missing-x-content-type-options"),
        ("10035", "10035-1", "", "", "headers.missing-hsts"),
        ("10035", "10035-4", "", "max-age=0", "zap.10035-4"),
        ("10020", "10020-1", "x-frame-options", "", "headers.missing-x-frame-options"),
        ("10055", "10055-5", "content-security-policy", "x", "headers.csp-unsafe-inline"),
        ("10063", "10063-1", "", "", "headers.missing-permissions-policy"),
        ("10010", "10010", "PHPSESSID", "Set-Cookie: PHPSESSID", "cookies.without-httponly"),
        ("10010", "10010", "theme", "Set-Cookie: theme", "zap.10010"),
        ("10011", "10011", "theme", "Set-Cookie: theme", "cookies.without-secure-minor"),
        ("10054", "10054-1", "JSESSIONID", "Set-Cookie: JSESSIONID", "cookies.without-samesite"),
        ("10054", "10054-2", "JSESSIONID", "Set-Cookie: JSESSIONID", "zap.10054-2"),
        ("90003", "90003", "", '<script src="https://cdn.example.net/a.js"></script>', "headers.missing-sri"),
        ("90003", "90003", "", '<link rel="stylesheet" href="https://cdn.example.net/a.css">', "zap.90003"),
        ("90004", "90004-1", "Cross-Origin-Resource-Policy", "", "headers.missing-corp"),
        ("90004", "90004-1", "Cross-Origin-Resource-Policy", "cross-origin", "zap.90004-1"),
    ],
)
def test_equal_weaknesses_are_our_own_rules(
    plugin: str, reference: str, parameter: str, evidence: str, rule: str
) -> None:
    assert passive(plugin, parameter, evidence, reference).rule == rule


def test_our_texts_are_filled() -> None:
    item = passive("90003", evidence='<script src="https://cdn.example.net/a.js"></script>')
    assert (item.parameter, dict(item.values)) == ("cdn.example.net", {"host": "cdn.example.net"})


def test_what_every_page_shows_is_one_finding() -> None:
    instances = [{"uri": f"https://www.site.example/{number}", "method": "GET"} for number in range(3)]
    (finding,) = findings_of(parse(pluginid="10036", alertRef="10036-1", instances=instances))
    assert (finding.check, finding.place, len(finding.locations)) == ("zap.10036-1", "", 3)


def test_a_single_site_is_read_too() -> None:
    data = orjson.loads(report(ALERT))
    assert zap.parse(orjson.dumps({**data, "site": data["site"][0]})) == zap.parse(report(ALERT))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{", "no JSON"),
        (b"[]", "no JSON report of ZAP"),
        (b'{"vulnerabilities": {}}', "no JSON report of ZAP"),
        (b'{"site": [7]}', r"site\[0\]\.alerts: a list"),
        (b'{"site": [{"alerts": [7]}]}', r"site\[0\]\.alerts\[0\]: an object"),
        (report({**ALERT, "riskcode": "9"}), r"site\[0\]\.alerts\[0\]\.riskcode"),
        (report(ALERT, {**ALERT, "pluginid": "x"}), r"site\[0\]\.alerts\[1\]\.pluginid"),
        (report({**ALERT, "instances": None}), r"alerts\[0\]\.instances: a list"),
        (report({**ALERT, "instances": [{"uri": "x"}]}), r"instances\[0\]\.uri"),
    ],
)
def test_a_bad_member_is_named(data: bytes, message: str) -> None:
    with pytest.raises(ReportError, match=message):
        zap.parse(data)
