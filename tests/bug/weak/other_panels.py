"""The second site's panels and what machines tell there."""

from __future__ import annotations

import json as encoder

from tests.bug.serving import Answer
from tests.bug.weak.keys import made_up
from tests.bug.weak.model import html, json, text
from tests.bug.weak.other_files import at

_PANEL = "admin_panel_exposed exposed_admin_panel"
_DEBUG = "debug_profiler_exposed debug_endpoint_exposed debug_mode debug_mode_enabled debug_console_exposed"
_OPENAPI = {
    "openapi": "3.0.1",
    "info": {"title": "Orders", "version": "2"},
    "paths": {"/orders": {"get": {}}},
}
_ACTUATOR = '{"_links":{"self":{"href":"http://10.1.4.4/manage"},"heapdump":{"href":"/actuator/heapdump"}}}'

WEAKNESSES = (
    at(
        "/info.php",
        "phpinfo_exposed",
        200,
        html(
            "phpinfo()",
            "<h1>PHP Version 7.2.34</h1><table><tr><td class='e'>System </td></tr></table><h2>PHP "
            "License</h2><p>PHP Credits, Zend Engine</p>",
        ),
    ),
    at(
        "/server-info",
        "server_status_exposed server_info_exposed",
        (200, 497),
        html(
            "Server Information",
            "<h1>Apache Server Information</h1><dl><dt>Server Settings, Module "
            "Name:</dt><dd>mod_php</dd><dt>Server Version: Apache/2.4.6</dt></dl>",
        ),
    ),
    at("/v3/api-docs", "api_docs_exposed", 200, json(encoder.dumps(_OPENAPI))),
    at(
        "/openapi.yaml",
        "api_docs_exposed",
        200,
        text("openapi: 3.0.3\ninfo:\n  title: Orders\n  version: '2'\npaths:\n  /orders: {}\n"),
    ),
    at("/actuator", "actuator_exposed", (200, 497), Answer(_ACTUATOR, kind="application/json")),
    at(
        "/trace.axd",
        "trace_exposed",
        (215, 200),
        html(
            "Application Trace",
            "<h1>Application Trace</h1><table><tr><th>Requests to this "
            "Application</th></tr></table><b>Physical Directory:</b>C:\\inetpub\\mill\\",
        ),
    ),
    at(
        "/telescope/requests",
        _DEBUG,
        (489, 200, 215),
        html(
            "Telescope - Mill",
            '<div id="telescope" v-cloak>Laravel Telescope</div><script>window.Telescope = '
            '{"path":"telescope","timezone":"UTC"}</script>',
        ),
    ),
    at(
        "/rails/info/routes",
        _DEBUG,
        (489, 200, 215),
        html(
            "Routes",
            "<h2>Routes</h2><p>Routes match in priority from top to bottom</p><table "
            "id='route_table'><tr><th>Helper</th><th>HTTP "
            "Verb</th><th>Path</th><th>Controller#Action</th></tr></table>",
        ),
    ),
    at(
        "/debug/vars",
        _DEBUG + " metrics_exposed",
        (489, 200, 497),
        json('{"cmdline": ["/srv/mill/api"], "memstats": {"Alloc": 47110, "TotalAlloc": 815}}'),
    ),
    at(
        "/h2-console",
        _PANEL + " database_admin_exposed debug_console_exposed",
        (306, 200, 489, 284),
        html(
            "H2 Console",
            "<script>location.href = 'login.jsp?jsessionid=a1';</script><p>Welcome to H2</p><p>Sorry, H2 "
            "Console</p>",
        ),
    ),
    at(
        "/solr/",
        _PANEL + " database_exposed",
        (306, 200, 284),
        html(
            "Solr Admin",
            '<div ng-app="solrAdminApp">Solr Admin</div><script src="js/angular/app.js"></script><img '
            'src="img/solr.svg">',
        ),
    ),
    at(
        "/manager/html",
        _PANEL + " default_page admin_login_exposed",
        (306, 200, 284),
        Answer(
            "<html><body><h1>401 Unauthorized</h1><p>You are not authorized to view this page. See "
            "conf/tomcat-users.xml, and add role manager-gui</p></body></html>",
            401,
            headers=(("WWW-Authenticate", 'Basic realm="Tomcat Manager Application"'),),
        ),
    ),
    at(
        "/grafana/login",
        _PANEL + " admin_login_exposed",
        (200, 284),
        html(
            "Grafana",
            "<script>window.grafanaBootData = "
            "{user: {}, settings: {buildInfo: {version: '7.1.0'}}}</script><div "
            "class='grafana-app'>Grafana</div>",
        ),
    ),
    at(
        "/_cat/indices",
        "database_exposed api_data_exposed",
        (306, 200),
        text("yellow open customers 4Yk 1 1 4711 0 1.2mb 1.2mb\ngreen open orders 9Zk 1 0 815 0 2mb 2mb\n"),
    ),
    at(
        "/api/v1/users",
        "user_data_exposed",
        (306, 200),
        json(
            '{"data": [{"id": 1, "username": "anna", "email": "a@mill.example", "password": "'
            + made_up("", 30)
            + '"}]}'
        ),
    ),
    at(
        "/test.php",
        "phpinfo_exposed test_page_exposed",
        (200, 489, 531),
        html(
            "phpinfo()",
            "<h1>PHP Version 7.2.34</h1><table><tr><td class='e'>System </td></tr></table><h2>PHP "
            "License</h2><p>Zend Engine</p>",
        ),
    ),
    at(
        "/iisstart.htm",
        "default_page",
        (200, 1188),
        html(
            "IIS Windows Server",
            '<div id="container"><a href="http://go.microsoft.com/fwlink/?linkid=66138"><img '
            'src="iisstart.png" alt="IIS"></a></div>',
        ),
    ),
    at(
        "/private/",
        "directory_listing",
        548,
        Answer(
            "<html>\r\n<head><title>Index of /private/</title></head>\r\n<body>\r\n<h1>Index of "
            '/private/</h1><hr><pre><a href="../">../</a>\r\n<a href="2023/">2023/</a> 04-Mar-2024 10:11 '
            '-\r\n<a href="wages.xls">wages.xls</a> 04-Mar-2024 10:11 47104\r\n</pre><hr></body>\r\n</html>'
        ),
    ),
)
