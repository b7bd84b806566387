"""Whose a host is, and which address a browser would take a reference for."""

from __future__ import annotations

import pytest

from app.engine.net.urls import host_of, is_address, path_of, resolve, site_of


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("img.shop.example.co.uk", "example.co.uk"),
        ("WWW.Shop.com.", "shop.com"),
        ("a.b.github.io", "b.github.io"),
        ("localhost", "localhost"),
        ("192.0.2.7", "192.0.2.7"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("com", "com"),
        ("", ""),
    ],
)
def test_the_registrable_domain_is_the_owner(host: str, site: str) -> None:
    assert site_of(host) == site


@pytest.mark.parametrize("host", ["192.0.2.7", "[2001:db8::1]", "0x7f.1", "2130706433", "127.1"])
def test_an_address_in_any_shape_is_one(host: str) -> None:
    assert is_address(host)


@pytest.mark.parametrize("host", ["shop.example", "1.example", "", "0x.example"])
def test_a_name_is_no_address(host: str) -> None:
    assert not is_address(host)


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("a", "https://www.shop.example/dir/a"),
        ("/a", "https://www.shop.example/a"),
        ("//evil.example/a", "https://evil.example/a"),
        ("\\\\evil.example/a", "https://evil.example/a"),
        ("https:/evil.example/a", "https://evil.example/a"),
        ("http:////evil.example/a", "http://evil.example/a"),
        (" /a\n", "https://www.shop.example/a"),
        ("ht\ntps://evil.exa\tmple/", "https://evil.example/"),
        ("mailto:a@b.example", "mailto:a@b.example"),
    ],
)
def test_a_reference_leads_where_a_browser_would_go(reference: str, url: str) -> None:
    assert resolve("https://www.shop.example/dir/page", reference) == url


@pytest.mark.parametrize("reference", ["http://[", "http://[::1", "//[x]/"])
def test_what_is_no_address_comes_back(reference: str) -> None:
    assert isinstance(resolve("https://www.shop.example/", reference), str)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://User:pw@Shop.Example:8443/a", "shop.example"),
        ("wss://live.example/", "live.example"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("mailto:a@b.example", ""),
        ("data:text/html,x", ""),
        ("javascript:go()", ""),
        ("http://[", ""),
    ],
)
def test_only_addresses_that_load_have_a_host(url: str, host: str) -> None:
    assert host_of(url) == host


def test_the_path_is_without_its_query() -> None:
    assert path_of("https://shop.example/a/b?c=d#e") == "/a/b"
    assert path_of("http://[") == ""
