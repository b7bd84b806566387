"""The second site's errors and keys."""

from __future__ import annotations

from tests.bug.serving import Answer
from tests.bug.weak.keys import made_up
from tests.bug.weak.model import Piece, Route, Weakness, script, text, weakness

_TRACE = "stack_trace stack_trace_disclosure error_message_disclosure verbose_error"
_SQL = "database_error sql_error sql_error_message"
_SECRET = "hardcoded_secret api_key_exposed token_exposed secret_in_page private_key_exposed"
_GO = """panic: runtime error: index out of range [3] with length 3

goroutine 41 [running]:
main.(*Mill).Grind(0xc0000b4000, 0x4)
\t/srv/mill/grind.go:88 +0x1b
"""
_RUBY = """NoMethodError (undefined method `price' for nil:NilClass):

app/controllers/flour_controller.rb:17:in `show'
/usr/lib/ruby/gems/2.5.0/gems/actionpack-5.2.1/lib/action_controller/metal.rb:190:in `dispatch'
"""
_SPRING = """<h1>Whitelabel Error Page</h1><p>This application has no explicit mapping for /error, so you are
seeing this as a fallback.</p>
<div>There was an unexpected error (type=Internal Server Error, status=500).</div>
<div>java.lang.IllegalStateException: no grain
\tat example.mill.Grinder.run(Grinder.java:41)
\tat org.springframework.web.servlet.FrameworkServlet.service(FrameworkServlet.java:882)
\tat java.base/java.lang.Thread.run(Thread.java:834)</div>"""
_LARAVEL = """<title>Whoops! There was an error.</title><div class="exc-title">ErrorException (E_NOTICE)</div>
<span>Undefined variable: flour</span>
<div class="frame-file">/srv/mill/vendor/laravel/framework/src/Illuminate/
Routing/Controller.php</div><div class="Whoops container">DB_PASSWORD</div>"""


def _error(path: str, classes: str, cwe: int | tuple[int, ...], body: str, status: int = 500) -> Weakness:
    page = Piece("/support", f'<p><a href="{path}">{path}</a></p>')
    answer = Answer(f"<html><body>{body}</body></html>", status)
    return weakness(path.strip("/"), classes, cwe, path, page, Route(path, answer, text("Sorry.", 500)))


def _secret(name: str, code: str, *classes: str) -> Weakness:
    path = f"/assets/{name}.js"
    page = Piece("/delivery", f'<script src="{path}"></script>')
    known = " ".join((_SECRET, *classes))
    return weakness(name, known, (798, 321, 312, 200, 522), path, page, Route(path, script(code), None))


WEAKNESSES = (
    _error("/flour/4", _TRACE, 209, f"<pre>{_GO}</pre>"),
    _error("/flour/5", _TRACE, 209, f"<pre>{_RUBY}</pre>"),
    _error("/spring/error", _TRACE, 209, _SPRING),
    _error("/whoops", f"{_TRACE} debug_mode debug_mode_enabled", (209, 489, 215), _LARAVEL),
    _error("/orders/oracle", _SQL, 209, "<p>ORA-00933: SQL command not properly ended</p>"),
    _error(
        "/orders/mssql",
        _SQL,
        209,
        "<p>Unclosed quotation mark after the character string ''. Microsoft OLE DB Provider for SQL Server "
        "error '80040e14'</p>",
    ),
    _error("/orders/sqlite", _SQL, 209, '<p>sqlite3.OperationalError: near "FROM": syntax error</p>'),
    _error(
        "/fatal.php",
        "php_error_message php_error",
        209,
        "<b>Fatal error</b>:  Uncaught Error: Call to undefined function mill() in /srv/www/fatal.php:7",
        200,
    ),
    _secret("maps", f"var maps = '{made_up('AIza', 35)}';\n"),
    _secret("ci", f"const ci = '{made_up('glpat-', 20)}'\n"),
    _secret(
        "chat",
        f"token: '{made_up('xoxb-', 12, '0123456789')}-{made_up('', 12, '0123456789')}-{made_up('', 24)}'\n",
    ),
    _secret("mail", f"var sg = 'SG.{made_up('', 22)}.{made_up('', 43)}'\n"),
    _secret("settings", f"var config = {{ apiSecret: '{made_up('', 32, '0123456789abcdef')}' }};\n"),
)
