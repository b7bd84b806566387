"""What the decoy site says and serves: words and names of weaknesses, and none of them there."""

from __future__ import annotations

import html

from tests.bug.serving import Answer

_TRACE = html.escape(
    'Traceback (most recent call last):\n  File "app.py", line 12, in <module>\n    main()\n'
    "KeyError: 'name'\n"
)
_JAVA = (
    "java.lang.NullPointerException\n\tat com.example.Main.main(Main.java:5)\n"
    "\tat org.apache.catalina.core.ApplicationFilterChain.doFilter(ApplicationFilterChain.java:166)"
)
_EXAMPLE_TOKEN = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ."
    "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
)

PAGES: dict[str, tuple[str, str]] = {
    "/notes/reading-a-traceback": (
        "How to read a stack trace",
        f"<p>A Python traceback looks like this:</p><pre><code>{_TRACE}</code></pre>"
        f"<p>and one of Java like this:</p><pre><code>{_JAVA}</code></pre><p>Read it from below.</p>",
    ),
    "/notes/git-exposed": (
        "Is your .git folder public?",
        "<p>Ask for <code>/.git/HEAD</code>. If you see <code>ref: refs/heads/main</code>, or</p>"
        '<pre>[core]\n\trepositoryformatversion = 0\n[remote "origin"]</pre><p>then close it.</p>',
    ),
    "/notes/index-of": (
        "Index of authors",
        '<ul><li><a href="/notes/keys">Adams</a></li><li>Baker</li></ul><p>A page titled “Index of /” with '
        "a link “Parent Directory” is a listing. This one is not.</p>",
    ),
    "/notes/keys": (
        "Keys in documentation",
        "<p>Amazon's own example is AKIAIOSFODNN7EXAMPLE with wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY; "
        f"the token everybody knows is <code>{_EXAMPLE_TOKEN}</code>. Write "
        "<code>password = 'changeme'</code>, <code>API_KEY=your-api-key-here</code>, "
        "<code>api_key: xxxxxxxxxxxxxxxxxxxxxxxx</code> or "
        "<code>postgres://user:password@localhost/db</code> "
        "in examples, and <code>-----BEGIN RSA PRIVATE KEY-----</code> followed by three dots.</p>",
    ),
    "/notes/private-networks": (
        "Which addresses are private?",
        "<p>Those of 10.0.0.0/8, 172.16.0.0/12 and 192.168.0.0/16. Most routers at home answer at "
        "192.168.0.1 or 192.168.1.1. Chrome 10.0.648.204 and the section 10.1.2.3 of a standard are "
        "none.</p>",
    ),
    "/notes/sql-errors": (
        "What an SQL error gives away",
        "<p>“You have an error in your SQL syntax; check the manual that corresponds to your MySQL server "
        "version” tells more than “something went wrong”. So do ORA-00933 and SQLSTATE[42000].</p>",
    ),
    "/notes/php-warnings": (
        "Warnings of PHP",
        "<p>Set <code>display_errors = Off</code>, or visitors read <code>Warning: include(): Failed opening "
        "'x.php' in /var/www/html/index.php on line 3</code>.</p>",
    ),
    "/notes/phpinfo": (
        "Why phpinfo() should go",
        "<p>The page titled phpinfo() shows PHP Version 8.2.1, PHP License, the System and every "
        "setting.</p>",
    ),
    "/notes/passwords": (
        "On passwords and other secrets",
        "<p>A password is not a secret once it is shared. The exception proves the rule; errors and "
        "exceptions, fatal or not, are human. TODO lists help, and so do to-dos.</p><!-- the menu ends here "
        "-->",
    ),
    "/notes/eval": (
        "Do not eval",
        "<p>Never write <code>eval(location.hash)</code> nor "
        "<code>document.write(location.search)</code>.</p>",
    ),
    "/notes/old-jquery": (
        "An upgrade from jQuery 1.8.3",
        "<p>We replaced <code>jquery-1.8.3.min.js</code> by <code>jquery-3.7.1.min.js</code>. jQuery v1.8.3 "
        "had "
        "four known weaknesses; AngularJS v1.5.8 and Bootstrap v3.3.5 have some too.</p>",
    ),
    "/notes/mixed-content": (
        "Mixed content explained",
        "<p>Write <code>&lt;script src=&quot;https://…&quot;&gt;</code>, never "
        '<code>&lt;script src="http://…"&gt;</code>. See <a href="http://www.example.org/">an old '
        "site</a>.</p>",
    ),
    "/notes/cards": (
        "Numbers that look like cards",
        "<p>Order 1234567890123456, article 4111111111111111 (the test number of every till), ISBN "
        "9783161484100, telephone +49 431 1234567, track 1Z999AA10123456784.</p>",
    ),
    "/notes/swagger": (
        "Documenting an interface with Swagger",
        '<p>Write a file with <code>"swagger": "2.0"</code> or <code>openapi: 3.0.0</code>. Swagger UI shows '
        "it.</p>",
    ),
    "/notes/sessions": (
        "Session ids in addresses",
        "<p>Do not write <code>/shop;jsessionid=1A2B3C</code> or <code>?PHPSESSID=…</code> into links. See "
        '<a href="/notes/keys?session=spring">the spring session</a> and <a '
        'href="/notes/keys?token=">tokens</a>.</p>',
    ),
    "/admin/": (
        "Administration of a small town",
        "<p>How a town is administered: users of the swimming pool, settings of the clocks.</p>",
    ),
    "/phpmyadmin/": ("How we replaced phpMyAdmin", "<p>By nothing at all. Nobody missed it.</p>"),
    "/server-status": (
        "Server status",
        "<p>All systems operational. Web: up. Mail: up. Apache Server Status pages are read by machines.</p>",
    ),
    "/actuator": ("Actuators", "<p>Linear and rotary actuators for valves, with health certificates.</p>"),
    "/console": (
        "Consoles",
        "<p>Game consoles of the last century. An interactive console was the best.</p>",
    ),
    "/metrics": ("Metrics", "<p>How we count visitors: http_requests_total is the name of the counter.</p>"),
    "/backup/": ("Backups", "<p>Keep three copies, on two media, one of them elsewhere.</p>"),
    "/graphql": ("GraphQL", '<p>Ask with <code>{"query": "{ __schema { types { name } } }"}</code>.</p>'),
    "/jenkins/": ("Jenkins", "<p>Leeroy, and the butler. Dashboard [Jenkins] was its title.</p>"),
    "/test/": ("Test", "<p>A test of tea.</p>"),
    "/login": (
        "Log in",
        '<form method="post" action="/login"><input type="hidden" name="csrf_token" '
        'value="pX7vK2mQ9rT4wZ8nL1bY6cF3"><label>User <input name="user" autocomplete="username"></label>'
        '<label>Password <input type="password" name="pass" autocomplete="current-password"></label>'
        "<button>Log in</button></form>",
    ),
}


