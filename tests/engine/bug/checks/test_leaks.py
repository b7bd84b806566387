import pytest

from app.engine.bug.checks.leaks import look
from app.engine.bug.page import Page
from tests.engine.bug.checks.sight import by_page, html, page, rules


def seen(sight: Page) -> set[str]:
    return rules(by_page(look, sight))


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("<!-- included from /var/www/html/inc/header.php -->", "internal-path"),
        ("<!-- C:\\inetpub\\wwwroot\\shop\\Default.aspx -->", "internal-path"),
        ('<script>var root = "/home/deploy/shop/app.py";</script>', "internal-path"),
        ("<!-- template: /opt/shop/templates/base.html -->", "internal-path"),
        ('<a href="file:///C:/sites/shop/index.html">x</a>', "internal-path"),
        ("<!-- served by 10.20.30.41 -->", "private-address"),
        ('<script>var api = "http://192.168.10.5:8080/api";</script>', "private-address"),
        ("<!-- fd12:3456:789a::17 -->", "private-address"),
        ("<p>Server: 172.16.4.9</p>", "private-address"),
        ("<p>Source: http://192.168.14.22:9090/figures</p>", "private-address"),
        ("<p>What we have.</p><footer>Served by 10.20.0.31</footer>", "private-address"),
        ('<script>fetch("http://billing.shop.internal/v1")</script>', "internal-host"),
        ('<script>fetch("http://localhost:8080/v1")</script>', "localhost"),
        ("<div><?php echo $user; ?></div>", "server-source"),
        ('<%@ page language="java" %><h1>x</h1>', "server-source"),
        ("<p>a</p>\n<<<<<<< HEAD\n<p>b</p>\n=======\n<p>c</p>\n>>>>>>> main\n", "merge-conflict"),
        ("<script>var config = {debug: true, level: 3};</script>", "debug-flag"),
    ],
)
def test_it_sees_a_leak_in_a_page(body: str, rule: str) -> None:
    assert rule in seen(page(html(body)))


@pytest.mark.parametrize(
    "body",
    [
        "<p>Put it into /var/www/html and restart.</p>",
        "<pre><code>&lt;?php echo 1; ?&gt; in /var/www/html/index.php at 10.0.0.5</code></pre>",
        "<p>Our router has 192.168.1.1 by default, version 10.2.3.4</p>",
        '<p>TUN on "server" 192.168.255.1 and http://192.168.1.1/setup</p>',
        "<p>In the drawing the balancer asks the backend 10.20.0.31 when the first of them is slow.</p>",
        "<!-- jQuery plugin version 10.1.2.3 -->",
        "<!-- 10.0.0.0/8 is private -->",
        "<pre>&lt;&lt;&lt;&lt;&lt;&lt;&lt; HEAD\na\n=======\nb</pre>",
        '<script type="text/template"><%= item.name %></script>',
        "<textarea><%= x %></textarea>",
        "<p>&lt;%= escaped %&gt;</p>",
        '<a href="/home/news/today.json">x</a>',
        '<svg><path d="M10.1.2.3 10.20.30.40"/></svg>'.replace("10.20.30.40", ""),
        "<script>if (debug) {}; var a = {debug: false};</script>",
    ],
)
def test_it_passes_over_a_page_that_only_talks_of_it(body: str) -> None:
    assert not seen(page(html(body)))


def test_it_sees_source_served_as_text() -> None:
    assert "server-source" in seen(page("<?php\n$db = 1;", "/config.php", kind="text/plain"))
    assert "server-source" in seen(page("#!/usr/bin/env python3\nprint(1)", "/run.cgi", kind="text/plain"))
    assert "server-source" in seen(
        page("import os\nfrom flask import Flask\n", "/app.py", kind="application/octet-stream")
    )


def test_it_passes_over_a_php_page_that_ran() -> None:
    assert not seen(page(html("<p>Welcome</p>"), "/index.php"))
    assert not seen(page("just words", "/index.php", kind="text/plain"))


@pytest.mark.parametrize(
    ("header", "rule"),
    [
        (("X-Debug-Token-Link", "https://shop.site.example/_profiler/a1b2c3"), "debug-header"),
        (("X-Backend-Server", "web-07"), "backend-header"),
        (("Via", "1.1 10.3.4.5 (squid)"), "private-address"),
        (("Location", "http://192.168.3.7/login"), "private-address"),
    ],
)
def test_it_reads_the_headers(header: tuple[str, str], rule: str) -> None:
    assert seen(page(html(""), headers=(header,))) == {rule}


def test_it_passes_over_a_policy_that_names_private_addresses() -> None:
    assert not seen(page(html(""), headers=(("Content-Security-Policy", "connect-src http://10.1.2.3"),)))


def test_it_sees_a_path_where_something_failed() -> None:
    assert "internal-path" in seen(page(html("<p>Cannot read /var/www/shop/views/a.tpl</p>")))
    assert not seen(page(html("<p>Copy the files to /var/www/shop/views/a.tpl</p>")))


def test_it_sees_inodes_in_etags() -> None:
    assert seen(page(html(""), headers=(("ETag", '"2a4f19-1c2e-5f3d2b8a4c1e0"'),))) == {"inode"}
    assert not seen(page(html(""), headers=(("ETag", '"5f3d2b8a-1c2e"'),)))
