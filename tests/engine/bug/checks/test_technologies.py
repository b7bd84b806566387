"""What a site is made of, what it tells of versions, and what is out of support."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from app.engine.bug import technologies as engine
from app.engine.bug.checks.technologies import technologies
from app.engine.bug.finding.merge import findings_of
from app.engine.bug.page import Page
from app.engine.bug.types import Finding
from tests.bounded import within_cpu
from tests.engine.bug.checks.sight import SITE, answer, by_site, gathered, html, page, rules

TABLE = tomllib.loads((Path(engine.__file__).parent / "signatures/technologies.toml").read_text("utf-8"))


def seen(*pages: Page) -> dict[str, str]:
    everything = gathered(*pages)
    list(technologies(everything))
    return everything.technologies


def findings(*pages: Page) -> tuple[Finding, ...]:
    return findings_of(technologies(gathered(*pages)), "shop.site.example")


def with_header(name: str, value: str, path: str = "/") -> Page:
    return page(html("hello"), path, headers=((name, value),))


@pytest.mark.parametrize(
    ("header", "value", "expected"),
    [
        ("Server", "nginx/1.24.0", {"nginx": "1.24.0"}),
        ("server", "nginx", {"nginx": ""}),
        ("Server", "openresty/1.21.4.1", {"OpenResty": "1.21.4.1", "nginx": ""}),
        (
            "Server",
            "Apache/2.4.41 (Ubuntu) OpenSSL/1.1.1f PHP/7.4.3",
            {"Apache httpd": "2.4.41", "OpenSSL": "1.1.1f", "PHP": "7.4.3"},
        ),
        ("Server", "Apache-Coyote/1.1", {"Apache Coyote": "1.1", "Apache Tomcat": "", "Java": ""}),
        ("Server", "Microsoft-IIS/10.0", {"Microsoft IIS": "10.0"}),
        ("Server", "gunicorn/20.0.4", {"gunicorn": "20.0.4", "Python": ""}),
        ("Server", "Jetty(9.4.48.v20220622)", {"Jetty": "9.4.48", "Java": ""}),
        ("Server", "WEBrick/1.6.0 (Ruby/2.7.0/2019-12-25)", {"WEBrick": "1.6.0", "Ruby": "2.7.0"}),
        ("X-Powered-By", "PHP/8.3.1", {"PHP": "8.3.1"}),
        ("X-Powered-By", "ThinkPHP", {"ThinkPHP": "", "PHP": ""}),
        ("X-Powered-By", "Express", {"Express": "", "Node.js": ""}),
        ("X-AspNet-Version", "4.0.30319", {"ASP.NET": ""}),
        ("X-Jenkins", "2.401.1", {"Jenkins": "2.401.1", "Java": ""}),
        ("Set-Cookie", "rememberMe=deleteMe; Path=/", {"Apache Shiro": "", "Java": ""}),
        ("Set-Cookie", "wp-settings-1=a", {"WordPress": "", "PHP": ""}),
        ("Set-Cookie", "PHPSESSID=abc; HttpOnly", {"PHP": ""}),
        ("Set-Cookie", "ASPSESSIONIDQQ=abc", {"Classic ASP": ""}),
    ],
)
def test_it_knows_software_by_its_headers(header: str, value: str, expected: dict[str, str]) -> None:
    assert seen(with_header(header, value)) == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<meta name="generator" content="WordPress 6.4.2">', {"WordPress": "6.4.2", "PHP": ""}),
        ('<meta name="Generator" content="Drupal 10 (https://www.drupal.org)">', {"Drupal": "10", "PHP": ""}),
        ('<meta name="generator" content="Discuz! X3.4">', {"Discuz!": "3.4", "PHP": ""}),
        ('<meta name="generator" content="DedeCMS V57">', {"DedeCMS": "57", "PHP": ""}),
        ('<meta name="csrf-param" content="authenticity_token">', {"Ruby on Rails": "", "Ruby": ""}),
        ('<link href="/wp-content/themes/x/style.css" rel="stylesheet">', {"WordPress": "", "PHP": ""}),
        ('<script src="/_next/static/chunks/main.js"></script>', {"Next.js": "", "React": "", "Node.js": ""}),
        ('<script src="https://hm.baidu.com/hm.js?1"></script>', {"Baidu Tongji": ""}),
        ('<script src="/ruoyi/js/ry-ui.js?v=4.7.5"></script>', {"RuoYi": "", "Java": ""}),
        ('<app ng-version="17.0.1"></app>', {"Angular": "17.0.1"}),
    ],
)
def test_it_knows_software_by_the_page(head: str, expected: dict[str, str]) -> None:
    assert seen(page(html("", head))) == expected


def test_it_is_not_taken_in_by_links_to_others() -> None:
    links = (
        '<a href="https://blog.other.example/wp-content/a.pdf">x</a>'
        '<img src="https://other.example/wp-content/a.png">'
        "<p>Server: Apache/2.2.3, WordPress 4.7.1, &lt;meta name=generator&gt;</p>"
    )
    assert seen(page(html(links))) == {}
    assert by_site(technologies, page(html(links))) == []


@pytest.mark.parametrize(
    ("header", "value", "parameter"),
    [
        ("server", "Apache/2.4.62 (Unix)", "Server"),
        ("X-Powered-By", "PHP/8.3.1", "X-Powered-By"),
        ("X-AspNet-Version", "4.0.30319", "X-AspNet-Version"),
        ("x-aspnetmvc-version", "5.2", "X-AspNetMvc-Version"),
        ("X-Generator", "Drupal 10.1", "X-Generator"),
    ],
)
def test_it_names_headers_that_tell_a_version(header: str, value: str, parameter: str) -> None:
    (finding,) = findings(with_header(header, value), with_header(header, value, "/tea"))
    assert (finding.check, finding.parameter) == ("technologies.version-disclosed", parameter)
    assert finding.cls == "version_disclosure" and {"CWE-200", "CWE-497"} <= set(finding.cwe)
    assert [each.url for each in finding.locations] == [f"{SITE}/", f"{SITE}/tea"]
    assert value in finding.locations[0].evidence


def test_it_names_a_generator_that_tells_a_version() -> None:
    (finding,) = findings(page(html("", '<meta name="generator" content="Hugo 0.120.1">'), "/journal"))
    assert (finding.check, finding.parameter) == ("technologies.version-disclosed", "generator")
    assert finding.url == f"{SITE}/journal"


def test_it_minds_x_powered_by_without_a_version_less() -> None:
    (finding,) = findings(with_header("X-Powered-By", "Express"))
    assert (finding.check, finding.severity) == ("technologies.powered-by", "info")


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Server", "nginx"),
        ("Server", "Apache"),
        ("Via", "1.1 varnish"),
        ("X-Varnish", "12.34"),
        ("Server", ""),
    ],
)
def test_it_is_content_with_headers_without_version(header: str, value: str) -> None:
    assert findings(with_header(header, value)) == ()


@pytest.mark.parametrize(
    ("body", "software"),
    [
        ("<hr><address>Apache/2.4.62 (Unix) Server at shop Port 443</address>", "Apache httpd"),
        ("<hr><center>nginx/1.26.1</center>", "nginx"),
        ("<h3>Apache Tomcat/10.1.9</h3>", "Apache Tomcat"),
    ],
)
def test_it_names_error_pages_that_tell_a_version(body: str, software: str) -> None:
    everything = gathered(page(html("home")))
    everything.missing.append(answer(html(body), "/nowhere", status=404))
    (hit,) = technologies(everything)
    assert (hit.rule, hit.component) == ("technologies.version-in-error-page", software)


def test_it_leaves_pages_that_show_such_an_error_alone() -> None:
    assert rules(by_site(technologies, page(html("<hr><center>nginx/1.26.1</center>")))) == set()


@pytest.mark.parametrize(
    ("header", "value", "software"),
    [
        ("X-Powered-By", "PHP/5.6.40", "PHP"),
        ("Server", "Apache/2.2.15 (CentOS)", "Apache httpd"),
        ("Server", "nginx/1.14.0", "nginx"),
        ("Server", "Microsoft-IIS/7.5", "Microsoft IIS"),
        ("Server", "Apache-Coyote/1.1", "Apache Coyote"),
        ("Server", "Apache/2.4.62 OpenSSL/1.0.2k-fips", "OpenSSL"),
        ("Server", "Werkzeug/0.16 Python/3.6.9", "Python"),
        ("X-Generator", "Drupal 7 (http://drupal.org)", "Drupal"),
    ],
)
def test_it_names_software_out_of_support(header: str, value: str, software: str) -> None:
    (old,) = [each for each in findings(with_header(header, value)) if each.check.endswith("end-of-life")]
    assert old.component == software
    assert old.cls == "outdated_software" and "CWE-1104" in old.cwe


def test_it_places_old_software_where_it_is_told() -> None:
    journal = page(html("", '<meta name="generator" content="WordPress 4.7.1">'), "/journal")
    (old,) = [each for each in findings(page(html("home")), journal) if each.check.endswith("end-of-life")]
    assert (old.component, old.url) == ("WordPress", f"{SITE}/journal")


@pytest.mark.parametrize(
    "value",
    ["PHP/8.3.1", "PHP/8", "PHP", "PHP/99999999999999999999.1"],
)
def test_it_leaves_what_is_supported_or_unknown(value: str) -> None:
    assert "end-of-life" not in rules(by_site(technologies, with_header("X-Powered-By", value)))


def test_it_names_a_version_with_a_well_known_hole() -> None:
    (hole,) = [
        each
        for each in findings(with_header("Server", "Apache/2.4.49 (Unix)"))
        if each.check == "technologies.known-hole"
    ]
    assert hole.detail["cve"] == "CVE-2021-41773"
    assert hole.severity == "high"


def test_it_suspects_an_old_release_of_a_supported_line() -> None:
    (old,) = [each for each in findings(with_header("Server", "Apache/2.4.29 (Ubuntu)")) if each.component]
    assert (old.check, old.severity, old.confidence) == ("technologies.old-release", "low", "tentative")


def test_it_keeps_the_fingerprint_when_the_version_changes() -> None:
    one, other = (
        {each.check: each.fingerprint for each in findings(with_header("Server", f"nginx/{version}"))}
        for version in ("1.14.0", "1.16.1")
    )
    assert one == other and len(one) == 2


def test_it_is_fast_and_bears_any_page() -> None:
    hostile = [
        html('<a hx-get="' + "x" * 200_000),
        "<address>Apache/" * 20_000,
        '<meta name="generator" content="' + "WordPress " * 50_000 + '">',
        "\ud800😀" * 50_000,
        html("".join(f'<script src="/{n}/wp-content/{n}.js"></script>' for n in range(2_000))),
    ]
    pages = [
        page("", f"/{n}", headers=(("Server", "nginx/" + "1." * 9_000), ("Set-Cookie", "=" * 9_000)))
        for n in range(50)
    ]
    pages += [
        Page(answer(text.encode("utf-8", "replace").decode(), f"/h{n}", status=404 if n == 1 else 200))
        for n, text in enumerate(hostile)
    ]
    with within_cpu(3):
        by_site(technologies, *pages)


def test_every_signature_can_be_read() -> None:
    assert len(TABLE) >= 120
    known = {"headers", "cookies", "generator", "metas", "paths", "hosts", "html", "version", "implies"}
    for name, table in TABLE.items():
        assert set(table) <= known, name
        assert set(table) - {"version", "implies"}, name
        assert set(table.get("implies", ())) <= set(TABLE), name
        assert all(word == word.lower() for key in ("paths", "hosts", "html") for word in table.get(key, ()))
        assert all(key == key.lower() for key in table.get("headers", {})), name
        assert "version" not in table or "html" in table, name


def test_every_end_of_support_is_dated_and_known() -> None:
    for name, each in engine.support().items():
        assert name in TABLE
        assert date.fromisoformat(each.since) < date(2026, 11, 1)
        assert each.source.startswith("https://")
        assert re.fullmatch(r"\d+(\.\d+)*", each.below)
