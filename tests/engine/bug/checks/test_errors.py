# ruff: noqa: E501 — traces read best unbroken

import pytest

from app.engine.bug.checks.errors import look
from tests.engine.bug.checks.sight import by_site, html, page, rules

PYTHON = 'Traceback (most recent call last):\n  File "/srv/app/views.py", line 12, in show\n    1 / 0\nZeroDivisionError'
JAVA = "java.lang.NullPointerException: null\n\tat com.shop.Cart.add(Cart.java:42)\n\tat com.shop.Main.main(Main.java:7)"
NODE = "TypeError: Cannot read properties of undefined (reading 'id')\n    at /app/routes/cart.js:14:22\n    at Layer.handle (/app/node_modules/express/lib/router/layer.js:95:5)"
GO = "panic: runtime error: index out of range [5] with length 3\n\ngoroutine 1 [running]:\nmain.main()\n\t/srv/main.go:12 +0x1d"
NET = "[NullReferenceException: Object reference not set]\n   at Shop.Cart.Add(Item item) in C:\\inetpub\\shop\\Cart.cs:line 42\n   at System.Web.UI.Page.ProcessRequest()"
RUBY = "NoMethodError (undefined method `id' for nil)\n/srv/app/controllers/cart_controller.rb:12:in `show'"
PHP = "PHP Fatal error: Uncaught Exception\nStack trace:\n#0 /var/www/html/index.php(12): Cart->add()\n#1 {main}"


@pytest.mark.parametrize("trace", [PYTHON, JAVA, NODE, GO, NET, RUBY, PHP])
def test_it_sees_a_stack_trace_in_a_server_error(trace: str) -> None:
    hits = by_site(look, page(html(f"<h1>Internal error</h1><pre>{trace}</pre>"), "/cart", status=500))
    assert "stack-trace" in rules(hits)


@pytest.mark.parametrize("trace", [PYTHON, JAVA, NODE, GO, NET, RUBY, PHP])
def test_it_sees_a_stack_trace_that_is_all_the_page_says(trace: str) -> None:
    assert "stack-trace" in rules(by_site(look, page(html(f"<h1>Error</h1><pre>{trace}</pre>"), "/cart")))


@pytest.mark.parametrize("trace", [PYTHON, JAVA, NODE, GO, NET, RUBY, PHP])
def test_it_passes_over_a_tutorial_that_shows_a_trace(trace: str) -> None:
    prose = "<p>When a program fails, it prints a trace that is to be read from the bottom to the top, line by line.</p>"
    tutorial = html(
        f"<article><h1>Reading errors</h1>{prose}<pre><code>{trace}</code></pre>{prose}</article>"
    )
    assert not by_site(look, page(tutorial, "/docs/errors"))


def test_it_passes_over_a_list_of_samples_in_listings() -> None:
    body = html(f"<h1>Reading errors</h1><pre>{PYTHON}</pre><pre>{JAVA}</pre>")
    assert not by_site(look, page(body, "/developers/errors"))


def test_it_sees_the_lines_of_a_trace_that_json_has_escaped() -> None:
    trace = JAVA.replace("\n", "\\n").replace("\t", "\\t")
    body = f'{{"status":500,"error":"Internal Server Error","trace":"{trace}","path":"/cart"}}'
    assert "stack-trace" in rules(by_site(look, page(body, "/cart", status=500, kind="application/json")))


def test_it_sees_a_trace_in_an_error_as_json() -> None:
    body = '{"error": "boom", "stack": "TypeError: x is undefined\\n    at /app/routes/cart.js:14:22"}'
    assert "stack-trace" in rules(by_site(look, page(body, "/api", kind="application/json")))


def test_it_passes_over_a_script_that_names_errors() -> None:
    assert not by_site(look, page(f"/* {JAVA} */", "/app.js", kind="text/javascript"))


@pytest.mark.parametrize(
    ("software", "body"),
    [
        ("Django", "<p>You're seeing this error because you have <code>DEBUG = True</code> in your settings.</p>"),
        ("Werkzeug", '<script>var CONSOLE_MODE = false, EVALEX = false, SECRET = "abc";</script>'),
        ("Ruby on Rails", "<title>Action Controller: Exception caught</title>"),
        (".NET", "<H1>Server Error in '/' Application.<hr></H1><b>Source Error:</b>"),
        ("Express", "<html><head><title>Error</title>\n</head>\n<body>\n<pre>Error: x<br> &nbsp; &nbsp;at f (/a.js:1:2)</pre>"),
        ("PHP", "<font size='1'><table class='xdebug-error xe-warning'></table></font>"),
        ("Symfony", '<div class="exception-summary"><h1>Boom</h1></div>'),
        ("Laravel", '<script>window.data = {"report":{}}; window.ignite(window.data)</script>'),
        ("ThinkPHP", '<div class="exception"><h2>[0] think\\exception\\ErrorException in Index.php</h2></div>ThinkPHP'),
    ],
)  # fmt: skip
def test_it_sees_a_framework_s_debug_page(software: str, body: str) -> None:
    hits = by_site(look, page(body, "/x", status=500))
    assert software in {hit.detail["software"] for hit in hits if hit.rule == "errors.debug-page"}


def test_it_sees_an_interactive_console() -> None:
    hits = by_site(look, page("<script>var EVALEX = true;</script>", "/x", status=500))
    assert "debug-console" in rules(hits)


def test_it_passes_over_quoted_markup_of_a_debug_page() -> None:
    body = html("<p>Seen: <code>&lt;code&gt;DEBUG = True&lt;/code&gt;</code> because you have</p>")
    assert not by_site(look, page(body))


def test_it_sees_a_fatal_error_with_its_line_behind_the_file() -> None:
    body = "<b>Fatal error</b>:  Uncaught Error: Call to undefined function f() in /srv/www/a.php:7"
    assert rules(by_site(look, page(html(body)))) == {"php-message"}


def test_it_sees_a_warning_that_php_writes_into_the_page() -> None:
    body = (
        "<br />\n<b>Warning</b>:  Undefined variable $x in <b>/var/www/html/a.php</b> on line <b>3</b><br />"
    )
    assert rules(by_site(look, page(html(body)))) == {"php-message"}


@pytest.mark.parametrize(
    "message",
    [
        "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version",
        'ERROR:  syntax error at or near "FROM"',
        "sqlite3.OperationalError: no such column: id",
        "ORA-00933: SQL command not properly ended",
        "System.Data.SqlClient.SqlException: Incorrect syntax near",
        "SQLSTATE[42S22]: Column not found: 1054 Unknown column 'x' in 'field list'",
    ],
)
def test_it_sees_a_database_s_message(message: str) -> None:
    assert "database" in rules(by_site(look, page(html(f"<h1>Search</h1><div>{message}</div>"), "/search")))
    assert "database" in rules(by_site(look, page(message, "/search", status=500)))


def test_it_passes_over_a_database_s_message_in_a_manual() -> None:
    words = "The server answers with a message like the following one whenever a statement cannot be parsed at all."
    body = html(f"<p>{words}</p><p>ORA-00933: SQL command not properly ended</p>")
    assert not by_site(look, page(body, "/docs"))


def test_it_names_the_default_error_page_as_information() -> None:
    body = html("<h1>HTTP Status 404</h1><h3>Apache Tomcat/9.0.31</h3>")
    assert rules(by_site(look, page(body, "/x", status=404))) == {"default-error-page"}
    assert not by_site(look, page(html("<h1>Not found</h1>"), "/x", status=404))
