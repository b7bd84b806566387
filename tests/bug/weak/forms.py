"""Forms that give away, trust, or can be sent by somebody else."""

from __future__ import annotations

from tests.bug.weak.model import Header, Piece, weakness

_TOKEN = '<input type="hidden" name="csrf_token" value="pX7vK2mQ9rT4wZ8nL1bY6cF3">'

WEAKNESSES = (
    weakness(
        "login-without-token",
        "missing_csrf_token csrf_token_missing csrf form_without_csrf_token",
        352,
        "/contact",
        Piece(
            "/contact",
            '<form method="post" action="/contact"><label>Name <input name="name"></label>'
            '<label>Message <textarea name="message"></textarea></label><button>Send</button></form>',
            f'<form method="post" action="/contact">{_TOKEN}<label>Name <input name="name"></label>'
            '<label>Message <textarea name="message"></textarea></label><button>Send</button></form>',
        ),
    ),
    weakness(
        "password-by-get",
        "password_in_get_form password_by_get password_sent_by_get sensitive_data_in_url password_in_url",
        598,
        "/register",
        Piece(
            "/register",
            '<form method="get" action="/register"><input name="mail" type="email">'
            '<input type="password" name="pass" autocomplete="new-password"><button>Join</button></form>',
            f'<form method="post" action="/register">{_TOKEN}<input name="mail" type="email">'
            '<input type="password" name="pass" autocomplete="new-password"><button>Join</button></form>',
        ),
    ),
    weakness(
        "password-to-http",
        "password_over_http insecure_form_action form_to_http mixed_content_form cleartext_password",
        (319, 523),
        "/wholesale",
        Piece(
            "/wholesale",
            f'<form method="post" action="http://trade.harbour-tea.example/enter">{_TOKEN}'
            '<input name="dealer"><input type="password" name="pass" autocomplete="current-password">'
            "<button>Enter</button></form>",
            f'<form method="post" action="/wholesale/enter">{_TOKEN}'
            '<input name="dealer"><input type="password" name="pass" autocomplete="current-password">'
            "<button>Enter</button></form>",
        ),
    ),
    weakness(
        "password-completed",
        "password_autocomplete autocomplete_enabled",
        (522, 525),
        "/login",
        Piece(
            "/login",
            f'<form method="post" action="/login" autocomplete="on">{_TOKEN}<input name="user">'
            '<input type="password" name="pass"><button>Log in</button></form>',
            f'<form method="post" action="/login">{_TOKEN}<input name="user" autocomplete="username">'
            '<input type="password" name="pass" autocomplete="off"><button>Log in</button></form>',
        ),
    ),
    weakness(
        "password-in-page",
        "password_in_page prefilled_password password_field_with_value credentials_in_page",
        (522, 200),
        "/account",
        Piece(
            "/account",
            f'<form method="post" action="/account">{_TOKEN}<input type="password" name="old" '
            'autocomplete="current-password" value="harbour-tea-1987"><button>Change</button></form>',
            f'<form method="post" action="/account">{_TOKEN}<input type="password" name="old" '
            'autocomplete="current-password"><button>Change</button></form>',
        ),
    ),
    weakness(
        "price-in-form",
        "hidden_price_field client_side_price hidden_field_tampering price_in_hidden_field",
        472,
        "/tea/sencha",
        Piece(
            "/tea/sencha",
            f'<form method="post" action="/cart">{_TOKEN}<input type="hidden" name="item" value="12">'
            '<input type="hidden" name="price" value="14.90"><button>Buy</button></form>',
            f'<form method="post" action="/cart">{_TOKEN}<input type="hidden" name="item" value="12">'
            "<button>Buy for 14.90</button></form>",
        ),
    ),
    weakness(
        "role-in-form",
        "hidden_role_field hidden_privilege_field hidden_field_tampering mass_assignment",
        (472, 915, 639),
        "/careers",
        Piece(
            "/careers",
            f'<form method="post" action="/careers">{_TOKEN}<input name="letter">'
            '<input type="hidden" name="is_admin" value="0"><button>Apply</button></form>',
            f'<form method="post" action="/careers">{_TOKEN}<input '
            'name="letter"><button>Apply</button></form>',
        ),
    ),
    weakness(
        "upload-anything",
        "unrestricted_file_upload file_upload_without_restriction file_upload_form",
        434,
        "/support",
        Piece(
            "/support",
            f'<form method="post" enctype="multipart/form-data" action="/support">{_TOKEN}'
            '<input type="file" name="attachment"><button>Upload</button></form>',
            f'<form method="post" action="/support">{_TOKEN}<textarea name="words"></textarea>'
            "<button>Send</button></form>",
        ),
    ),
    weakness(
        "view-state",
        "unprotected_viewstate viewstate_unencrypted viewstate_without_mac unencrypted_viewstate",
        (642, 345, 311),
        "/store-finder",
        Piece(
            "/store-finder",
            f'<form method="post" action="/store-finder">{_TOKEN}'
            '<input type="hidden" name="__VIEWSTATE" id="__VIEWSTATE" '
            'value="/wEPDwUKLTEzNDM3NzkxOWRkZXhhbXBsZXN0b3JlZmluZGVyc3RhdGU="><button>Find</button></form>',
            f'<form method="post" action="/store-finder">{_TOKEN}<button>Find</button></form>',
        ),
    ),
    weakness(
        "private-page-cached",
        "sensitive_page_cacheable cacheable_sensitive_page cacheable_private_page "
        " missing_cache_control caching_of_private_page",
        (525, 524),
        "/account",
        Header("/account", "Cache-Control", "public, max-age=3600", "no-store"),
        Header("/login", "Cache-Control", None, "no-store"),
        Header("/wholesale", "Cache-Control", "no-store", "no-store"),
        Header("/register", "Cache-Control", "no-store", "no-store"),
    ),
)
