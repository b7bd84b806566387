import pytest

from app.engine.bug.checks.comments import look
from tests.engine.bug.checks.sight import by_page, html, page, rules


@pytest.mark.parametrize(
    ("comment", "rule"),
    [
        ("test login: admin / s3cret99", "credentials"),
        ("user=admin password=hunter22", "credentials"),
        ("DB password: Winter2024!", "credentials"),
        ("账号：admin 密码：abc12345", "credentials"),
        ("SELECT id, name FROM users WHERE name = 'x'", "query"),
        ("mysqli_connect('db', 'shop')", "server-code"),
        ('<a href="/admin/backup">backup</a>', "hidden-link"),
        ("remove this debug login before production", "sensitive"),
        ("the admin panel is at /manage-shop now", "sensitive"),
        ("TODO: check the input here", "note"),
    ],
)
def test_it_sees_what_a_comment_tells(comment: str, rule: str) -> None:
    assert rules(by_page(look, page(html(f"<!-- {comment} -->")))) == {rule}


@pytest.mark.parametrize(
    "comment",
    [
        "password field",
        "Password: required",
        "header",
        "[if lt IE 9]><script src='/admin.js'></script><![endif]",
        "Copyright 2024, password manager plugin, all rights reserved by the database group",
        '<input type="password" name="password" value="">',
        "/.container",
        "login form ends here",
        "dependency injection container starts here",
        "test account creation flow of the shop",
        "Google Maps API key comes from the settings",
        "bypass the cache for this fragment",
    ],
)
def test_it_passes_over_ordinary_comments(comment: str) -> None:
    assert not by_page(look, page(html(f"<!-- {comment} -->")))


def test_it_masks_the_password() -> None:
    hits = by_page(look, page(html("<!-- password: Winter2024! -->")))
    assert "Winter2024" not in hits[0].evidence
