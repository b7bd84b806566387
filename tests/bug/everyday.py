"""An honest site of every day: what is on nearly all sites and is no weakness, though it resembles some."""

from __future__ import annotations

import json
from pathlib import Path

from config.env import ROOT
from tests.bug.serving import Answer, App, Asked
from tests.bug.twins import good, page

_LINKS = (
    ("/", "Home"),
    ("/shop", "Shop"),
    ("/help", "Help"),
    ("/blog/sql-course", "SQL course"),
    ("/blog/forty-days", "Forty days"),
    ("/blog/router", "Your router"),
    ("/donate", "Donate"),
    ("/newsletter", "Newsletter"),
    ("/developers", "Developers"),
    ("/developers/errors", "Errors"),
    ("/map", "Map"),
)
_TOKEN = '<input type="hidden" name="authenticity_token" value="pX7vK2mQ9rT4wZ8nL1bY6cF3aG5hJ0kS">'
_SCRIPTS = ("htmx.min.js", "uplot.min.js", "tabler.min.js", "alpine-csp.min.js")
_PAGES = {
    "/": (
        "<!-- Google Tag Manager --><!-- /container --><!-- TODO: a nicer picture here -->"
        '<svg xmlns="http://www.w3.org/2000/svg"><path d="M10.1.2.3 10.20.30.40z"/></svg>'
        '<link rel="canonical" href="http://www.everyday.example/"><a '
        'href="http://www.example.org/">Friends</a>'
        + "".join(f'<script src="/lib/{name}"></script>' for name in _SCRIPTS)
        + '<script src="/app.js"></script>'
    ),
    "/shop": (
        '<form action="/shop" method="get"><input name="q"><input type="hidden" name="sort" value="price">'
        '<input type="number" name="price_min" value="0"><button>Search</button></form>'
        '<a href="https://pay.example.org/" target="_blank" rel="noopener">Pay</a>'
        '<a href="/shop?session=morning&amp;page=2">Morning session</a>'
        '<img src="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk" '
        'alt="">'
    ),
    "/help": (
        "<p>Forgot your password? Your password: at least 12 characters. Passwords are never sent by "
        "mail.</p>"
        "<p>If you see “Fatal error” on your washing machine, or “Error 500 on line 3”, call +49 431 10 20 "
        "30 40."
        " Our office is in building 10.0.3.4, room 192.</p>"
    ),
    "/blog/sql-course": (
        "<p>Lesson 4. If you write FORM for FROM, MySQL says:</p><pre>ERROR 1064 (42000): You have an error "
        "in "
        "your SQL syntax; check the manual that corresponds to your MySQL server version for the right "
        "syntax to "
        "use near 'FORM teas' at line 1</pre><p>and Oracle: <code>ORA-00933: SQL command not properly "
        "ended</code>."
        ' SQLite says <code>near "FORM": syntax error</code>.</p>'
    ),
    "/blog/forty-days": (
        "<p>After forty days the exception was thrown at the wall, and the stack of traces burned: warning, "
        "warning, on line 12 of the poem. The root of all evil: x marks the spot. Access was denied; "
        "the index of refraction of tea is 1.33.</p>"
    ),
    "/blog/router": (
        "<p>Open <b>http://192.168.1.1/</b> in your browser and log in as admin. At home most devices have "
        "addresses such as 192.168.1.23 or 10.0.0.5. Version 10.4.3.2 of the firmware is current.</p>"
    ),
    "/donate": (
        f'<form method="post" action="/donate">{_TOKEN}<input type="number" name="amount" value="20">'
        '<input type="hidden" name="currency" value="EUR"><input type="hidden" name="role_of_giver" '
        'value="friend">'
        "<button>Give</button></form>"
    ),
    "/newsletter": (
        f'<form method="post" action="/newsletter">{_TOKEN}<input type="email" '
        'name="mail"><button>Join</button>'
        '</form><p>Write to <a href="mailto:hello@everyday.example">hello@everyday.example</a>.</p>'
    ),
    "/developers": (
        "<h2>Examples</h2><pre>DB_PASSWORD=secret\nAPI_KEY=&lt;your key&gt;"
        "\nAWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE"
        "</pre><pre>curl -u user:password "
        "https://api.everyday.example/v1/teas</pre><pre>postgres://user:pass@host/db"
        "</pre><p>Commit 4b825dc642cb6eb9a060e54bf8d69288fbee4904 of build d41d8cd98f00b204e9800998ecf8427e, "
        "id 123e4567-e89b-12d3-a456-426614174000.</p><pre>-----BEGIN PUBLIC KEY-----\n"
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9q9UU8I5mEovUf86QZ7kOBIjJwqnz\n"
        "-----END PUBLIC KEY-----</pre>"
    ),
    "/developers/errors": (
        "<h2>Reading errors</h2><pre>Traceback (most recent call last):\n  File &quot;example.py&quot;, line "
        "1, in "
        "&lt;module&gt;\n    import tea\nModuleNotFoundError: No module named &#x27;tea&#x27;</pre>"
        "<pre>Exception in thread &quot;main&quot; java.lang.NullPointerException\n\tat "
        "com.example.Tea.main(Tea.java:7)"
        "</pre><pre>Warning: Undefined variable $tea in /path/to/your/script.php on line 3</pre>"
    ),
    "/map": (
        '<div id="map" data-key="pk.eyJ1IjoiZXhhbXBsZSJ9.public"></div><p>54.3233° N, 10.1228° E</p>'
        '<a href="#top" target="_blank">Top</a>'
    ),
}
_APP = """
const words = { password: "Password", token: "Token", secret: "Secret", passwordHint: "Long, please" };
const apiKey = window.settings && window.settings.apiKey, token = getToken();
let password = ""; var secret = null;
const stripe = "pk_live_51H8xampleExampleExampleExample";
const recaptcha = "6LeIxAcTAAAAAJcZVRqyHh71UMIEGNQ_MXjiZKhI";
localStorage.setItem("theme", "dark"); sessionStorage.setItem("csrfTokenSeen", "1");
if (location.hash === "#help") { document.getElementById("help").hidden = false; }
document.getElementById("year").innerHTML = "&copy; 2026";
window.postMessage("setImmediate$0.1$1", "*");
const secretary = "Anna Berg", tokenizer = "whitespace-and-punctuation";
const passwordPolicy = "twelve-characters-or-more";
fetch("/api/teas").then(r => r.json()).then(list => { box.textContent = list.length; });
console.log("ready at http://localhost:3000 in development");
"""
_COOKIES = (
    ("Set-Cookie", "theme=dark; Path=/; Secure; SameSite=Lax"),
    ("Set-Cookie", "XSRF-TOKEN=k2Jv8mQ9xW4zL7nR; Path=/; Secure; SameSite=Lax"),
    ("Set-Cookie", "_ga=GA1.2.1234567890.1700000000; Path=/; Max-Age=63072000; Secure; SameSite=Lax"),
    ("Set-Cookie", "prefs=eyJ0aGVtZSI6ImRhcmsifQ==; Path=/; Secure; SameSite=Lax"),
    ("Set-Cookie", "__Host-session=h7Gk2pQ9xWz4Lm8TnRv1c5Yd; Path=/; Secure; HttpOnly; SameSite=Lax"),
)
_FILES = {
    "/robots.txt": Answer(
        "User-agent: *\nDisallow: /wp-admin/\nAllow: /wp-admin/admin-ajax.php\nDisallow: /cart\nDisallow: "
        "/search\n",
        kind="text/plain",
    ),
    "/manifest.json": Answer(json.dumps({"name": "Everyday", "start_url": "/"}), kind="application/json"),
    "/api/teas": Answer(
        json.dumps([{"id": 1, "name": "Sencha"}, {"id": 2, "name": "Assam"}]), kind="application/json"
    ),
    "/api/status": Answer('{"status": "UP"}', kind="application/json"),
    "/health": Answer("ok\n", kind="text/plain"),
    "/ads.txt": Answer("example.com, 1234, DIRECT\n", kind="text/plain"),
    "/humans.txt": Answer("Anna and Ben\n", kind="text/plain"),
    "/.well-known/openid-configuration": Answer(
        json.dumps({"issuer": "https://everyday.example", "jwks_uri": "https://everyday.example/jwks"}),
        kind="application/json",
    ),
    "/app.js": Answer(_APP, kind="text/javascript; charset=utf-8"),
    "/favicon.ico": Answer(b"\x00\x00\x01\x00\x01\x00", kind="image/x-icon"),
}


def everyday() -> App:
    """Honest pages, public keys, real libraries of today, sample code in documentation."""
    vendor = Path(ROOT) / "app" / "static" / "vendor"

    def answer(asked: Asked) -> Answer:
        if asked.path in _PAGES:
            more = _COOKIES if asked.path == "/" else ()
            return Answer(page("Everyday", _PAGES[asked.path], _LINKS), headers=more)
        if asked.path in _FILES:
            return _FILES[asked.path]
        if asked.path.startswith("/lib/") and asked.path[5:] in _SCRIPTS:
            return Answer((vendor / asked.path[5:]).read_bytes(), kind="text/javascript; charset=utf-8")
        return Answer(page("Not found", "<p>Error: there is no such page.</p>"), 404)

    return good(answer)
