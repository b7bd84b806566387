"""Errors that tell how the site is built. Each is on a page that something links to."""

from __future__ import annotations

from tests.bug.serving import Answer
from tests.bug.weak.model import Piece, Route, Weakness, weakness

_PYTHON = """Traceback (most recent call last):
  File "/srv/tea/venv/lib/python3.8/site-packages/flask/app.py", line 1950, in full_dispatch_request
    rv = self.dispatch_request()
  File "/srv/tea/shop/views.py", line 212, in calculate
    return POSTAGE[weight]
KeyError: '2kg'
"""
_JAVA = """java.lang.NullPointerException: Cannot invoke "Order.getLines()" because "order" is null
\tat com.harbourtea.shop.OrderService.total(OrderService.java:118)
\tat com.harbourtea.shop.OrderController.show(OrderController.java:57)
\tat javax.servlet.http.HttpServlet.service(HttpServlet.java:733)
\tat org.apache.catalina.core.ApplicationFilterChain.doFilter(ApplicationFilterChain.java:166)
"""
_DOTNET = """<h1>Server Error in '/Shop' Application.</h1>
<h2><i>Object reference not set to an instance of an object.</i></h2>
<b>Exception Details: </b>System.NullReferenceException: Object reference not set to an instance of an object.
<br><b>Source Error:</b><pre>Line 41: var total = basket.Lines.Sum();</pre>
<b>Stack Trace:</b><pre>[NullReferenceException: Object reference not set to an instance of an object.]
   Shop.Basket.Page_Load(Object sender, EventArgs e) in C:\\inetpub\\shop\\Basket.aspx.cs:41
   System.Web.UI.Control.OnLoad(EventArgs e) +95</pre>
<b>Version Information:</b> Microsoft .NET Framework Version:4.0.30319; ASP.NET Version:4.7.3535.0"""
_PHP = (
    "<br />\n<b>Warning</b>:  Undefined variable $shop in <b>/var/www/html/finder/include/map.php</b> "
    "on line <b>83</b><br />\n<p>No shop near you.</p>"
)
_SQL = (
    "<p>You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version "
    "for the right syntax to use near 'ORDER BY placed DESC LIMIT 0,20' at line 1</p>"
)
_POSTGRES = (
    'Error: ERROR:  syntax error at or near "FROM"\nLINE 1: SELECT name, FROM teas\n'
    "PG::SyntaxError in TeasController#index"
)
_DJANGO = """<div id="summary"><h1>Page not found <span>(404)</span></h1></div>
<div id="info"><p>Using the URLconf defined in <code>shop.urls</code>, Django tried these URL patterns,
in this order:</p><ol><li>admin/</li><li>orders/&lt;int:id&gt;/</li></ol></div>
<div id="explanation"><p>You're seeing this error because you have <code>DEBUG = True</code> in your
Django settings file. Change that to <code>False</code>, and Django will display a standard
404 page.</p></div>"""
_NODE = """TypeError: Cannot read properties of undefined (reading 'price')
    at /home/node/shop/routes/offers.js:34:21
    at Layer.handle [as handle_request] (/home/node/shop/node_modules/express/lib/router/layer.js:95:5)
    at next (/home/node/shop/node_modules/express/lib/router/route.js:144:13)
"""
_SORRY = Answer("<!DOCTYPE html><title>Sorry</title><h1>Something went wrong</h1>", 500)
_TRACE = (
    "stack_trace stack_trace_disclosure error_message_disclosure verbose_error information_exposure_error"
)


def _error(id: str, classes: str, page: str, path: str, body: str, status: int = 500) -> Weakness:
    """An error at `path`, which a link on `page` leads to."""
    weak = f"<html><head><title>Error</title></head><body>{body}</body></html>"
    return weakness(
        id,
        classes,
        209,
        path.partition("?")[0],
        Piece(page, f'<p><a href="{path}">More</a></p>'),
        Route(path.partition("?")[0], Answer(weak, status), _SORRY),
    )


WEAKNESSES = (
    _error("trace-python", _TRACE, "/calculator", "/calculator/result?weight=2kg", f"<pre>{_PYTHON}</pre>"),
    _error("trace-java", _TRACE, "/account", "/orders/total", f"<pre>{_JAVA}</pre>"),
    _error("trace-dotnet", f"{_TRACE} aspnet_debug debug_mode", "/cart", "/shop/basket.aspx", _DOTNET),
    _error("trace-node", _TRACE, "/app", "/app/offers", f"<pre>{_NODE}</pre>"),
    _error(
        "php-warning",
        "php_error php_error_message error_message php_error_disclosure error_message_disclosure",
        "/store-finder",
        "/finder/near.php?town=Kiel",
        _PHP,
        200,
    ),
    _error(
        "sql-error",
        "sql_error database_error sql_error_message database_error_disclosure",
        "/account",
        "/orders/list.php?page=1",
        _SQL,
        200,
    ),
    _error(
        "sql-error-postgres",
        "sql_error database_error sql_error_message database_error_disclosure",
        "/statistics",
        "/figures/teas",
        f"<pre>{_POSTGRES}</pre>",
    ),
    weakness(
        "django-debug",
        "debug_mode debug_mode_enabled django_debug debug_enabled framework_debug_mode debug_page",
        (489, 215, 209),
        "/api/orders/x",
        Piece("/wholesale", '<a href="/api/orders/x">Orders</a>'),
        Route(
            "/api/orders/x",
            Answer(
                "<!DOCTYPE html><html><head><title>Page not found at /api/orders/x</title></head><body>"
                f"{_DJANGO}</body></html>",
                404,
            ),
            None,
        ),
    ),
    weakness(
        "verbose-404",
        "verbose_error_page server_version_disclosure version_disclosure version_in_error_page",
        (200, 209, 497),
        "",
        Piece(
            "missing",
            "<h1>Not Found</h1><p>The requested URL {path} was not found on this server.</p><hr>"
            "<address>Apache/2.4.49 (Unix) OpenSSL/1.0.2k-fips Server at shop Port 443</address>",
        ),
    ),
)
