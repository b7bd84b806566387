"""What a site says of itself in its policy files."""

from __future__ import annotations

from tests.bug.weak.model import Route, text, weakness

_CONTACT = (
    "Contact: mailto:security@harbour-tea.example\nExpires: 2030-01-01T00:00:00.000Z\n"
    "Preferred-Languages: en\n"
)

WEAKNESSES = (
    weakness(
        "robots-tells",
        "robots_txt_disclosure robots_leak sensitive_robots_txt robots_txt_leak sensitive_paths_in_robots",
        (200, 538, 548),
        "/robots.txt",
        Route(
            "/robots.txt",
            text(
                "User-agent: *\nDisallow: /admin-panel-2023/\nDisallow: /backup/\nDisallow: "
                "/private/customers/\n"
                "Disallow: /staff/export.sql\n\nSitemap: /sitemap.xml\n"
            ),
            text("User-agent: *\nDisallow: /search\n\nSitemap: /sitemap.xml\n"),
        ),
    ),
    weakness(
        "no-security-txt",
        "missing_security_txt security_txt_missing",
        1059,
        "",
        Route("/.well-known/security.txt", text("Not found", 404), text(_CONTACT)),
    ),
)
