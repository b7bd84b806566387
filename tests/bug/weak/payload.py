"""Weaknesses that show themselves only to somebody who sends something of his own."""

from __future__ import annotations

import html as encoder

from tests.bug.serving import Answer, Asked
from tests.bug.weak.model import Piece, Route, html, weakness

_LOGIN = (
    '<form method="post" action="/staff/login"><input name="user"><input type="password" name="pass"></form>'
)
_NOT_THERE = html("Not found", "<p>There is no such shop.</p>", 404)


def _echoed(asked: Asked) -> Answer:
    return html("Search", f"<p>Nothing found for {asked.query.get('q', '')}</p>")


def _escaped(asked: Asked) -> Answer:
    return html("Search", f"<p>Nothing found for {encoder.escape(asked.query.get('q', ''))}</p>")


def _asked_the_database(asked: Asked) -> Answer:
    item = asked.query.get("id", "1")
    if "'" in item:
        return html(
            "Error",
            "<p>SQLSTATE[42000]: Syntax error or access violation: 1064 You have an error in your SQL syntax;"
            " check "
            f"the manual that corresponds to your MariaDB server version near '{encoder.escape(item)}' at "
            "line 1</p>",
            500,
        )
    return html("Article", "<p>A tin of tea.</p>")


def _article(asked: Asked) -> Answer:
    return html("Article", "<p>A tin of tea.</p>")


def _sent_on(asked: Asked) -> Answer:
    return Answer("", 302, "", (("Location", asked.query.get("url", "/")),))


def _sent_home(asked: Asked) -> Answer:
    wanted = asked.query.get("url", "/")
    safe = wanted if wanted in ("/tea", "/journal") else "/"
    return Answer("", 302, "", (("Location", safe),))


def _language(asked: Asked) -> Answer:
    wanted = asked.query.get("lang", "en")
    name, *rest = wanted.replace("\r", "").split("\n")
    extra = tuple((line.partition(":")[0], line.partition(":")[2].strip()) for line in rest if ":" in line)
    kept = "".join(each for each in name if each.isascii() and each.isalnum())
    cookie = ("Set-Cookie", f"lang={kept}; Path=/; Secure; HttpOnly; SameSite=Lax")
    return Answer("", 302, "", (("Location", "/"), cookie, *extra))


def _language_mended(asked: Asked) -> Answer:
    name = "de" if asked.query.get("lang") == "de" else "en"
    cookie = ("Set-Cookie", f"lang={name}; Path=/; Secure; HttpOnly; SameSite=Lax")
    return Answer("", 302, "", (("Location", "/"), cookie))


def _reset(asked: Asked) -> Answer:
    host = encoder.escape(asked.headers.get("x-forwarded-host") or asked.host)
    return html(
        "Forgotten", f'<link rel="canonical" href="https://{host}/forgotten"><p>Ask for a new one.</p>'
    )


def _staff(asked: Asked) -> Answer:
    sent = asked.body.decode(errors="replace")
    if asked.method == "POST" and "user=admin" in sent and "pass=admin" in sent:
        return Answer("", 302, "", (("Location", "/staff/"), ("Set-Cookie", "staff=k2; Secure; HttpOnly")))
    return html("Staff", _LOGIN + ("<p>Wrong name or password</p>" if asked.method == "POST" else ""))


def _staff_mended(asked: Asked) -> Answer:
    return html("Staff", "<p>Come in by the office network.</p>")


def _file(asked: Asked) -> Answer:
    if "etc/passwd" in asked.query.get("name", ""):
        return Answer(
            "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n",
            kind="text/plain",
        )
    return _NOT_THERE


def _known(asked: Asked) -> Answer:
    return html(
        "Reset", "<p>A mail was sent.</p>" if asked.query.get("name") == "anna" else "<p>No such user.</p>"
    )


WEAKNESSES = (
    weakness(
        "reflected",
        "reflected_xss xss cross_site_scripting reflected_input",
        79,
        "/search",
        Piece("/tea", '<a href="/search?q=green">green</a>', '<a href="/search?q=green">green</a>'),
        Route("/search", _echoed, _escaped),
        needs_payload=True,
    ),
    weakness(
        "quote",
        "sql_injection",
        89,
        "/article",
        Piece("/delivery", '<a href="/article?id=7">a tin</a>', '<a href="/article?id=7">a tin</a>'),
        Route("/article", _asked_the_database, _article),
        needs_payload=True,
    ),
    weakness(
        "header-split",
        "crlf_injection http_response_splitting header_injection",
        (113, 93),
        "/language",
        Piece("/", '<a href="/language?lang=de">Deutsch</a>', '<a href="/language?lang=de">Deutsch</a>'),
        Route("/language", _language, _language_mended),
        needs_payload=True,
    ),
    weakness(
        "sent-anywhere",
        "open_redirect",
        601,
        "/go",
        Piece(
            "/partners",
            '<a href="/go?url=/journal">the journal</a>',
            '<a href="/go?url=/journal">the journal</a>',
        ),
        Route("/go", _sent_on, _sent_home),
        needs_payload=True,
    ),
    weakness(
        "host-believed",
        "host_header_injection",
        (644, 20, 601),
        "/forgotten",
        Piece("/", '<a href="/forgotten">Forgotten?</a>', '<a href="/forgotten">Forgotten?</a>'),
        Route("/forgotten", _reset, html("Forgotten", "<p>Ask for a new one.</p>")),
        needs_payload=True,
    ),
    weakness(
        "default-log-in",
        "default_credentials weak_password default_password",
        (1392, 521, 798),
        "/staff/login",
        Piece("/careers", '<a href="/staff/login">Staff</a>', '<a href="/staff/login">Staff</a>'),
        Route("/staff/login", _staff, _staff_mended),
        Route("/staff/", html("Staff", "<h1>Welcome, admin</h1><a href='/staff/logout'>Log out</a>"), None),
        needs_payload=True,
    ),
    weakness(
        "path-walked",
        "path_traversal directory_traversal local_file_inclusion",
        22,
        "/download",
        Piece("/press", '<a href="/download?name=prices.pdf">prices</a>', ""),
        Route("/download", _file, _NOT_THERE),
        needs_payload=True,
    ),
    weakness(
        "names-told",
        "user_enumeration account_enumeration",
        (204, 203),
        "/reset",
        Piece("/support", '<a href="/reset?name=">reset</a>', ""),
        Route("/reset", _known, html("Reset", "<p>If we know you, a mail was sent.</p>")),
        needs_payload=True,
    ),
)
