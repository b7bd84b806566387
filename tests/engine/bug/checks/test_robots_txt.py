from app.engine.bug.checks.robots_txt import look
from app.engine.bug.types import Response
from tests.engine.bug.checks.sight import answer, gathered, rules


def seen(response: Response | None) -> set[str]:
    everything = gathered()
    everything.robots_txt = response
    return rules(list(look(everything)))


def text(*paths: str) -> Response:
    lines = "\n".join(f"Disallow: {path}" for path in paths)
    return answer(f"User-agent: *\n{lines}\n", "/robots.txt", kind="text/plain")


def test_it_sees_hidden_places() -> None:
    for path in ("/backup/", "/db/dump.sql", "/internal/", "/secret-admin/", "/old/", "/site-manage/"):
        assert "sensitive-path" in seen(text(path)), path


def test_places_of_common_systems_are_information() -> None:
    assert seen(text("/wp-admin/", "/user/login", "/cart", "/tmp/")) == {"usual-path"}


def test_it_is_content_with_ordinary_places_and_with_pages() -> None:
    assert not seen(text("/print", "/tag/*", "/threshold/golden", "/test-results/", "/old-town"))
    assert not seen(answer("<html>Disallow: /backup/</html>", "/robots.txt"))
    assert not seen(None)
