from app.engine.bug.checks.redirect_bodies import look
from app.engine.bug.page import Page
from tests.engine.bug.checks.sight import answer, by_site, html, page, rules

GUARDED = html("<nav>admin</nav><form></form><table>" + "<tr><td>ann</td></tr>" * 40 + "</table>")
MOVED = html(
    "<h1>Moved</h1><p>The document has moved <a href='/login'>here</a>.</p>" + "<!-- padding -->" * 60
)


def test_it_sees_the_guarded_page_in_a_redirect() -> None:
    hop = answer(GUARDED, "/admin", status=302, headers=(("Location", "/login?next=/admin"),))
    hits = by_site(look, Page(answer(html("log in"), "/login"), redirects=(hop,)))
    assert rules(hits) == {"page-before-login"}
    assert hits[0].url.endswith("/admin")


def test_a_page_in_another_redirect_is_information() -> None:
    hop = answer(GUARDED, "/a", status=302, headers=(("Location", "/b"),))
    assert rules(by_site(look, Page(answer(html(""), "/b"), redirects=(hop,)))) == {"large-body"}


def test_an_ordinary_redirect_is_no_matter() -> None:
    hop = answer(MOVED, "/admin", status=302, headers=(("Location", "/login"),))
    assert not by_site(look, Page(answer(html(""), "/login"), redirects=(hop,)))


def test_it_sees_a_log_in_that_anybody_can_read() -> None:
    ask = (("WWW-Authenticate", 'Basic realm="shop"'),)
    plain = page("no", "/x", status=401, headers=ask, site="http://shop.site.example")
    assert rules(by_site(look, plain, site="http://shop.site.example")) == {"basic-over-http"}
    assert rules(by_site(look, page("no", "/x", status=401, headers=ask))) == {"basic"}
