"""A third site: each weakness as short as it can be and still be one, as whoever writes many of them does."""

from __future__ import annotations

import base64

from tests.bug.serving import Answer, Asked
from tests.bug.weak import stub_files
from tests.bug.weak.model import (
    Header,
    Piece,
    Reply,
    Route,
    Weakness,
    html,
    json,
    script,
    text,
    weakness,
)


def _linked(page: str, path: str, classes: str, cwe: int, reply: Reply) -> Weakness:
    return weakness(
        f"stub {path}", classes, cwe, path, Piece(page, f'<a href="{path}">{path}</a>'), Route(path, reply)
    )


def _on(page: str, name: str, classes: str, cwe: int, piece: str) -> Weakness:
    return weakness(f"stub {name}", classes, cwe, page, Piece(page, piece))


def _cookie(page: str, name: str, classes: str, cwe: int, value: str) -> Weakness:
    return weakness(f"stub {name}", classes, cwe, "", Header(page, "Set-Cookie", value))


_NONE = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
_ADMIN = base64.urlsafe_b64encode(b'{"user":"admin"}').decode().rstrip("=")


def _any_origin(asked: Asked) -> Answer:
    origin = asked.headers.get("origin", "")
    return Answer(
        '{"ok": true}',
        kind="application/json",
        headers=(
            ("Access-Control-Allow-Origin", origin or "*"),
            ("Access-Control-Allow-Credentials", "true"),
        ),
    )


