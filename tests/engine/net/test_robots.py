"""robots.txt as RFC 9309 reads it."""

from __future__ import annotations

import pytest

from app.engine.net.robots import parse_robots, robots_of
from tests.bounded import within_cpu


@pytest.mark.parametrize(
    ("rules", "path", "is_permitted"),
    [
        ("", "/a", True),
        ("Disallow:", "/a", True),
        ("Disallow: /", "/a", False),
        ("Disallow: /a", "/ab", False),
        ("Disallow: /a/", "/a", True),
        ("Disallow: /\nAllow: /a", "/a/b", True),
        ("Allow: /a\nDisallow: /a/b", "/a/b", False),
        ("Disallow: /a\nAllow: /a", "/a", True),
        ("Disallow: /*.php$", "/x/index.php", False),
        ("Disallow: /*.php$", "/index.php?a=1", True),
        ("Disallow: /*.php", "/index.php?a=1", False),
        ("Disallow: /a*b*c", "/a1b2c3", False),
        ("Disallow: /a*b*c", "/a1c2b", True),
        ("Disallow: /a$", "/a", False),
        ("Disallow: /a$", "/ab", True),
        ("Disallow: /*?", "/a?b=1", False),
        ("Disallow: /%E4%BA%91", "/云/x", False),
        ("disallow : /a # why", "/a", False),
        ("Disallow /a", "/a", True),
    ],
)
def test_the_longest_rule_decides(rules: str, path: str, is_permitted: bool) -> None:
    assert parse_robots(f"User-agent: *\n{rules}", "CloudEye").permits(path) is is_permitted


def test_its_own_group_wins_over_everybodys() -> None:
    text = "User-agent: *\nDisallow: /\n\nUser-agent: other\nUser-agent: cloudeye/2\nDisallow: /private"
    robots = parse_robots(text, "CloudEye")
    assert robots.permits("/a")
    assert not robots.permits("/private")
    assert not parse_robots(text, "Nobody").permits("/a")


def test_its_groups_are_one() -> None:
    robots = parse_robots(
        "User-agent: CloudEye\nDisallow: /a\nUser-agent: CloudEye\nDisallow: /b", "CloudEye"
    )
    assert (robots.permits("/a"), robots.permits("/b")) == (False, False)


@pytest.mark.parametrize(
    ("said", "seconds"), [("2.5", 2.5), ("3600", 10), ("-1", 0), ("soon", 0), ("nan", 0)]
)
def test_it_waits_as_asked_but_not_for_ever(said: str, seconds: float) -> None:
    assert parse_robots(f"User-agent: *\nCrawl-delay: {said}", "CloudEye").delay_seconds == seconds


def test_it_tells_sitemaps_wherever_they_stand() -> None:
    text = "Sitemap: https://site.test/a.xml\nUser-agent: *\nSitemap: https://site.test/b.xml\nDisallow: /a"
    robots = parse_robots(text, "CloudEye")
    assert robots.sitemaps == ("https://site.test/a.xml", "https://site.test/b.xml")
    assert not robots.permits("/a")


@pytest.mark.parametrize(
    ("status", "error", "is_permitted"),
    [(404, None, True), (403, None, True), (500, None, False), (0, "timeout", False), (200, None, True)],
)
def test_none_there_permits_all_and_none_reached_nothing(
    status: int, error: str | None, is_permitted: bool
) -> None:
    assert robots_of(status, b"", error, "CloudEye").permits("/a") is is_permitted


def test_it_reads_nonsense_in_bounded_time() -> None:
    with within_cpu(3):
        robots = parse_robots("User-agent: *\n" + ("Disallow: /" + "*a" * 900 + "\n") * 2000, "CloudEye")
        robots.permits("/" + "a" * 4000)
        parse_robots("\x00\xff:::\n" * 100_000, "CloudEye")
