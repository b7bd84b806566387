"""What servers tell of themselves, what they were delivered with, and folders that anybody may list."""

from __future__ import annotations

from tests.bug.serving import Answer
from tests.bug.weak.model import Piece, Route, html, text, weakness

WEAKNESSES = (
    weakness(
        "status-of-server",
        "server_status_exposed apache_server_status exposed_server_status",
        (200, 497, 215),
        "/server-status",
        Route(
            "/server-status",
            html(
                "Apache Status",
                "<h1>Apache Server Status for shop.harbour-tea.example (via 10.20.4.17)</h1><dl><dt>Server "
                "Version: "
                "Apache/2.4.49 (Unix)</dt><dt>Current Time: Saturday, 02-Mar-2024</dt><dt>Total accesses: "
                "4711 - "
                "Total Traffic: 12 MB</dt></dl><table><tr><th>Srv</th><th>PID</th><th>Acc</th><th>M</th>"
                "<th>Client</th>"
                "<th>VHost</th><th>Request</th></tr></table>",
            ),
        ),
    ),
    weakness(
        "php-info",
        "phpinfo_exposed phpinfo exposed_phpinfo",
        (200, 497, 215),
        "/phpinfo.php",
        Route(
            "/phpinfo.php",
            html(
                "PHP 5.6.40 - phpinfo()",
                '<h1 class="p">PHP Version 5.6.40</h1><table><tr><td class="e">System </td><td '
                'class="v">Linux web1 '
                '</td></tr><tr><td class="e">Loaded Configuration File </td><td class="v">/etc/php.ini '
                "</td></tr>"
                '<tr><td class="e">DOCUMENT_ROOT</td><td class="v">/var/www/html</td></tr></table><p>This '
                "program "
                "makes use of the Zend Scripting Language Engine: Zend Engine v2.6.0</p><h2>PHP License</h2>",
            ),
        ),
    ),
    weakness(
        "metrics",
        "metrics_exposed prometheus_metrics_exposed exposed_metrics",
        (200, 497),
        "/metrics",
        Route(
            "/metrics",
            Answer(
                "# HELP process_cpu_seconds_total Total user and system CPU time spent in seconds.\n"
                "# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total 4711.3\n"
                "# HELP http_requests_total Requests.\n# TYPE http_requests_total "
                'counter\nhttp_requests_total{code="200"} 9\n',
                kind="text/plain; version=0.0.4; charset=utf-8",
            ),
        ),
    ),
    weakness(
        "nginx-status",
        "server_status_exposed nginx_status exposed_server_status",
        (200, 497),
        "/nginx_status",
        Route(
            "/nginx_status",
            text(
                "Active connections: 43 \nserver accepts handled requests\n 7368 7368 10993 \n"
                "Reading: 0 Writing: 5 Waiting: 38 \n"
            ),
        ),
    ),
    weakness(
        "environment",
        "cgi_environment_exposed environment_exposed environment_variables_exposed test_cgi_exposed "
        "exposed_cgi_script",
        (200, 497, 526, 215),
        "/cgi-bin/printenv",
        Route(
            "/cgi-bin/printenv",
            text(
                "DOCUMENT_ROOT=/var/www/html\nGATEWAY_INTERFACE=CGI/1.1\nSERVER_SOFTWARE=Apache/2.4.49\n"
                "REMOTE_ADDR=10.20.1.5\nSCRIPT_NAME=/cgi-bin/printenv\n"
            ),
        ),
    ),
    weakness(
        "examples",
        "default_page default_files default_content sample_files_exposed example_applications_exposed",
        (1188, 200, 489, 16, 497),
        "/examples/",
        Route(
            "/examples/",
            html(
                "Apache Tomcat Examples",
                '<h3>Apache Tomcat Examples</h3><ul><li><a href="servlets">Servlets examples</a></li>'
                '<li><a href="jsp">JSP Examples</a></li><li><a '
                'href="websocket/index.xhtml">WebSocket</a></li></ul>',
            ),
        ),
    ),
    weakness(
        "default-page",
        "default_page default_server_page default_content",
        (1188, 200, 16, 497),
        "/index.html",
        Route(
            "/index.html",
            html(
                "Apache2 Debian Default Page: It works",
                "<span>Apache2 Debian Default Page</span><div>It works!</div><p>This is the default welcome "
                "page "
                "used to test the correct operation of the Apache2 server after installation on Debian "
                "systems. "
                "You should replace this file (located at <tt>/var/www/html/index.html</tt>)</p>",
            ),
        ),
    ),
    weakness(
        "listing",
        "directory_listing directory_listing_enabled",
        548,
        "/uploads/",
        Piece("/support", '<img src="/uploads/leaf.png" alt="leaf">'),
        Route("/uploads/leaf.png", Answer(b"\x89PNG\r\n\x1a\n", kind="image/png"), None),
        Route(
            "/uploads/",
            html(
                "Index of /uploads",
                '<h1>Index of /uploads</h1><pre><a href="?C=N;O=D">Name</a> <a href="?C=M;O=A">Last '
                "modified</a> "
                '<a href="?C=S;O=A">Size</a><hr><a href="/">Parent Directory</a>\n'
                '<a href="customers-2023.csv">customers-2023.csv</a> 2024-03-02 10:11  41K\n'
                '<a href="leaf.png">leaf.png</a> 2024-03-02 10:11  8\n</pre>',
            ),
            Answer("forbidden", 403, "text/plain"),
        ),
    ),
    weakness(
        "listing-python",
        "directory_listing directory_listing_enabled",
        548,
        "/files/",
        Piece("/press", '<a href="/files/">Pictures to print</a>'),
        Route(
            "/files/",
            html(
                "Directory listing for /files/",
                "<h1>Directory listing for /files/</h1><hr><ul>"
                '<li><a href="leaf.tif">leaf.tif</a></li><li><a '
                'href="prices.xlsx">prices.xlsx</a></li></ul><hr>',
            ),
            html("Pictures", "<h1>Pictures to print</h1><p>Ask us.</p>"),
        ),
    ),
)
