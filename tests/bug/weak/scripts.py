"""Scripts: old libraries, sinks fed from the address, maps of the source, what they keep and tell."""

from __future__ import annotations

import json as encoder

from tests.bug.weak.model import Piece, Route, json, script, weakness

_OLD = (
    "vulnerable_library outdated_library vulnerable_javascript_library "
    "outdated_component vulnerable_component"
)
_CWE = (1104, 1395, 937, 1035)
_MAP = encoder.dumps(
    {
        "version": 3,
        "file": "app.js",
        "sources": ["webpack:///./src/app.ts", "webpack:///./src/admin/secret-routes.ts"],
        "sourcesContent": ["export const api = '/api/v2'\n", "export const routes = ['/staff/export']\n"],
        "names": [],
        "mappings": "AAAA,SAAS",
    }
)

WEAKNESSES = (
    weakness(
        "old-jquery",
        _OLD,
        _CWE,
        "/static/jquery-1.8.3.min.js",
        Piece("/tea", '<script src="/static/jquery-1.8.3.min.js"></script>'),
        Route(
            "/static/jquery-1.8.3.min.js",
            script(
                "/*! jQuery v1.8.3 jquery.com | jquery.org/license */\n(function(e,t){e.jq=t})(window,1);\n"
            ),
        ),
    ),
    weakness(
        "old-bootstrap",
        _OLD,
        _CWE,
        "/static/bootstrap.min.js",
        Piece("/delivery", '<script src="/static/bootstrap.min.js"></script>'),
        Route(
            "/static/bootstrap.min.js",
            script(
                "/*!\n * Bootstrap v3.3.5 (http://getbootstrap.com)\n * Copyright 2011-2015 Twitter, Inc.\n"
                " * Licensed under the MIT license\n */\n+function(a){a.b=1}(window);\n"
            ),
        ),
    ),
    weakness(
        "old-angular",
        _OLD,
        _CWE,
        "/static/vendor.js",
        Piece("/app", '<script src="/static/vendor.js"></script>'),
        Route(
            "/static/vendor.js",
            script(
                "/*\n AngularJS v1.5.8\n (c) 2010-2016 Google, Inc. http://angularjs.org\n License: MIT\n*/\n"
                "(function(C){'use strict';C.angular={version:{full:\"1.5.8\"}}})(window);\n"
            ),
        ),
    ),
    weakness(
        "source-map",
        "source_map_exposed source_map source_map_disclosure",
        (540, 538, 615),
        "/static/app.js.map",
        Piece("/app", '<script src="/static/app.js"></script>'),
        Route(
            "/static/app.js",
            script("var api='/api/v2';\n//# sourceMappingURL=app.js.map\n"),
            script("var api='/api/v2';\n"),
        ),
        Route("/static/app.js.map", json(_MAP)),
    ),
    weakness(
        "dom-write",
        "dom_xss dom_based_xss dom_xss_sink",
        79,
        "/tea/green",
        Piece(
            "/tea/green",
            "<script>document.write('<b>' + decodeURIComponent(location.hash.slice(1)) + '</b>')</script>",
        ),
    ),
    weakness(
        "dom-eval",
        "dom_xss dom_code_injection eval_of_input unsafe_eval dom_based_xss",
        (95, 79),
        "/static/filter.js",
        Piece("/tea/green", '<script src="/static/filter.js"></script>'),
        Route(
            "/static/filter.js",
            script("var wanted = location.search.substring(1);\neval('filter = ' + wanted);\n"),
            script("var wanted = new URLSearchParams(location.search).get('kind');\n"),
        ),
    ),
    weakness(
        "message-to-all",
        "postmessage_wildcard insecure_postmessage postmessage_without_origin_check",
        (346, 359, 942),
        "/static/embed.js",
        Piece("/partners", '<script src="/static/embed.js"></script>'),
        Route(
            "/static/embed.js",
            script("window.parent.postMessage({basket: basket, token: token}, '*');\n"),
            script("window.parent.postMessage({basket: 1}, 'https://garden.example.org');\n"),
        ),
    ),
    weakness(
        "token-in-storage",
        "token_in_local_storage sensitive_data_in_local_storage insecure_storage",
        922,
        "/static/session.js",
        Piece("/login", '<script src="/static/session.js"></script>'),
        Route(
            "/static/session.js",
            script("function kept(answer) { localStorage.setItem('access_token', answer.access_token) }\n"),
            script("function kept(answer) { show(answer.name) }\n"),
        ),
    ),
)
