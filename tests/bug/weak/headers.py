"""Headers that are missing, weak, or tell too much."""

from __future__ import annotations

from tests.bug.weak.model import EVERYWHERE, Header, Piece, weakness

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

WEAKNESSES = (
    weakness(
        "no-csp",
        "missing_csp missing_content_security_policy csp_missing",
        693,
        "",
        Header(EVERYWHERE, "Content-Security-Policy", None, POLICY),
    ),
    weakness(
        "loose-csp",
        "weak_csp csp_unsafe_inline csp_wildcard unsafe_csp",
        693,
        "/app",
        Header(
            "/app",
            "Content-Security-Policy",
            "default-src * data:; script-src * 'unsafe-inline' 'unsafe-eval'",
            POLICY,
        ),
    ),
    weakness(
        "no-hsts",
        "missing_hsts hsts_missing missing_strict_transport_security",
        319,
        "",
        Header(EVERYWHERE, "Strict-Transport-Security", None, "max-age=63072000; includeSubDomains"),
    ),
    weakness(
        "no-nosniff",
        "missing_x_content_type_options missing_nosniff",
        693,
        "",
        Header(EVERYWHERE, "X-Content-Type-Options", None, "nosniff"),
    ),
    weakness(
        "framable",
        "clickjacking missing_x_frame_options missing_frame_options missing_frame_protection",
        1021,
        "",
        Header(EVERYWHERE, "X-Frame-Options", None, "DENY"),
    ),
    weakness(
        "no-referrer-policy",
        "missing_referrer_policy",
        200,
        "",
        Header(EVERYWHERE, "Referrer-Policy", None, "no-referrer"),
    ),
    weakness(
        "no-permissions-policy",
        "missing_permissions_policy",
        693,
        "",
        Header(EVERYWHERE, "Permissions-Policy", None, "geolocation=(), camera=(), microphone=()"),
    ),
    weakness(
        "no-isolation",
        "missing_coop missing_corp missing_cross_origin_opener_policy missing_cross_origin_isolation",
        693,
        "",
        Header(EVERYWHERE, "Cross-Origin-Opener-Policy", None, "same-origin"),
        Header(EVERYWHERE, "Cross-Origin-Resource-Policy", None, "same-origin"),
        Header(EVERYWHERE, "Cross-Origin-Embedder-Policy", None, "require-corp"),
    ),
    weakness(
        "server-version",
        "server_version_disclosure version_disclosure server_banner",
        (200, 497),
        "",
        Header(EVERYWHERE, "Server", "Apache/2.4.49 (Unix) OpenSSL/1.0.2k-fips", "Apache"),
    ),
    weakness(
        "outdated-server",
        "outdated_server outdated_software vulnerable_server_software outdated_component",
        (1104, 1395, 937),
        "",
    ),
    weakness(
        "powered-by",
        "technology_disclosure powered_by_disclosure x_powered_by version_disclosure",
        (200, 497),
        "",
        Header(EVERYWHERE, "X-Powered-By", "PHP/5.6.40", None),
    ),
    weakness(
        "aspnet-version",
        "technology_disclosure version_disclosure aspnet_version_disclosure",
        (200, 497),
        "/store-finder",
        Header("/store-finder", "X-AspNet-Version", "4.0.30319"),
        Header("/store-finder", "X-AspNetMvc-Version", "5.2"),
    ),
    weakness(
        "backend-address",
        "private_ip_disclosure private_address_disclosure internal_address_disclosure",
        200,
        "/delivery",
        Header("/delivery", "X-Backend-Server", "10.20.4.17:8080"),
    ),
    weakness(
        "no-https-redirect",
        "missing_https_redirect no_https_redirect http_without_redirect insecure_transport",
        319,
        "",
    ),
    weakness(
        "old-cms",
        "outdated_cms outdated_software outdated_component vulnerable_component generator_disclosure",
        (1104, 200, 1395),
        "/journal",
        Piece("/journal", '<meta name="generator" content="WordPress 4.7.1"><p>What we drink.</p>'),
    ),
)
