"""What a site says of everything is no find."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.bug import twins
from tests.bug.scans import scan_of
from tests.bug.serving import Answer, App, Asked, SiteServer
from tests.engine.bug.templates.trying import template_of, try_template

GIT = """
- path: ["{{BaseURL}}/.git/config"]
  %s
  matchers-condition: and
  matchers:
    - {type: word, words: [%s]}
    - {type: status, status: [200]}
"""


def catch_all(asked: Asked) -> Answer:
    return Answer("<title>Shop</title>Welcome to [core] things")


def echoing(asked: Asked) -> Answer:
    return Answer(f"<p>We know no {asked.path}, sorry</p>")


def to_login(asked: Asked) -> Answer:
    if asked.path == "/login":
        return Answer("<title>Login</title>Log in to [core] things")
    return Answer(status=302, headers=(("Location", "/login"),))


@pytest.mark.parametrize(
    ("app", "word", "more"),
    [
        (catch_all, "'[core]'", ""),
        (echoing, "'.git/config'", ""),
        (to_login, "'[core]'", "redirects: true"),
    ],
)
def test_a_site_that_answers_everything_alike_has_nothing(app: App, word: str, more: str) -> None:
    assert not try_template(app, template_of(GIT % (more, word))).hits


def test_a_status_alone_proves_nothing_where_everything_is_found() -> None:
    block = """
    - path: ["{{BaseURL}}/server-status"]
      matchers: [{type: status, status: [200]}]
    """
    assert not try_template(catch_all, template_of(block)).hits


def test_what_is_really_there_is_found_on_such_a_site_too() -> None:
    def app(asked: Asked) -> Answer:
        return Answer("[core]\n\tbare = false") if asked.path == "/.git/config" else echoing(asked)

    assert try_template(app, template_of(GIT % ("", "'[core]'"))).hits


def test_the_entrance_is_what_it_is() -> None:
    block = """
    - path: ["{{BaseURL}}"]
      matchers: [{type: word, words: [Welcome]}]
    """
    assert try_template(catch_all, template_of(block)).hits


def careless(number: int, path: str, matcher: str, more: str = "") -> bytes:
    """A template that would find something on any site that answers everything."""
    block = f"- path: ['{{{{BaseURL}}}}{path}']\n  {more}\n  matchers: [{matcher}]"
    return template_of(block, identifier=f"careless-{number}")


CARELESS = [
    careless(number, *parts)
    for number, parts in enumerate(
        (
            ("/server-status", "{type: status, status: [200]}"),
            ("/.gitignore", "{type: dsl, dsl: ['len(body) > 20']}"),
            ("/wp-config.php.bak", "{type: word, words: [config]}"),
            ("/login.action", "{type: word, words: [assword, ogin]}", "redirects: true"),
            ("/a.json", "{type: word, part: header, words: [text/html, json]}"),
            ("/robots.bak", "{type: word, words: [nothing], negative: true}"),
            ("/panel", "{type: regex, regex: ['<title>[^<]*</title>']}"),
            ("/index.php?page=../../etc/passwd", "{type: word, words: [passwd]}"),
            ("/redirect?url=//evil.example", "{type: status, status: [301, 302]}"),
        )
    )
]


@pytest.mark.parametrize(
    "app",
    [
        twins.catch_all_home,
        twins.catch_all_echo,
        twins.catch_all_by_type,
        twins.redirect_home,
        twins.redirect_login,
        twins.not_found_200_soft,
        twins.forbidding,
    ],
)
def test_careless_templates_find_nothing_on_sites_that_answer_everything(app: Callable[[], App]) -> None:
    with SiteServer(app()) as server:
        report = scan_of(server, templates=CARELESS, only=frozenset({"templates"}))
    assert report.findings == ()
    assert report.coverage.has_run("templates.careless-0", "/server-status")
