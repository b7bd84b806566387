"""What a site says of everything is no find."""

from __future__ import annotations

import pytest

from tests.bug.serving import Answer, App, Asked
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
