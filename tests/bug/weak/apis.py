"""Who else may ask, in whose name, and what everybody is told."""

from __future__ import annotations

from tests.bug.serving import Answer, Asked
from tests.bug.weak.model import Header, Piece, Route, binary, json, script, text, weakness

_PROFILE = '{"name": "Anna", "points": 47}'
_USERS = (
    '[{"id": 1, "name": "anna", "email": "anna@harbour-tea.example", "role": "admin", '
    '"password_hash": "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"}, '
    '{"id": 2, "name": "ben", "email": "ben@harbour-tea.example", "role": "customer", '
    '"password_hash": "$2b$10$7EqJtq98hPqEX7fNZaFWoOePaWxn96p36WQoeG6Lruj3vjPGga31lW"}]'
)
_FORBIDDEN = json('{"error": "log in first"}', 401)
_CORS = "cors_misconfiguration cors_reflection cors_arbitrary_origin insecure_cors cors_origin_reflected "


def _reflecting(asked: Asked) -> Answer:
    origin = asked.headers.get("origin")
    allowed = (
        ()
        if origin is None
        else (("Access-Control-Allow-Origin", origin), ("Access-Control-Allow-Credentials", "true"))
    )
    return Answer(_PROFILE, kind="application/json", headers=allowed)


def _for_null(asked: Asked) -> Answer:
    if asked.headers.get("origin") != "null":
        return json(_PROFILE)
    headers = (("Access-Control-Allow-Origin", "null"), ("Access-Control-Allow-Credentials", "true"))
    return Answer(_PROFILE, kind="application/json", headers=headers)


def _wrapped(asked: Asked) -> Answer:
    return script(f"{asked.query.get('callback', 'show')}({_PROFILE});")


def _methods(asked: Asked, allowed: str) -> Answer:
    if asked.method == "OPTIONS":
        return Answer("", 204, "", (("Allow", allowed),))
    return json('{"files": []}')


WEAKNESSES = (
    weakness(
        "cors-reflects",
        _CORS + "cors_with_credentials",
        (942, 346),
        "/api/profile",
        Piece(
            "/account",
            '<script src="/static/account.js"></script>',
            '<script src="/static/account.js"></script>',
        ),
        Route(
            "/static/account.js",
            script("fetch('/api/profile').then(show);\n"),
            script("fetch('/api/profile');\n"),
        ),
        Route("/api/profile", _reflecting, json(_PROFILE)),
    ),
    weakness(
        "cors-null",
        _CORS + "cors_null_origin",
        (942, 346),
        "/api/partner",
        Piece("/partners", '<a href="/api/partner">data</a>'),
        Route("/api/partner", _for_null, json(_PROFILE)),
    ),
    weakness(
        "cors-everybody",
        _CORS + "cors_wildcard",
        942,
        "/api/stock",
        Piece("/tea", '<a href="/api/stock">stock</a>', '<a href="/api/stock">stock</a>'),
        Route("/api/stock", json('{"sencha": 4}'), json('{"sencha": 4}')),
        Header("/api/stock", "Access-Control-Allow-Origin", "*"),
    ),
    weakness(
        "flash-policy",
        "permissive_crossdomain_policy permissive_crossdomain crossdomain_policy "
        "permissive_cross_domain_policy "
        "crossdomain_xml_permissive",
        942,
        "/crossdomain.xml",
        Route(
            "/crossdomain.xml",
            binary(
                b'<?xml version="1.0"?><cross-domain-policy><allow-access-from domain="*" secure="false"/>'
                b"</cross-domain-policy>",
                "text/xml",
            ),
            binary(
                b'<?xml version="1.0"?><cross-domain-policy>'
                b'<site-control permitted-cross-domain-policies="none"/></cross-domain-policy>',
                "text/xml",
            ),
        ),
    ),
    weakness(
        "silverlight-policy",
        "permissive_clientaccesspolicy permissive_crossdomain crossdomain_policy "
        "permissive_cross_domain_policy "
        "permissive_crossdomain_policy",
        942,
        "/clientaccesspolicy.xml",
        Route(
            "/clientaccesspolicy.xml",
            binary(
                b'<?xml version="1.0"?><access-policy><cross-domain-access><policy><allow-from '
                b'http-request-headers="*"><domain uri="*"/></allow-from><grant-to><resource path="/" '
                b'include-subpaths="true"/></grant-to></policy></cross-domain-access></access-policy>',
                "text/xml",
            ),
        ),
    ),
    weakness(
        "jsonp",
        "jsonp_endpoint jsonp jsonp_callback",
        (346, 345, 352, 942),
        "/api/points",
        Piece("/account", '<script src="/api/points?callback=show"></script>'),
        Route("/api/points", _wrapped, json(_PROFILE)),
    ),
    weakness(
        "user-list",
        "api_without_authentication unauthenticated_api user_list_exposed user_data_exposed "
        "sensitive_data_exposure missing_authentication",
        (306, 200, 359, 862, 284),
        "/api/users",
        Route("/api/users", json(_USERS), _FORBIDDEN),
    ),
    weakness(
        "wordpress-users",
        "user_enumeration wordpress_user_enumeration user_list_exposed username_disclosure",
        (200, 203, 204, 359),
        "/wp-json/wp/v2/users",
        Route(
            "/wp-json/wp/v2/users",
            json(
                '[{"id":1,"name":"Anna","slug":"anna","link":"https://harbour-tea.example/author/anna/",'
                '"_links":{}}]'
            ),
            json(
                '{"code":"rest_forbidden","message":"Sorry, you are not allowed to do that.",'
                '"data":{"status":401}}',
                401,
            ),
        ),
    ),
    weakness(
        "xml-rpc",
        "xmlrpc_enabled xmlrpc_exposed wordpress_xmlrpc",
        (749, 16, 307, 799, 200),
        "/xmlrpc.php",
        Route("/xmlrpc.php", text("XML-RPC server accepts POST requests only.", 405)),
    ),
    weakness(
        "methods",
        "dangerous_http_methods dangerous_methods unsafe_http_methods http_methods_enabled",
        (650, 749, 16),
        "",
        Route(
            "/files-store/",
            lambda asked: _methods(asked, "GET, HEAD, POST, OPTIONS, PUT, DELETE"),
            lambda asked: _methods(asked, "GET, HEAD, OPTIONS"),
        ),
        Piece("/support", '<a href="/files-store/">Your files</a>', '<a href="/files-store/">Your files</a>'),
    ),
    weakness(
        "web-dav",
        "webdav_enabled webdav_exposed dangerous_http_methods",
        (650, 749, 16),
        "/dav/",
        Piece("/press", '<a href="/dav/">Our shelf</a>'),
        Route(
            "/dav/",
            lambda asked: Answer(
                "" if asked.method == "OPTIONS" else "a shelf",
                200,
                "text/plain",
                (
                    ("DAV", "1,2"),
                    ("MS-Author-Via", "DAV"),
                    ("Allow", "OPTIONS,GET,HEAD,POST,DELETE,TRACE,PROPFIND,PROPPATCH,COPY,MOVE,LOCK,UNLOCK"),
                ),
            ),
        ),
    ),
    weakness(
        "trace",
        "trace_enabled http_trace_enabled trace_method_enabled cross_site_tracing dangerous_http_methods",
        (693, 16, 200, 650, 749),
        "",
    ),
)
