"""From hits to findings."""

from __future__ import annotations

import pytest

from app.engine.bug.finding.merge import findings_of, severity_of
from app.engine.bug.types import Hit, Request, Response

SITE = "shop.example"
MEDIUM = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"


def test_the_same_at_two_addresses_of_a_place_is_one_finding_with_two_locations() -> None:
    hits = [Hit("own.rule", f"https://shop.example/item/{number}", severity="low") for number in (1, 2)]
    (finding,) = findings_of(hits, SITE)
    assert [each.url for each in finding.locations] == [
        "https://shop.example/item/1",
        "https://shop.example/item/2",
    ]
    assert finding.place == "/item/*"


def test_the_same_twice_is_one_location() -> None:
    hits = [Hit("own.rule", "https://shop.example/a", evidence=text) for text in ("first", "second")]
    (finding,) = findings_of(hits, SITE)
    assert len(finding.locations) == 1


def test_the_gravest_come_first() -> None:
    hits = [Hit("own.low", "https://shop.example/", severity="low")]
    hits.append(Hit("own.high", "https://shop.example/", severity="high"))
    assert [each.check for each in findings_of(hits, SITE)] == ["own.high", "own.low"]


def test_another_parameter_is_another_finding() -> None:
    hits = [Hit("own.rule", "https://shop.example/", parameter=name) for name in ("a", "b")]
    assert len(findings_of(hits, SITE)) == 2


def test_excerpts_of_messages_have_no_secrets() -> None:
    request = Request("https://shop.example/", headers=(("Cookie", "sid=0123456789abcdef0123"),))
    response = Response(request, 200, (("Set-Cookie", "sid=0123456789abcdef0123; Path=/"),))
    (finding,) = findings_of([Hit("own.rule", request.url, response=response)], SITE)
    shown = finding.locations[0].request + finding.locations[0].response
    assert "0123456789abcdef0123" not in shown
    assert "sid=0123…0123" in shown


def test_nothing_of_a_finding_tells_a_secret() -> None:
    """Not its address, its evidence, its detail, nor where a redirect leads."""
    secret = "n687neLfjVHq8xiM0OGr4hTxoF54Fzbk"
    url = f"https://shop.example/cb?session={secret}&page=2"
    response = Response(Request(url), 302, (("Location", f"/in?token={secret}"), ("X-Api-Key", secret)))
    evidence = f"connect(password='{secret}') to postgres://app:{secret}@db"
    hit = Hit("own.rule", url, evidence, detail={"url": url, "urls": (url,)}, response=response)
    (finding,) = findings_of([hit], SITE)
    assert secret not in repr(finding)
    assert finding.url == "https://shop.example/cb?session=n687…Fzbk&page=2"
    assert finding.place == "/cb"


def test_half_of_a_character_in_a_name_is_no_obstacle() -> None:
    assert findings_of([Hit("own.rule", "https://shop.example/", parameter="\ud800")], SITE)


@pytest.mark.parametrize(
    ("vector", "severity"),
    [
        (MEDIUM, "medium"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "critical"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", "info"),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "critical"),
        ("nonsense", None),
    ],
)
def test_a_vector_gives_its_severity(vector: str, severity: str | None) -> None:
    assert severity_of(vector) == severity


def test_a_hit_of_its_own_vector_is_rated_by_it() -> None:
    (finding,) = findings_of([Hit("own.rule", "https://shop.example/", cvss=MEDIUM)], SITE)
    assert finding.severity == "medium"
