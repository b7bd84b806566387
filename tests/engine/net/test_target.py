"""URLs, as tables: what they mean, and which are refused."""

from __future__ import annotations

import pytest

from app.engine.net.target import TargetError, parse_target


@pytest.mark.parametrize(
    ("url", "rebuilt"),
    [
        ("http://example.com", "http://example.com/"),
        ("HTTPS://Example.COM:443/A?b=C#d", "https://example.com/A?b=C"),
        ("http://example.com:8080?q=1", "http://example.com:8080/?q=1"),
        ("http://example.com./", "http://example.com/"),
        ("http://my_service:9000/", "http://my_service:9000/"),
        (
            "http://例子.测试/路径?名=值",
            "http://xn--fsqu00a.xn--0zwm56d/%E8%B7%AF%E5%BE%84?%E5%90%8D=%E5%80%BC",
        ),
        ("http://example.com/%7Ea/%2e", "http://example.com/%7Ea/%2e"),
        ("http://[2001:DB8:0::1]:81/", "http://[2001:db8::1]:81/"),
        ("http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/"),
        ("http://127.1/", "http://127.0.0.1/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://0x7f.0.0.1/", "http://127.0.0.1/"),
        ("http://0177.0.0.1/", "http://127.0.0.1/"),
        ("http://１２７.0.0.1/", "http://127.0.0.1/"),
    ],
)
def test_a_url_is_rebuilt_from_its_parts(url: str, rebuilt: str) -> None:
    assert parse_target(url).url == rebuilt


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "//example.com/",
        "ftp://example.com/",
        "javascript:alert(1)",
        "http:///path",
        "http:/example.com/",
        "http://user@example.com/",
        "http://example.com@127.0.0.1/",
        "http://127.0.0.1\\@example.com/",
        "http://exa mple.com/",
        "http://example.com/\r\nHost: x",
        "http://example.com\t/",
        "http://a%2eb/",
        "http://a..b/",
        "http://-a.example/",
        "http://example.com:0/",
        "http://example.com:65536/",
        "http://example.com:80:80/",
        "http://1.2.3.256/",
        "http://1.2.3.4.5/",
        "http://08.1.1.1/",
        "http://[::1/",
        "http://[::1%25eth0]/",
        "http://[v1.x]/",
        "http://::1/",
        "http://" + "a" * 64 + ".example/",
        "http://example.com/" + "a" * 5000,
    ],
)
def test_an_ambiguous_url_is_refused(url: str) -> None:
    with pytest.raises(TargetError):
        parse_target(url)


def test_it_tells_addresses_from_names() -> None:
    assert parse_target("http://1.2.3.4/").is_address
    assert parse_target("http://[::1]/").is_address
    assert not parse_target("http://1.2.3.4.example/").is_address
