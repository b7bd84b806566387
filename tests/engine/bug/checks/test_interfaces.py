import pytest

from app.engine.bug.checks.interfaces import look
from tests.engine.bug.checks.sight import by_page, html, page, rules


@pytest.mark.parametrize(
    ("reference", "rule"),
    [
        ("/swagger-ui/index.html", "api-description"),
        ("/graphql", "graphql"),
        ("/admin/", "administration"),
        ("/author/ann/", "account-name"),
        ("https://shop-files.s3.eu-west-1.amazonaws.com/a.pdf", "cloud-store"),
    ],
)
def test_it_names_ways_in(reference: str, rule: str) -> None:
    assert rules(by_page(look, page(html(f'<a href="{reference}">x</a>')))) == {rule}


def test_ordinary_links_are_no_matter() -> None:
    assert not by_page(look, page(html('<a href="/about">x</a><a href="https://other.example/admin/">y</a>')))


def test_it_reads_the_header_of_webdav() -> None:
    assert rules(by_page(look, page(html(""), headers=(("DAV", "1, 2"),)))) == {"webdav"}
