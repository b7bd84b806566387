"""Evidence without the secret."""

from __future__ import annotations

from app.engine.bug.mask import mask_address, mask_evidence, mask_headers, mask_secret


def test_a_secret_shows_its_ends_and_its_length() -> None:
    assert mask_secret("AKIAIOSFODNN7EXAMPLE") == "AKIA…MPLE (20 characters)"


def test_a_short_secret_shows_nothing() -> None:
    assert mask_secret("hunter2") == "… (7 characters)"


def test_cookies_keep_their_names_and_attributes() -> None:
    line = "Set-Cookie: sid=0123456789abcdef0123; Path=/; HttpOnly; SameSite=Lax"
    assert mask_headers(line) == ("Set-Cookie: sid=0123…0123 (20 characters); Path=/; HttpOnly; SameSite=Lax")


def test_credentials_are_masked_and_other_headers_stay() -> None:
    text = "Server: nginx\nAuthorization: Bearer abcdefghijklmnopqrstuvwxyz"
    assert mask_headers(text) == "Server: nginx\nAuthorization: Bear…wxyz (33 characters)"


def test_addresses_keep_their_form() -> None:
    session = "786e4d3cea27d26934b484e73cf575dc"
    assert mask_address(f"http://a/p;jsessionid={session}?b=1") == "http://a/p;jsessionid=786e…75dc?b=1"
    assert mask_address("https://bob:secret@h/x") == "https://bob:…@h/x"
    assert mask_address("http://a/?code=1234&page=2&key=a") == "http://a/?code=1234&page=2&key=a"


def test_what_is_masked_already_stays() -> None:
    text = "password: 'abcd…wxyz (12 characters)', /p?token=abcd…wxyz (20 characters)"
    assert mask_evidence(text) == text