WEAKNESSES = (
    *stub_files.WEAKNESSES,
    _linked(
        "/press",
        "/files/",
        "directory_listing",
        548,
        html(
            "Index of /files",
            "<h1>Index of /files</h1><a href='../'>Parent Directory</a> <a href='a.txt'>a.txt</a>",
        ),
    ),
    _linked(
        "/press",
        "/error",
        "stack_trace",
        209,
        Answer(
            'Traceback (most recent call last):\n  File "/app/main.py", line 10, in '
            "index\nZeroDivisionError: division by zero",
            500,
            "text/plain",
        ),
    ),
    _linked(
        "/press",
        "/java-error",
        "stack_trace",
        209,
        Answer(
            "<pre>java.lang.NullPointerException\n\tat com.shop.Main.run(Main.java:10)\n\tat "
            "com.shop.Main.main(Main.java:3)</pre>",
            500,
        ),
    ),
    _linked(
        "/press",
        "/sql-error",
        "database_error",
        209,
        html("Error", "You have an error in your SQL syntax near '' at line 1", 500),
    ),
    _linked(
        "/press",
        "/django",
        "debug_mode debug_mode_enabled",
        489,
        html(
            "Page not found",
            "<p>You're seeing this error because you have <code>DEBUG = True</code> in your Django settings "
            "file.</p>",
            404,
        ),
    ),
    _linked(
        "/press",
        "/warning.php",
        "php_error_message",
        209,
        html(
            "x",
            "<b>Warning</b>: mysqli_connect(): Access denied in <b>/var/www/html/db.php</b> on line <b>5</b>",
        ),
    ),
    _linked("/press", "/api/any", "cors_reflection cors_misconfiguration", 942, _any_origin),
    _linked(
        "/press",
        "/basic",
        "basic_auth_over_http",
        319,
        Answer("no", 401, "text/plain", (("WWW-Authenticate", "Basic realm=x"),)),
    ),
    _cookie(
        "/", "cookie no httponly", "cookie_without_httponly", 1004, "sessionid=abc123; Secure; SameSite=Lax"
    ),
    _cookie("/cart", "cookie no secure", "cookie_without_secure", 614, "auth=abc123; HttpOnly; SameSite=Lax"),
    _cookie("/tea", "cookie no samesite", "cookie_without_samesite", 1275, "sid=abc123; Secure; HttpOnly"),
    _cookie(
        "/about",
        "jwt none",
        "jwt_without_signature",
        347,
        f"token={_NONE}.{_ADMIN}.; Secure; HttpOnly; SameSite=Lax",
    ),
    _cookie(
        "/contact", "role", "client_side_role_in_cookie", 565, "role=user; Secure; HttpOnly; SameSite=Lax"
    ),
    _on(
        "/login",
        "login form",
        "password_over_http",
        319,
        "<form method=post><input name=u><input type=password name=p></form>",
    ),
    _on(
        "/register",
        "get form",
        "password_by_get",
        598,
        "<form method=get action=/register><input type=password name=pw></form>",
    ),
    _on(
        "/contact",
        "no token",
        "csrf_token_missing",
        352,
        "<form method=post action=/contact><input name=email><button>Save</button></form>",
    ),
    _on(
        "/cart",
        "price",
        "hidden_field_tampering",
        472,
        "<form method=post action=/buy><input type=hidden name=price value=10><button>Buy</button></form>",
    ),
    _on(
        "/account",
        "comment",
        "credentials_in_comment sensitive_comment",
        615,
        "<!-- admin password: hunter2 -->",
    ),
    _on(
        "/careers",
        "todo",
        "sensitive_comment suspicious_comment",
        615,
        "<!-- TODO: remove debug backdoor at /debug -->",
    ),
    _on("/delivery", "ip", "private_ip_disclosure", 200, "<p>Served by 10.0.0.12</p>"),
    _on("/statistics", "path", "path_disclosure", 200, "<p>/var/www/html/app/index.php</p>"),
    _on("/journal", "sri", "missing_sri", 353, '<script src="https://cdn.example.com/lib.js"></script>'),
    _on("/journal", "tab", "reverse_tabnabbing", 1022, '<a href="https://example.org" target="_blank">x</a>'),
    _on(
        "/wholesale",
        "session url",
        "session_id_in_url",
        598,
        '<a href="/cart?sessionid=abc123def456">cart</a>',
    ),
    _on(
        "/partners",
        "prefilled",
        "password_in_page",
        200,
        "<form method=post><input type=hidden name=csrf_token value=a><input type=password name=p "
        "value=secret123></form>",
    ),
    _on("/guestbook", "dom", "dom_xss", 79, "<script>document.write(location.hash)</script>"),
    _on(
        "/newsletter",
        "storage",
        "token_in_web_storage token_in_local_storage",
        922,
        "<script>localStorage.setItem('token', 'abc')</script>",
    ),
    _on(
        "/calculator",
        "generator",
        "version_disclosure outdated_cms technology_disclosure",
        200,
        '<meta name="generator" content="WordPress 4.7">',
    ),
    _on("/store-finder", "key", "api_key_exposed", 798, "<script>var key = 'AKIA2E0A8F3B244C9986';</script>"),
    _on(
        "/support",
        "password in script",
        "hardcoded_credentials api_key_exposed",
        798,
        "<script>var dbPassword = 'sup3rs3cret';</script>",
    ),
    weakness(
        "stub jquery",
        "vulnerable_library outdated_library",
        1104,
        "/js/jquery-1.6.1.js",
        Piece("/tea", '<script src="/js/jquery-1.6.1.js"></script>'),
        Route("/js/jquery-1.6.1.js", script("/*! jQuery JavaScript Library v1.6.1 */\n")),
    ),
    weakness(
        "stub map",
        "source_map_exposed",
        540,
        "/js/app.js.map",
        Piece("/tea", '<script src="/js/app.js"></script>'),
        Route("/js/app.js", script("x=1;\n//# sourceMappingURL=app.js.map\n")),
        Route("/js/app.js.map", json('{"version":3,"sources":["app.ts"],"mappings":""}')),
    ),
    weakness(
        "stub robots",
        "robots_leak",
        200,
        "/robots.txt",
        Route("/robots.txt", text("User-agent: *\nDisallow: /admin-secret/\n")),
    ),
    weakness(
        "stub server",
        "version_disclosure server_version_disclosure",
        200,
        "",
        Header("*", "Server", "Apache/2.4.29", "web"),
    ),
    weakness(
        "stub php",
        "version_disclosure technology_disclosure",
        200,
        "",
        Header("*", "X-Powered-By", "PHP/7.2.1"),
    ),
    weakness(
        "stub methods",
        "dangerous_methods",
        650,
        "",
        Route(
            "/upload",
            lambda asked: (
                Answer("", 200, "text/plain", (("Allow", "GET, PUT, DELETE, TRACE"),))
                if asked.method == "OPTIONS"
                else text("upload")
            ),
        ),
        Piece("/press", '<a href="/upload">u</a>'),
    ),
    weakness("stub csp", "missing_csp", 693, ""),
    weakness("stub frames", "missing_x_frame_options clickjacking", 1021, ""),
    weakness("stub security", "missing_security_txt", 1059, ""),
)
