from app.engine.bug.checks.dead_links import look
from tests.engine.bug.checks.sight import by_site, html, page, rules


def test_it_names_the_page_that_links_to_nothing() -> None:
    hits = by_site(look, page(html('<a href="/gone">x</a>')), page(html("no"), "/gone", status=404))
    assert [(hit.rule, hit.detail["where"]) for hit in hits] == [
        ("dead_links.missing", "https://shop.site.example/")
    ]


def test_it_names_a_page_that_fails() -> None:
    assert rules(by_site(look, page(html("oh"), "/x", status=500))) == {"failing"}


def test_living_links_are_no_matter() -> None:
    assert not by_site(look, page(html('<a href="/a">x</a>')), page(html("yes"), "/a"))
