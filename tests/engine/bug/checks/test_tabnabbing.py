from app.engine.bug.checks.tabnabbing import look
from tests.engine.bug.checks.sight import by_page, html, page, rules

FOREIGN = "https://other.example/"


def seen(body: str) -> set[str]:
    return rules(by_page(look, page(html(body))))


def test_it_sees_a_new_tab_for_a_foreign_site() -> None:
    assert seen(f'<a href="{FOREIGN}" target="_blank">x</a>') == {"implied"}
    assert seen(f'<a href="{FOREIGN}" target="_blank" rel="opener">x</a>') == {"opener"}


def test_it_is_content_with_noopener_and_with_links_of_ours() -> None:
    assert not seen(f'<a href="{FOREIGN}" target="_blank" rel="noopener">x</a>')
    assert not seen(f'<a href="{FOREIGN}" target="_blank" rel="nofollow noreferrer">x</a>')
    assert not seen(
        '<a href="/about" target="_blank">x</a><a href="https://www.site.example/" target="_blank">y</a>'
    )
    assert not seen(f'<a href="{FOREIGN}">x</a>')
