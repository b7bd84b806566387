import pytest

from app.engine.bug.checks.sensitive_urls import look
from tests.engine.bug.checks.sight import by_page, html, page, rules


def seen(reference: str) -> set[str]:
    return rules(by_page(look, page(html(f'<a href="{reference}">x</a>'))))


@pytest.mark.parametrize(
    ("reference", "rule"),
    [
        ("/cart;jsessionid=4F2A9C1D7B6E48053A1F", "session"),
        ("/cart?PHPSESSID=q7rz2lmx9vtb4kwy8snc", "session"),
        ("/(S(lit3py55t21z5v55vlm25s55))/cart.aspx", "session"),
        ("/api?access_token=q7rz2lmx9vtb4kwy", "session"),
        ("/in?user=bob&password=hunter22", "password"),
        ("/list?email=bob@shop.site.test", "personal"),
    ],
)
def test_it_sees_what_an_address_should_not_hold(reference: str, rule: str) -> None:
    hits = by_page(look, page(html(f'<a href="{reference}">x</a>')))
    assert rules(hits) == {rule}
    assert "q7rz2lmx9vtb4kwy" not in hits[0].evidence


@pytest.mark.parametrize(
    "reference",
    [
        "/item?sid=42",
        "/reset?token=",
        "/list?session=spring-2024",
        "/login?password=",
        "https://other.example/?token=q7rz2lmx9vtb4kwy8snc",
        "/list?email=",
        "/x?auth=required",
        "http://[broken?token=q7rz2lmx9vtb4kwy8snc",
    ],
)
def test_it_passes_over_ordinary_addresses(reference: str) -> None:
    assert not seen(reference)


def test_it_sees_a_session_in_the_page_s_own_address() -> None:
    assert rules(by_page(look, page(html(""), "/a?sid=q7rz2lmx9vtb4kwy8snc"))) == {"session"}
