"""Consoles, panels and documents of the machinery that nobody outside should see."""

from __future__ import annotations

import json as encoder

from tests.bug.serving import Answer, Asked
from tests.bug.weak.model import Route, html, json, weakness

_SWAGGER = encoder.dumps(
    {
        "swagger": "2.0",
        "info": {"title": "Harbour Tea internal API", "version": "4.1"},
        "paths": {"/staff/export": {"get": {"responses": {"200": {"description": "all customers"}}}}},
    }
)
_SCHEMA = {
    "data": {
        "__schema": {
            "queryType": {"name": "Query"},
            "mutationType": {"name": "Mutation"},
            "types": [{"kind": "OBJECT", "name": "Query", "fields": [{"name": "customers", "args": []}]}],
        }
    }
}
_NO_INTROSPECTION = encoder.dumps({"errors": [{"message": "GraphQL introspection is not allowed"}]})


def _graphql(asked: Asked) -> Answer:
    question = asked.query.get("query", "") + asked.body.decode(errors="replace")
    if "__schema" in question:
        return json(encoder.dumps(_SCHEMA))
    if "__typename" in question:
        return json('{"data": {"__typename": "Query"}}')
    return json('{"errors": [{"message": "Must provide query string."}]}', 400)


def _graphql_mended(asked: Asked) -> Answer:
    question = asked.query.get("query", "") + asked.body.decode(errors="replace")
    return json(_NO_INTROSPECTION, 400) if "__schema" in question else _graphql(asked)


_LOGIN = Answer("", 302, "", (("Location", "/login"),))
_CONSOLE = (
    '<div class="debugger"><h1>Interactive Console</h1><div class="explanation">In this console you can '
    "execute "
    "Python expressions in the context of the application.</div></div>"
    '<script>var CONSOLE_MODE = true, EVALEX = true, EVALEX_TRUSTED = true, SECRET = "hTw3kq9ZpLm2Xv8R";'
    "</script>"
    '<script src="?__debugger__=yes&amp;cmd=resource&amp;f=debugger.js"></script>'
)

