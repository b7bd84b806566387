"""A second site, a mill's, without TLS: what pages say and do, as another hand would write it."""

from __future__ import annotations

from tests.bug.serving import Answer
from tests.bug.weak import other_errors, other_files, other_panels
from tests.bug.weak.model import EVERYWHERE, Header, Piece, Route, script, text, weakness

_LAYOUT = (
    '<form method="POST" action="/{0}"><input name="{1}"><input type="password" name="{2}">'
    "<button>Go</button></form>"
)


WEAKNESSES = (
    weakness("plain", "insecure_transport missing_https_redirect", 319, ""),
    weakness("csp", "missing_csp", (693, 1021), ""),
    weakness("frames", "missing_x_frame_options clickjacking", 1021, ""),
    weakness("sniffing", "missing_x_content_type_options", 693, ""),
    weakness("referrer", "missing_referrer_policy", 200, ""),
    weakness(
        "banner",
        "server_version_disclosure version_disclosure",
        (200, 497),
        "",
        Header(EVERYWHERE, "Server", "nginx/1.14.0 (Ubuntu)", "nginx"),
    ),
    weakness(
        "express",
        "technology_disclosure version_disclosure",
        (200, 497),
        "",
        Header(EVERYWHERE, "X-Powered-By", "ASP.NET", None),
    ),
    weakness(
        "generator",
        "version_disclosure technology_disclosure outdated_cms",
        (200, 497, 1104),
        "/about",
        Piece("/about", '<meta name="generator" content="Drupal 7.54 (https://www.drupal.org)">'),
    ),
    weakness(
        "debug-header",
        "debug_mode",
        (489, 200, 215),
        "/press",
        Header("/press", "X-Debug-Token-Link", "/_profiler/7f3a91"),
        Header("/press", "X-Debug-Token", "7f3a91"),
    ),
    weakness(
        "cookie-plain",
        "cookie_without_secure",
        614,
        "",
        Header("/", "Set-Cookie", "connect.sid=s%3Ak2Jv8mQ; Path=/; HttpOnly"),
    ),
    weakness(
        "cookie-script",
        "cookie_without_httponly",
        1004,
        "",
        Header("/cart", "Set-Cookie", "laravel_session=eyJpdiI6; Path=/; SameSite=Lax"),
    ),
    weakness(
        "cookie-cross",
        "cookie_without_samesite",
        1275,
        "",
        Header("/tea", "Set-Cookie", "JSESSIONID=8F2A91C07B; Path=/; HttpOnly"),
    ),
    weakness(
        "cookie-admin",
        "client_side_role_in_cookie",
        (565, 472, 602),
        "",
        Header("/about", "Set-Cookie", "admin=0; Path=/; HttpOnly; SameSite=Lax"),
    ),
    weakness(
        "login",
        "password_over_http",
        (319, 523, 522),
        "/login",
        Piece("/login", _LAYOUT.format("login", "user", "password")),
    ),
    weakness(
        "get-login",
        "password_by_get password_in_get_form",
        598,
        "/partners",
        Piece(
            "/partners",
            '<form action="/partners"><input name="u"><input type=password name=p><input type=submit></form>',
        ),
    ),
    weakness(
        "profile-form",
        "csrf_token_missing missing_csrf_token",
        352,
        "/account",
        Piece(
            "/account",
            "<form method=post action=/account/mail><input type=email name=mail><button>Change "
            "mail</button></form>",
        ),
    ),
    weakness(
        "transfer-form",
        "csrf_token_missing missing_csrf_token",
        352,
        "/cart",
        Piece(
            "/cart",
            "<form method=post action=/cart/pay><input name=amount><input "
            "name=to><button>Pay</button></form>",
        ),
    ),
    weakness(
        "total",
        "hidden_field_tampering hidden_price_field",
        472,
        "/cart",
        Piece(
            "/cart",
            "<form method=post action=/order><input type=hidden name=total_amount "
            'value="99.00"><button>Order</button></form>',
        ),
    ),
    weakness(
        "sri",
        "missing_sri",
        (353, 829),
        "/tea",
        Piece("/tea", '<script src="//ajax.example.com/libs/d3/3.5.0/d3.min.js"></script>'),
    ),
    weakness(
        "tab",
        "reverse_tabnabbing",
        1022,
        "/journal",
        Piece("/journal", '<a href="https://grain.example.org" target=_blank>Grain</a>'),
    ),
    weakness(
        "note",
        "sensitive_comment credentials_in_comment",
        615,
        "/journal",
        Piece("/journal", "<!-- username: admin password: rye123 -->"),
    ),
    weakness(
        "inside",
        "private_ip_disclosure",
        (200, 497),
        "/contact",
        Piece("/contact", '<img src="http://172.16.8.4/mill.png">'),
    ),
    weakness(
        "session-url",
        "session_id_in_url session_in_url",
        598,
        "/press",
        Piece("/press", '<a href="/account?PHPSESSID=k3v9x7m2q8w4z1">Account</a>'),
    ),
    weakness(
        "windows-path",
        "path_disclosure",
        (200, 497, 209),
        "/careers",
        Piece("/careers", "<p>File C:\\inetpub\\wwwroot\\mill\\jobs.aspx was changed</p>"),
    ),
    weakness(
        "map-inline",
        "source_map_exposed",
        (540, 538),
        "/assets/main.4f2a91bc.js",
        Piece("/calculator", '<script src="/assets/main.4f2a91bc.js"></script>'),
        Route("/assets/main.4f2a91bc.js", script("let a=1;\n//# sourceMappingURL=main.4f2a91bc.js.map\n")),
        Route(
            "/assets/main.4f2a91bc.js.map",
            Answer(
                '{"version":3,"sources":["../src/main.ts"],"sourcesContent":["let a = 1"],"mappings":"AAAA"}',
                kind="application/json",
            ),
        ),
    ),
    weakness(
        "lodash",
        "vulnerable_library outdated_library",
        (1104, 1395, 937, 1035),
        "/assets/lodash.min.js",
        Piece("/calculator", '<script src="/assets/lodash.min.js"></script>'),
        Route(
            "/assets/lodash.min.js",
            script(
                "/**\n * @license\n * lodash 4.17.4 (Custom Build) lodash.com/license\n */\n;"
                "(function(){var VERSION='4.17.4';}).call(this);\n"
            ),
        ),
    ),
    weakness(
        "jquery-linked",
        "vulnerable_library outdated_library",
        (1104, 1395, 937, 1035),
        "/wholesale",
        Piece(
            "/wholesale",
            '<script src="https://code.jquery.com/jquery-1.11.1.min.js" integrity="sha384-x" '
            'crossorigin="anonymous"></script>',
        ),
    ),
    weakness(
        "dom",
        "dom_xss dom_xss_sink",
        79,
        "/statistics",
        Piece(
            "/statistics", "<script>document.getElementById('x').innerHTML = location.hash.substr(1)</script>"
        ),
    ),
    weakness(
        "storage",
        "token_in_local_storage token_in_web_storage sensitive_data_in_local_storage",
        922,
        "/newsletter",
        Piece("/newsletter", "<script>localStorage.setItem('jwt', token)</script>"),
    ),
    weakness(
        "frame-all",
        "postmessage_wildcard insecure_postmessage postmessage_without_origin_check",
        (346, 359, 942),
        "/guestbook",
        Piece("/guestbook", "<script>parent.postMessage(document.cookie, '*')</script>"),
    ),
    weakness(
        "basic-in-clear",
        "basic_authentication basic_auth_over_http basic_auth_over_http weak_authentication",
        (522, 319),
        "/members",
        Piece("/about", '<p>Our <a href="/members">members</a> know more.</p>'),
        Route(
            "/members",
            Answer("members only", 401, "text/plain", (("WWW-Authenticate", 'Basic realm="Members"'),)),
            Answer("", 302, "", (("Location", "/login"),)),
        ),
    ),
    *other_errors.WEAKNESSES,
    weakness(
        "robots",
        "robots_txt_disclosure robots_leak sensitive_robots_txt",
        (200, 538),
        "/robots.txt",
        Route(
            "/robots.txt",
            text("User-agent: *\nDisallow: /secret-admin/\nDisallow: /db-backups/\nDisallow: /internal/\n"),
        ),
    ),
    weakness("security-txt", "missing_security_txt", (1059, 693, 16, 200), ""),
    weakness("trace", "trace_enabled dangerous_methods", (693, 650, 16), ""),
    weakness(
        "cors",
        "cors_wildcard cors_misconfiguration cors_reflection",
        (942, 346),
        "/api/rates",
        Piece("/calculator", "<script>fetch('/api/rates')</script>"),
        Route(
            "/api/rates",
            lambda asked: Answer(
                "{}",
                kind="application/json",
                headers=(
                    ("Access-Control-Allow-Origin", asked.headers.get("origin", "*")),
                    ("Access-Control-Allow-Credentials", "true"),
                ),
            ),
            text(""),
        ),
    ),
    *other_files.WEAKNESSES,
    *other_panels.WEAKNESSES,
)
