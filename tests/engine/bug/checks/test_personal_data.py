import pytest

from app.engine.bug.checks.personal_data import look
from tests.engine.bug.checks.sight import by_page, html, page, rules

CARD = "4539 5787 6362 1486"
CHINESE = "320311197706215878"


def with_check(seventeen: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return seventeen + "10X98765432"[sum(int(a) * b for a, b in zip(seventeen, weights, strict=True)) % 11]


def test_it_sees_the_number_of_a_card() -> None:
    hits = by_page(look, page(html(f"<td>{CARD}</td>")))
    assert rules(hits) == {"card"}
    assert "5787" not in hits[0].evidence


def test_it_sees_a_card_without_groups_where_it_is_called_one() -> None:
    body = f'{{"card_number": "{CARD.replace(" ", "")}"}}'
    assert rules(by_page(look, page(body, "/api", kind="application/json"))) == {"card"}


def test_it_sees_a_chinese_identity_number() -> None:
    number = with_check(CHINESE[:17])
    hits = by_page(look, page(html(f"<p>{number}</p>")))
    assert rules(hits) == {"chinese-id"}
    assert number not in hits[0].evidence


def test_it_sees_a_social_security_number() -> None:
    assert rules(by_page(look, page(html("<p>SSN: 536-22-8741</p>")))) == {"social-security"}


@pytest.mark.parametrize(
    "body",
    [
        "<p>4111 1111 1111 1111</p>",
        "<p>4539 5787 6362 1487</p>",
        "<p>Order 4539578763621486</p>",
        "<p>11010519491231002X</p>",
        f"<p>{with_check(CHINESE[:17])[:17]}0</p>" if not with_check(CHINESE[:17]).endswith("0") else "",
        "<p>Call 123-45-6789</p>",
        f"<pre><code>{CARD}</code></pre>",
        "<img src='logo@2x.png'><p>you@example.com</p>",
    ],
)
def test_it_passes_over_other_numbers(body: str) -> None:
    assert not by_page(look, page(html(body)))


def test_it_lists_mail_addresses_as_information() -> None:
    hits = by_page(look, page(html("<p>ann@shop.site.example, bob@shop.site.example</p>")))
    assert rules(hits) == {"emails"}
    assert hits[0].detail["count"] == 2