WEAKNESSES = (
    weakness(
        "admin-open",
        "admin_without_login unauthenticated_admin missing_authentication admin_panel_exposed",
        (306, 425, 284),
        "/admin/",
        Route(
            "/admin/",
            html(
                "Shop administration",
                "<h1>Administration</h1><p>Logged in as: administrator</p>"
                '<ul><li><a href="/admin/users">Manage users</a></li><li>Orders</li><li>Settings</li></ul>'
                "<table><tr><th>User</th><th>Role</th></tr><tr><td>anna</td><td>admin</td></tr></table>",
            ),
            _LOGIN,
        ),
        Route(
            "/admin/users",
            html("Users", "<h1>Users</h1><table><tr><td>anna</td><td>admin</td><td>Delete</td></tr></table>"),
            _LOGIN,
        ),
    ),
    weakness(
        "phpmyadmin",
        "phpmyadmin_exposed database_admin_exposed admin_panel_exposed exposed_admin_panel "
        "database_panel_exposed",
        (284, 306, 200, 425, 749),
        "/phpmyadmin/",
        Route(
            "/phpmyadmin/",
            html(
                "phpMyAdmin",
                '<div id="logo"><a href="https://www.phpmyadmin.net/">phpMyAdmin</a></div><h1>Welcome to '
                '<bdo dir="ltr" lang="en">phpMyAdmin</bdo></h1><form method="post" action="index.php" '
                'name="login_form" class="disableAjax login hide"><input type="text" name="pma_username">'
                '<input type="password" name="pma_password"><input type="hidden" name="server" '
                'value="1"></form>'
                "<script>var PMA_VERSION = '4.8.1';</script>",
            ),
        ),
    ),
    weakness(
        "adminer",
        "adminer_exposed database_admin_exposed admin_panel_exposed exposed_admin_panel "
        "database_panel_exposed",
        (284, 306, 200, 425, 749),
        "/adminer.php",
        Route(
            "/adminer.php",
            html(
                "Login - Adminer",
                '<h1><a href=\'https://www.adminer.org/\' target="_blank" rel="noreferrer noopener" '
                "id='h1'>"
                "Adminer</a> <span class=\"version\">4.2.5</span></h1><form action='' method='post'>"
                "<select name='auth[driver]'><option value=\"server\">MySQL</select>"
                '<input name="auth[server]"><input type="password" name="auth[password]"></form>',
            ),
        ),
    ),
    weakness(
        "actuator",
        "spring_actuator_exposed actuator_exposed exposed_actuator",
        (200, 497, 215),
        "/actuator/env",
        Route(
            "/actuator",
            Answer(
                '{"_links":{"self":{"href":"/actuator","templated":false},"env":{"href":"/actuator/env",'
                '"templated":false},"heapdump":{"href":"/actuator/heapdump","templated":false}}}',
                kind="application/vnd.spring-boot.actuator.v3+json",
            ),
        ),
        Route("/actuator/health", json('{"status":"UP"}'), json('{"status":"UP"}')),
        Route(
            "/actuator/env",
            Answer(
                '{"activeProfiles":["production"],"propertySources":[{"name":"systemEnvironment",'
                '"properties":'
                '{"DB_PASSWORD":{"value":"M1nt77"},"PATH":{"value":"/usr/bin"}}}]}',
                kind="application/vnd.spring-boot.actuator.v3+json",
            ),
        ),
    ),
    weakness(
        "swagger",
        "api_documentation_exposed api_docs_exposed swagger_exposed openapi_exposed "
        "exposed_api_documentation",
        (200, 497, 538),
        "/swagger.json",
        Route("/swagger.json", json(_SWAGGER)),
    ),
    weakness(
        "swagger-page",
        "api_documentation_exposed api_docs_exposed swagger_exposed swagger_ui_exposed "
        "exposed_api_documentation",
        (200, 497, 538),
        "/swagger-ui.html",
        Route(
            "/swagger-ui.html",
            html(
                "Swagger UI",
                '<div id="swagger-ui"></div><script src="/static/swagger-ui-bundle.js"></script>'
                "<script>window.ui = SwaggerUIBundle({ url: '/swagger.json', dom_id: '#swagger-ui' })</"
                "script>",
            ),
        ),
    ),
    weakness(
        "introspection",
        "graphql_introspection graphql_introspection_enabled",
        (200, 497, 16),
        "/graphql",
        Route("/graphql", _graphql, _graphql_mended),
    ),
    weakness(
        "graphiql",
        "graphiql_exposed graphql_console_exposed graphql_ide_exposed",
        (200, 489, 749),
        "/graphiql",
        Route(
            "/graphiql",
            html(
                "GraphiQL",
                '<div id="graphiql">Loading...</div><script src="/static/graphiql.min.js"></script>'
                "<script>ReactDOM.render(React.createElement(GraphiQL, { fetcher }), document.body)</script>",
            ),
        ),
    ),
    weakness(
        "werkzeug",
        "debug_console_exposed werkzeug_console exposed_debug_console debug_console",
        (489, 94, 215, 306),
        "/console",
        Route("/console", html("Console // Werkzeug Debugger", _CONSOLE)),
    ),
    weakness(
        "profiler",
        "debug_mode debug_profiler_exposed symfony_profiler_exposed profiler_exposed exposed_profiler "
        "debug_mode_enabled",
        (489, 215, 200),
        "/_profiler/",
        Route(
            "/_profiler/",
            html(
                "Symfony Profiler",
                '<div id="header"><h1>Symfony <span>Profiler</span></h1></div><div id="sidebar">'
                '<a href="/_profiler/latest">Last 10</a></div><div class="sf-toolbar">Profiler for: GET '
                "/</div>",
            ),
        ),
    ),
    weakness(
        "pprof",
        "profiler_exposed pprof_exposed debug_endpoint_exposed exposed_profiler go_pprof_exposed",
        (489, 215, 200),
        "/debug/pprof/",
        Route(
            "/debug/pprof/",
            html(
                "/debug/pprof/",
                "/debug/pprof/<br><br>Types of profiles "
                "available:<table><thead><td>Count</td><td>Profile</td>"
                "</thead><tr><td>7</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr>"
                "<tr><td>21</td><td><a href='heap?debug=1'>heap</a></td></tr></table>"
                '<a href="goroutine?debug=2">full goroutine stack dump</a>',
            ),
        ),
    ),
    weakness(
        "elmah",
        "error_log_viewer_exposed trace_exposed elmah_exposed exposed_elmah log_file_exposed",
        (215, 200, 532, 209),
        "/elmah.axd",
        Route(
            "/elmah.axd",
            html(
                "Error log for /LM/W3SVC/2/ROOT on WEB01 (Page #1)",
                '<h1 id="PageTitle">Error Log for <span id="ApplicationName">Shop on WEB01</span></h1>'
                '<p>Powered by <a href="http://elmah.googlecode.com/">ELMAH</a>, version 1.2.14706</p>',
            ),
        ),
    ),
    weakness(
        "jenkins",
        "jenkins_exposed ci_server_exposed exposed_ci admin_panel_exposed exposed_admin_panel",
        (306, 284, 200, 749, 425),
        "/jenkins/",
        Route(
            "/jenkins/",
            Answer(
                "<!DOCTYPE html><html><head><title>Dashboard [Jenkins]</title></head><body "
                'data-version="2.138.1" class="yui-skin-sam jenkins-2.138.1"><a '
                'href="/jenkins/view/all/newJob">New '
                'Item</a><a href="/jenkins/manage">Manage Jenkins</a></body></html>',
                headers=(("X-Jenkins", "2.138.1"), ("X-Hudson", "1.395")),
            ),
        ),
    ),
    weakness(
        "setup-left",
        "installer_exposed installation_script_exposed setup_page_exposed exposed_installer",
        (284, 306, 16, 425, 1188),
        "/wp-admin/install.php",
        Route(
            "/wp-admin/install.php",
            html(
                "WordPress &rsaquo; Installation",
                '<p id="logo">WordPress</p><h1>Welcome</h1><p>Welcome to the famous five-minute WordPress '
                'installation process!</p><form id="setup" method="post" action="install.php?step=2">'
                '<input name="weblog_title"><input name="user_name"><input name="admin_password"></form>',
            ),
        ),
    ),
)
