"""What pages load, link and mention."""

from __future__ import annotations

from tests.bug.weak.model import Header, Piece, weakness

WEAKNESSES = (
    weakness(
        "script-by-http",
        "mixed_content mixed_active_content active_mixed_content insecure_script",
        319,
        "/press",
        Piece("/press", '<script src="http://stats.harbour-tea.example/count.js"></script>'),
    ),
    weakness(
        "picture-by-http",
        "mixed_content mixed_content_passive mixed_passive_content passive_mixed_content",
        319,
        "/tea/green",
        Piece(
            "/tea/green",
            '<img src="http://pictures.harbour-tea.example/leaf.jpg" alt="a leaf">',
            '<img src="/static/leaf.jpg" alt="a leaf">',
        ),
    ),
    weakness(
        "script-of-others",
        "missing_sri missing_subresource_integrity third_party_script_without_sri",
        (353, 829),
        "/tea",
        Piece("/tea", '<script src="https://cdn.example.net/tasting/wheel.min.js"></script>'),
    ),
    weakness(
        "new-window",
        "reverse_tabnabbing tabnabbing",
        1022,
        "/partners",
        Piece(
            "/partners",
            '<a href="https://garden.example.org/" target="_blank" rel="opener">The garden</a>',
            '<a href="https://garden.example.org/" target="_blank" rel="noopener noreferrer">The garden</a>',
        ),
    ),
    weakness(
        "comment-with-password",
        "sensitive_comment sensitive_information_in_comment information_in_comments credentials_in_comment",
        615,
        "/about",
        Piece(
            "/about",
            "<p>Since 1911.</p><!-- TODO remove before launch: test login admin / Tea4Two!2024 -->",
            "<p>Since 1911.</p>",
        ),
    ),
    weakness(
        "comment-with-work",
        "sensitive_comment suspicious_comment information_in_comments todo_comment",
        615,
        "/guestbook",
        Piece(
            "/guestbook",
            "<!-- FIXME: SQL injection in guestbook.php?id= still open, see ticket 4711 -->",
        ),
    ),
    weakness(
        "private-address",
        "private_ip_disclosure private_address_disclosure internal_address_disclosure",
        200,
        "/statistics",
        Piece("/statistics", "<p>Source: http://192.168.14.22:9090/figures, read nightly.</p>"),
    ),
    weakness(
        "server-path",
        "path_disclosure full_path_disclosure server_path_disclosure",
        (200, 209, 497),
        "/press",
        Piece("/press", "<p>Cannot read /var/www/harbour-tea/releases/41/views/press.html.tpl</p>"),
    ),
    weakness(
        "internal-host",
        "internal_hostname_disclosure internal_host_disclosure internal_address_disclosure",
        200,
        "/careers",
        Piece("/careers", '<a href="http://jira.corp.harbour-tea.internal/browse/HR-12">The opening</a>'),
    ),
    weakness(
        "session-in-link",
        "session_id_in_url session_in_url session_token_in_url",
        (598, 384),
        "/cart",
        Piece(
            "/cart",
            '<a href="/account;jsessionid=9C1F4E7A20B85D63E1A4">Go on</a>',
            '<a href="/account">Go on</a>',
        ),
    ),
    weakness(
        "token-in-link",
        "session_id_in_url token_in_url sensitive_data_in_url session_in_url session_token_in_url",
        598,
        "/newsletter",
        Piece(
            "/newsletter",
            '<a href="/account?access_token=b7Xk2Qv9Lm4Tz8Rn1Wp6Yc3D">Your settings</a>',
            '<a href="/account">Your settings</a>',
        ),
    ),
    weakness(
        "card-numbers",
        "personal_data_exposed credit_card_disclosure pii_disclosure sensitive_data_exposure",
        (359, 200),
        "/support",
        Piece("/support", "<p>Last order: Anna Berg, card 4556 7375 8689 9855, valid 11/27</p>"),
    ),
    weakness(
        "frame-of-others",
        "iframe_without_sandbox third_party_iframe_without_sandbox",
        (1021, 829),
        "/store-finder",
        Piece("/store-finder", '<iframe src="https://maps.example.net/shops"></iframe>'),
    ),
    weakness(
        "addresses",
        "email_disclosure email_address_disclosure",
        200,
        "/press",
        Piece("/press", "<p>j.carter@harbour-tea.example, admin@harbour-tea.example</p>"),
    ),
    weakness(
        "inodes",
        "etag_inode_leak etag_inode_disclosure inode_disclosure",
        200,
        "/journal/harvest",
        Header("/journal/harvest", "ETag", '"2a4f19-1c2e-5f3d2b8a4c1e0"', '"k7v2"'),
    ),
)
