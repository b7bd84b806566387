"""A modest honest site: the headers that everybody names, dummy values, and not one more than that."""

from __future__ import annotations

from tests.bug.serving import Answer, App, Asked

_HEADERS = (
    ("Content-Security-Policy", "default-src 'self'; script-src 'self' https://code.jquery.com"),
    ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("Server", "webserver"),
)
_COOKIE = ("Set-Cookie", "session=abc123; Secure; HttpOnly; SameSite=Strict; Path=/")
_JQUERY = (
    '<script src="https://code.jquery.com/jquery-3.7.1.min.js" crossorigin="anonymous" '
    'integrity="sha256-/JqT3SQfawRcv/BIHPThkBvs0OEvtFFmqPF/lYI/Cxo="></script>'
)
_PAGES = {
    "/": (
        '<h1>Shop</h1><a href="/login">Log in</a> <a href="/contact">Contact</a> <a '
        'href="/products">Products</a>'
        '<a href="https://friend.example/" target="_blank" rel="noopener noreferrer">A friend</a>'
        f'{_JQUERY}<script src="/static/app.js"></script>'
    ),
    "/login": (
        '<form method="post" action="/login"><input type="hidden" name="csrf_token" value="tok123">'
        '<input name="username"><input type="password" name="password" '
        'autocomplete="off"><button>Go</button></form>'
    ),
    "/contact": (
        '<form method="post" action="/contact"><input type="hidden" name="csrf" value="abc123"><input '
        'name="email">'
        '<textarea name="message"></textarea><button>Send</button></form>'
    ),
    "/products": (
        '<form action="/search" method="get"><input name="q"></form><a href="/product?id=1">One</a>'
        '<a href="/product?id=2">Two</a>'
    ),
    "/product": (
        '<form method="post" action="/cart"><input type="hidden" name="csrf_token" value="a1">'
        '<input type="hidden" name="product_id" value="1"><button>Buy</button></form>'
    ),
    "/search": "<p>No results</p>",
}
_FILES = {
    "/static/app.js": Answer("console.log('ok');\n", kind="application/javascript"),
    "/robots.txt": Answer("User-agent: *\nDisallow:\n", kind="text/plain"),
    "/.well-known/security.txt": Answer("Contact: mailto:security@shop.example\n", kind="text/plain"),
}


def modest() -> App:
    def answer(asked: Asked) -> Answer:
        if asked.scheme == "http":
            return Answer("", 301, "", (("Location", f"https://{asked.host}{asked.target}"),))
        given = _FILES.get(asked.path)
        if given is not None:
            return Answer(given.body, given.status, given.kind, _HEADERS)
        if asked.path in _PAGES:
            body = f"<!doctype html><html><title>Shop</title><body>{_PAGES[asked.path]}</body></html>"
            return Answer(body, headers=(*_HEADERS, _COOKIE) if asked.path in ("/", "/login") else _HEADERS)
        return Answer("<h1>404 Not Found</h1>", 404, headers=_HEADERS)

    return answer
