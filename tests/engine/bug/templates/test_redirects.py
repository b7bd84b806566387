"""Redirects that templates follow: within the scanned host only."""

from __future__ import annotations

from tests.bug.serving import Answer
from tests.engine.bug.templates.trying import site_of, template_of, try_template

REDIRECTS = site_of(
    {
        "/a": Answer(status=302, headers=(("Location", "/b"),)),
        "/b": Answer(status=302, headers=(("Location", "/c"),)),
        "/c": "the end",
        "/out": Answer(status=302, headers=(("Location", "http://127.0.0.2/x"),)),
        "/loop": Answer(status=302, headers=(("Location", "/loop"),)),
    }
)


def _redirected(path: str, more: str) -> list[str]:
    block = f"""
    - path: ["{{{{BaseURL}}}}{path}"]
      {more}
      matchers: [{{type: word, words: [nothing]}}]
    """
    return try_template(REDIRECTS, template_of(block)).targets


def test_redirects_are_not_followed_by_themselves() -> None:
    assert _redirected("/a", "max-redirects: 3") == ["/a"]


def test_redirects_are_followed_where_told_to() -> None:
    assert _redirected("/a", "redirects: true") == ["/a", "/b", "/c"]
    assert _redirected("/a", "host-redirects: true\n      max-redirects: 1") == ["/a", "/b"]


def test_a_redirect_off_the_host_is_not_followed() -> None:
    assert _redirected("/out", "redirects: true") == ["/out"]


def test_redirects_in_circles_end() -> None:
    assert len(_redirected("/loop", "redirects: true")) == 11


def test_every_answer_of_a_chain_is_looked_at() -> None:
    block = """
    - path: ["{{BaseURL}}/a"]
      redirects: true
      matchers: [{type: word, part: location, words: ["/c"]}]
    """
    assert [hit.url.rpartition("/")[2] for hit in try_template(REDIRECTS, template_of(block)).hits] == ["b"]