def _plain(body: str) -> Answer:
    return Answer(body, kind="text/plain; charset=utf-8")


def _json(body: str) -> Answer:
    return Answer(body, kind="application/json")


def _html(body: str) -> Answer:
    return Answer(f"<!DOCTYPE html><html><head><title>Note</title></head><body><p>{body}</p></body></html>")


FILES: dict[str, Answer] = {
    "/.env": _plain("# Nothing is configured here. See the notes.\n"),
    "/.git/HEAD": _json('{"error": "not here"}'),
    "/.git/config": _plain("There is no configuration.\n"),
    "/.svn/entries": _html("No entries yet."),
    "/.DS_Store": _plain("We do not use a Mac.\n"),
    "/.htpasswd": _plain("Nice try.\n"),
    "/.htaccess": _html("Access for everybody."),
    "/web.config": _html("The web is configured by hand."),
    "/backup.zip": _html("Backups are kept elsewhere."),
    "/backup.sql": _html("Backups are kept elsewhere. INSERT INTO is a statement of SQL."),
    "/dump.sql": _plain("-- This file is empty on purpose.\n"),
    "/backup.tar.gz": _plain("Backups are kept elsewhere.\n"),
    "/config.php": _html(""),
    "/config.php.bak": _html("A bakery's configuration."),
    "/index.php~": _html("The tilde means: about."),
    "/phpinfo.php": _html("Why phpinfo() should go: PHP Version and PHP License are nobody's affair."),
    "/info.php": _html("Information for visitors."),
    "/swagger.json": _json('{"message": "not found"}'),
    "/openapi.json": _json('{"code": 404, "message": "no openapi document"}'),
    "/v2/api-docs": _json("[]"),
    "/actuator/health": _json('{"status": "UP"}'),
    "/actuator/env": _json('{"error": "Not Found", "status": 404}'),
    "/package.json": _json("{}"),
    "/composer.json": _json('{"error": "not found"}'),
    "/crossdomain.xml": Answer(
        '<?xml version="1.0"?><cross-domain-policy><site-control permitted-cross-domain-policies="none"/>'
        "</cross-domain-policy>",
        kind="text/xml",
    ),
    "/robots.txt": _plain("User-agent: *\nDisallow: /search\nDisallow: /print/\n\nSitemap: /sitemap.xml\n"),
    "/error.log": _html("How to read an error log."),
    "/logs/access.log": _plain("Logs are made of wood.\n"),
    "/api/users": _json('{"error": "authentication required"}'),
    "/wp-json/wp/v2/users": _json('{"code": "rest_no_route", "data": {"status": 404}}'),
    "/xmlrpc.php": _html("XML-RPC, a history."),
    "/id_rsa": _plain("This is not a key.\n"),
    "/server.key": _plain("The server of this restaurant is the key to its success.\n"),
    "/.aws/credentials": _plain(
        "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = <yours>\n"
    ),
    "/docker-compose.yml": _html("Compose your own tea."),
    "/adminer.php": _html("Adminer was here."),
    "/elmah.axd": _html("Elm trees of the north."),
    "/trace.axd": _html("Traces in the snow."),
    "/debug/pprof/": _html("Types of profiles available: left and right."),
    "/uploads/": _html("Upload your tea."),
    "/_profiler/": _html("Profiles of Symfony orchestras."),
    "/telescope": _html("A telescope."),
    "/nginx_status": _plain("Active connections of the railway: 43\n"),
}
