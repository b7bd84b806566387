"""Secrets where everybody can read them. They are made here, so that none stands in these files."""

from __future__ import annotations

import hashlib
import string

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.bug.weak.model import Piece, Route, script, text, weakness

_LETTERS = string.ascii_letters + string.digits


def made_up(start: str, length: int, alphabet: str = _LETTERS, seed: str = "") -> str:
    """A key of the form its maker gives to keys: `start` and characters that look random, always the same."""
    stream = b"".join(hashlib.sha512(f"{start}{seed}{n}".encode()).digest() for n in range(length // 32 + 2))
    return start + "".join(alphabet[byte % len(alphabet)] for byte in stream[:length])


def private_key() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


_UPPER = string.ascii_uppercase + "234567"
_HARD_CODED = "hardcoded_secret hardcoded_credentials secret_in_page secret_exposed api_key_exposed "

WEAKNESSES = (
    weakness(
        "aws-key",
        _HARD_CODED + "aws_key_exposed secret_in_javascript secret_in_script",
        (798, 312, 540),
        "/static/upload.js",
        Piece("/support", '<script src="/static/upload.js"></script>'),
        Route(
            "/static/upload.js",
            script(
                f'const store = {{ accessKeyId: "{made_up("AKIA", 16, _UPPER)}",\n'
                f'  secretAccessKey: "{made_up("", 40)}", region: "eu-central-1" }};\n'
            ),
            script("const store = { region: 'eu-central-1' };\n"),
        ),
    ),
    weakness(
        "slack-hook",
        _HARD_CODED + "slack_webhook_exposed webhook_exposed slack_token_exposed",
        (798, 312, 200),
        "/static/feedback.js",
        Piece("/contact", '<script src="/static/feedback.js"></script>'),
        Route(
            "/static/feedback.js",
            script(
                "function tell(text) { fetch('https://hooks.slack.com/services/"
                f"{made_up('T', 8, _UPPER)}/{made_up('B', 8, _UPPER)}/{made_up('', 24)}', "
                "{method: 'POST', body: JSON.stringify({text}) }) }\n"
            ),
            script("function tell(text) { fetch('/feedback', { method: 'POST', body: text }) }\n"),
        ),
    ),
    weakness(
        "github-token",
        _HARD_CODED + "github_token_exposed token_exposed",
        (798, 312, 200),
        "/journal/harvest",
        Piece("/journal/harvest", f'<div data-release-token="{made_up("ghp_", 36)}">Harvest</div>'),
    ),
    weakness(
        "stripe-key",
        _HARD_CODED + "stripe_key_exposed payment_key_exposed",
        (798, 312, 200),
        "/cart",
        Piece("/cart", f'<script>var pay = Pay("{made_up("sk_live_", 24)}")</script>'),
    ),
    weakness(
        "password-in-script",
        _HARD_CODED + "password_in_javascript credentials_in_javascript secret_in_javascript",
        (798, 259, 615),
        "/static/wholesale.js",
        Piece("/wholesale", '<script src="/static/wholesale.js"></script>'),
        Route(
            "/static/wholesale.js",
            script(
                "var dbUser = 'dealer_rw';\nvar dbPassword = 'M1nt&Ginger_77';\nconnect(dbUser, dbPassword);"
                "\n"
            ),
            script("connect();\n"),
        ),
    ),
    weakness(
        "connection-string",
        _HARD_CODED + "connection_string_exposed database_credentials_exposed credentials_in_page",
        (798, 312, 200, 522),
        "/statistics",
        Piece("/statistics", "<pre>postgres://figures:Q7xv2Lm9@db1.harbour-tea.example:5432/figures</pre>"),
    ),
    weakness(
        "private-key",
        "private_key_exposed exposed_private_key",
        (321, 538, 522, 312),
        "/server.key",
        Route("/server.key", text(private_key())),
    ),
    weakness(
        "jwt-in-page",
        _HARD_CODED + "jwt_in_page token_in_page token_exposed",
        (522, 200, 798, 312),
        "/app",
        Piece(
            "/app",
            "<script>window.session = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
            f"eyJzdWIiOiI0NzExIiwicm9sZSI6InN0YWZmIn0.{made_up('', 43)}'</script>",
        ),
    ),
)
