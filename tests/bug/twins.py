"""Sites with nothing wrong that look as if: mended, talking about it, answering everything, redirecting."""

from __future__ import annotations

import html
from collections.abc import Callable

from tests.bug.decoys import FILES, PAGES
from tests.bug.serving import Answer, App, Asked, Headers
from tests.bug.weak import ALL, MENDED, OTHER, STUBS, WeakSite
from tests.bug.weak.headers import POLICY

GOOD: Headers = (
    ("Content-Security-Policy", POLICY),
    ("Strict-Transport-Security", "max-age=63072000; includeSubDomains"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Permissions-Policy", "geolocation=(), camera=(), microphone=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Embedder-Policy", "require-corp"),
    ("Cache-Control", "no-store"),
    ("Server", "nginx"),
)
SECURITY = Answer(
    "Contact: mailto:security@quiet.example\nExpires: 2030-01-01T00:00:00.000Z\n",
    kind="text/plain; charset=utf-8",
)


def mended() -> WeakSite:
    """The weak site with every weakness mended."""
    return WeakSite(ALL, MENDED)


def mended_others() -> App:
    """The second and the third site with every weakness mended."""
    labels = (*OTHER, *STUBS)
    return good(WeakSite(labels, {each.id for each in labels}))


def good(app: App) -> App:
    """With the headers of a careful owner, and http leading to https."""

    def answer(asked: Asked) -> Answer:
        if asked.scheme == "http":
            return Answer("", 301, "", (("Location", f"https://{asked.host}{asked.target}"),))
        if asked.method == "OPTIONS":
            return Answer("", 204, "", (("Allow", "GET, HEAD, OPTIONS"), *GOOD))
        given = SECURITY if asked.path == "/.well-known/security.txt" else app(asked)
        had = {name.lower() for name, _ in given.headers}
        more = tuple(pair for pair in GOOD if pair[0].lower() not in had)
        return Answer(given.body, given.status, given.kind, given.headers + more)

    return answer


def page(title: str, body: str, links: tuple[tuple[str, str], ...] = ()) -> str:
    menu = "".join(f'<li><a href="{path}">{name}</a></li>' for path, name in links)
    return (
        "<!DOCTYPE html>\n<html "
        f'lang="en"><head><title>{title}</title></head><body><nav><ul>{menu}</ul></nav>\n'
        f"<main><h1>{title}</h1>\n{body}\n</main></body></html>\n"
    )


def decoy() -> App:
    """Articles about weaknesses, and harmless files under the names of dangerous ones."""
    links = (("/", "Home"), *((path, title) for path, (title, _) in PAGES.items()))

    def answer(asked: Asked) -> Answer:
        if asked.path == "/":
            return Answer(page("Notes of an administrator", "<p>What I learned.</p>", links))
        if asked.path in PAGES:
            title, body = PAGES[asked.path]
            return Answer(page(title, body, links))
        if asked.path in FILES:
            return FILES[asked.path]
        return Answer(page("Not found", "<p>No such note.</p>", links), 404)

    return good(answer)


_SHOP_LINKS = (("/", "Home"), ("/tea", "Tea"), ("/about?from=menu", "About"), ("/contact", "Contact"))


def catch_all_home() -> App:
    """Every path gives the home page, byte for byte, as applications in one page do."""
    body = page("Harbour Tea", '<div id="app"></div><p>Fine teas since 1911.</p>', _SHOP_LINKS)
    return good(lambda asked: Answer(body))


def catch_all_echo() -> App:
    """A friendly page with 200 that repeats what was asked for, query and all."""

    def answer(asked: Asked) -> Answer:
        if asked.path in ("/", "/tea", "/about", "/contact"):
            return Answer(page("Harbour Tea", f"<p>Of {html.escape(asked.path)}</p>", _SHOP_LINKS))
        wanted = html.escape(asked.target)
        return Answer(
            page(
                f"{wanted} was not found",
                f"<p>Sorry, we looked everywhere for <b>{wanted}</b>. Did you mean <a "
                'href="/tea">tea</a>?</p>',
                _SHOP_LINKS,
            )
        )

    return good(answer)


def catch_all_by_type() -> App:
    """A server that answers everything with 200 and the content type that the name's ending asks for."""
    kinds = {"json": "application/json", "txt": "text/plain", "xml": "text/xml", "js": "text/javascript"}
    bodies = {"json": '{"status": "ok", "data": {}}', "xml": "<ok/>", "js": "void 0\n", "txt": "ok\n"}

    def answer(asked: Asked) -> Answer:
        ending = asked.path.rpartition(".")[2]
        if asked.path == "/":
            return Answer(page("Harbour Tea", "<p>Fine teas.</p>", _SHOP_LINKS))
        if ending in kinds:
            return Answer(bodies[ending], kind=kinds[ending])
        if "." in asked.path.rpartition("/")[2]:
            return Answer(b"\x00" * 64, kind="application/octet-stream")
        return Answer("ok\n", kind="text/plain; charset=utf-8")

    return good(answer)


def redirect_home() -> App:
    """Unknown paths lead to the home page."""

    def answer(asked: Asked) -> Answer:
        if asked.path in ("/", "/tea", "/about", "/contact"):
            return Answer(page("Harbour Tea", f"<p>Of {html.escape(asked.path)}</p>", _SHOP_LINKS))
        return Answer("", 302, "", (("Location", "/"),))

    return good(answer)


def redirect_login() -> App:
    """Unknown paths lead to the log-in, which keeps what was asked for."""
    form = (
        '<form method="post" action="/login"><input type="hidden" name="csrf_token" '
        'value="pX7vK2mQ9rT4wZ8nL1bY6cF3"><input name="user" autocomplete="username">'
        '<input type="password" name="pass" autocomplete="current-password"><button>Log in</button></form>'
    )

    def answer(asked: Asked) -> Answer:
        if asked.path == "/login":
            return Answer(page("Log in", form))
        if asked.path in ("/", "/about"):
            return Answer(page("Harbour Tea", f"<p>Of {html.escape(asked.path)}</p>", _SHOP_LINKS[:1]))
        return Answer("", 302, "", (("Location", f"/login?next={html.escape(asked.target)}"),))

    return good(answer)


def not_found_200_soft() -> App:
    """Unknown paths give 200 with a page that is a little different each time."""
    counter = iter(range(10**9))

    def answer(asked: Asked) -> Answer:
        if asked.path in ("/", "/tea", "/about", "/contact"):
            return Answer(page("Harbour Tea", f"<p>Of {html.escape(asked.path)}</p>", _SHOP_LINKS))
        offers = "".join(f"<li>Tea number {next(counter)}</li>" for _ in range(3))
        return Answer(page("Oh no", f"<p>Not here. But perhaps:</p><ul>{offers}</ul>", _SHOP_LINKS))

    return good(answer)


def forbidding() -> App:
    """Every unknown path is forbidden, whether it is there or not."""

    def answer(asked: Asked) -> Answer:
        if asked.path in ("/", "/tea", "/about", "/contact"):
            return Answer(page("Harbour Tea", f"<p>Of {html.escape(asked.path)}</p>", _SHOP_LINKS))
        return Answer(page("Forbidden", "<p>You may not see this.</p>"), 403)

    return good(answer)


TWINS: dict[str, Callable[[], App]] = {
    "mended": mended,
    "decoy": decoy,
    "catch-all-200, the home page": catch_all_home,
    "redirect-404, to the log-in": redirect_login,
}
"""Those that are scanned with profile full."""
