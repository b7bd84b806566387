"""What the check says of a site's libraries."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.engine.bug.checks.libraries import libraries
from app.engine.bug.finding.describe import describe
from app.engine.bug.finding.merge import findings_of, severity_of
from app.engine.bug.page import Page
from app.engine.bug.types import Finding, Skip
from tests.bounded import within_cpu
from tests.engine.bug.checks.sight import SITE, gathered, html, page
from tests.engine.bug.libraries.data import V, advisory, data

SCRIPT = "text/javascript"
OLD = "/*! Tree v1.4.0 */"
UNMAINTAINED = {
    "moss": {
        "vulnerabilities": [advisory("2.999.999", 9, severity="low", cwe=["CWE-1104"])],
        "extractors": {"filecontent": [f"Moss ({V})"]},
    }
}


def found(*pages: Page, known: bytes = b"") -> tuple[Finding, ...]:
    seen = gathered(*pages)
    seen.plan = replace(seen.plan, library_data=known or data(**UNMAINTAINED))
    return findings_of(libraries(seen), "shop.site.example")


def uses(source: str, path: str = "/") -> Page:
    return page(html("", f'<script src="{source}"></script>'), path)


def test_it_makes_one_finding_of_a_library_with_all_its_places() -> None:
    file = page(OLD, "/tree.js", kind=SCRIPT)
    (finding,) = found(uses("/tree.js"), uses("/tree.js", "/tea"), file)
    assert finding.check == "libraries.vulnerable"
    assert finding.component == "tree"
    assert {each.url for each in finding.locations} == {f"{SITE}/tree.js", f"{SITE}/", f"{SITE}/tea"}


def test_it_is_as_grave_as_the_worst_advisory() -> None:
    (finding,) = found(uses("/x.js"), page(OLD, "/x.js", kind=SCRIPT))
    assert finding.severity == "high"
    assert severity_of(finding.cvss or "") == "high"
    assert finding.cwe[:2] == ("CWE-1395", "CWE-1104")
    assert {"CWE-79", "CWE-1321"} <= set(finding.cwe)


def test_it_names_version_advisories_and_what_mends_them() -> None:
    (finding,) = found(uses("https://cdn.example/1.6.0/tree.js"))
    texts = describe(finding.check, finding.detail)
    assert texts["title"] == "tree 1.6.0 has known weaknesses"
    assert "CVE-2024-1" in texts["why"] and "CVE-2024-2" not in texts["why"]
    assert "2.0.0" in texts["remedy"]


def test_it_places_a_library_of_elsewhere_on_the_page() -> None:
    (finding,) = found(uses("https://cdn.example/1.6.0/tree.js", "/tea"))
    assert [each.url for each in finding.locations] == [f"{SITE}/tea"]


def test_it_reads_inline_scripts() -> None:
    (finding,) = found(page(html(f"<script>{OLD}</script>"), "/tea"))
    assert finding.url == f"{SITE}/tea"


def test_it_reads_files_that_no_page_names() -> None:
    (finding,) = found(page(html("")), page(OLD, "/lost.js", kind=SCRIPT))
    assert finding.url == f"{SITE}/lost.js"


def test_it_is_one_finding_though_there_are_two_versions() -> None:
    (finding,) = found(uses("/a.js"), page(OLD + "/*! Tree v1.6.0 */", "/a.js", kind=SCRIPT))
    assert finding.detail["version"] == "1.4.0, 1.6.0"


def test_it_keeps_its_fingerprint_whatever_the_version_and_place() -> None:
    (one,) = found(uses("https://cdn.example/1.6.0/tree.js"))
    (other,) = found(uses("/b.js"), page(OLD, "/b.js", kind=SCRIPT))
    assert one.fingerprint == other.fingerprint


def test_it_believes_the_file_more_than_its_name() -> None:
    assert found(uses("/1.6.0/tree.js"), page("/*! Tree v2.1.0 */", "/1.6.0/tree.js", kind=SCRIPT)) == ()


def test_it_says_nothing_of_current_libraries() -> None:
    assert (
        found(uses("https://cdn.example/2.0.0/tree.js"), page(html("<script>/* * Bush 2.0</script>"))) == ()
    )


def test_it_says_what_is_no_longer_maintained() -> None:
    (finding,) = found(page(html("<script>// Moss 1.2</script>")))
    assert (finding.check, finding.severity) == ("libraries.end-of-life", "low")
    assert finding.detail["fixed_in"] == "3.0.0"


def test_it_is_not_taken_in_by_pages_that_talk_of_libraries() -> None:
    talk = html(f"<code>tree-1.4.0.min.js</code> {OLD} <pre>&lt;script src='/1.4.0/tree.js'&gt;</pre>")
    assert found(page(talk), page(OLD, "/notes.txt", kind="text/css")) == ()


def test_it_is_not_taken_in_by_scripts_that_are_not_there() -> None:
    gone = page(html("not here"), "/1.4.0/tree.js", status=404)
    seen = gathered(uses("/1.4.0/tree.js"))
    seen.files[gone.url] = gone
    seen.plan = replace(seen.plan, library_data=data())
    assert list(libraries(seen)) == []


def test_it_is_not_taken_in_by_pages_in_place_of_scripts() -> None:
    seen = gathered(uses("/1.4.0/tree.js"))
    seen.files[f"{SITE}/1.4.0/tree.js"] = page(html(OLD), "/1.4.0/tree.js")
    seen.plan = replace(seen.plan, library_data=data())
    assert list(libraries(seen)) == []


def test_it_leaves_data_in_script_elements_alone() -> None:
    assert found(page(html(f'<script type="application/json">"{OLD}"</script>'))) == ()


def test_it_tells_others_what_the_site_is_made_of() -> None:
    seen = gathered(uses("https://cdn.example/2.0.0/tree.js"))
    seen.plan = replace(seen.plan, library_data=data())
    assert list(libraries(seen)) == []
    assert seen.technologies == {"tree": "2.0.0"}


def test_it_says_why_it_did_not_look() -> None:
    seen = gathered(uses("/x.js"))
    assert list(libraries(seen)) == []
    assert seen.shared["skips"] == [Skip("libraries", "no_library_data")]
    seen.plan = replace(seen.plan, library_data=b"<html>")
    assert list(libraries(seen)) == []
    assert seen.shared["skips"][1].reason == "bad_library_data"


def test_it_ends_in_time_whatever_the_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.engine.bug.libraries.usage.MAX_SECONDS", 0.5)
    slow = {"extractors": {"filecontent": [rf"/\*[\s*]+[\s*]+moss ({V}) <"]}}
    hostile = [page("/*" + "* " * 100_000 + f"{n} moss  <", f"/{n}.js", kind=SCRIPT) for n in range(40)]
    with within_cpu(5):
        assert found(page(html("")), *hostile, known=data(moss=slow)) == ()


def test_it_guesses_by_the_package_where_no_expression_helps() -> None:
    (finding,) = found(uses("https://cdn.example/npm/tree@1.4.0/dist/main.js"))
    assert (finding.detail["version"], finding.confidence) == ("1.4.0", "tentative")


def test_it_believes_an_expression_more_than_a_banner() -> None:
    assert found(page(html("<script>/* tree 1.4.0 */ /*! Tree v2.1.0 */</script>"))) == ()
