"""The third site's files and panels, a line or two each."""

from __future__ import annotations

from tests.bug.serving import Answer
from tests.bug.weak.model import Reply, Route, Weakness, binary, html, json, text, weakness


def _at(path: str, classes: str, cwe: int, reply: Reply) -> Weakness:
    return weakness(f"stub {path}", classes, cwe, path, Route(path, reply))


WEAKNESSES = (
    _at("/.git/config", "version_control_exposed", 527, text("[core]\n\trepositoryformatversion = 0\n")),
    _at("/.svn/entries", "version_control_exposed", 527, text("12\n")),
    _at("/.hg/hgrc", "version_control_exposed", 527, text("[paths]\ndefault = https://example.com/repo\n")),
    _at("/.env", "env_file_exposed", 538, text("SECRET_KEY=abc\nDEBUG=1\n")),
    _at("/.DS_Store", "ds_store_exposed", 538, binary(b"\x00\x00\x00\x01Bud1\x00")),
    _at("/.htpasswd", "htpasswd_exposed", 538, text("admin:$apr1$abc$def\n")),
    _at(
        "/backup.zip", "backup_exposed backup_file_exposed", 530, binary(b"PK\x03\x04fake", "application/zip")
    ),
    _at("/db.sql", "database_dump_exposed", 530, text("INSERT INTO users VALUES (1, 'admin', 'secret');\n")),
    _at("/index.php.bak", "backup_file_exposed", 530, text("<?php echo 'hi'; ?>\n")),
    _at("/config.php~", "backup_file_exposed config_file_exposed", 530, text("<?php $password='x';\n")),
    _at(
        "/id_rsa",
        "private_key_exposed",
        321,
        text("-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----\n"),
    ),
    _at("/phpinfo.php", "phpinfo_exposed", 200, html("phpinfo()", "<h1>PHP Version 7.4.3</h1>")),
    _at(
        "/server-status",
        "server_status_exposed",
        200,
        html("Apache Status", "<h1>Apache Server Status for localhost</h1>"),
    ),
    _at("/actuator/env", "actuator_exposed", 200, json('{"activeProfiles":[],"propertySources":[]}')),
    _at("/actuator/heapdump", "actuator_exposed", 200, binary(b"JAVA PROFILE 1.0.2\x00")),
    _at(
        "/swagger.json", "api_docs_exposed", 200, json('{"swagger":"2.0","info":{"title":"API"},"paths":{}}')
    ),
    _at("/graphql", "graphql_introspection", 200, json('{"data":{"__schema":{"types":[{"name":"User"}]}}}')),
    _at(
        "/console",
        "debug_console_exposed",
        489,
        html("Werkzeug Debugger", "<h1>Interactive Console</h1><script>EVALEX = true</script>"),
    ),
    _at(
        "/debug/pprof/",
        "debug_endpoint_exposed debug_profiler_exposed",
        489,
        html("/debug/pprof/", "<a href='heap'>heap</a> <a href='goroutine'>goroutine</a>"),
    ),
    _at("/metrics", "metrics_exposed", 200, text("# HELP up Up\n# TYPE up gauge\nup 1\n")),
    _at(
        "/phpmyadmin/",
        "database_admin_exposed",
        200,
        html("phpMyAdmin", "<h1>Welcome to phpMyAdmin</h1><input name=pma_username>"),
    ),
    _at(
        "/adminer.php",
        "database_admin_exposed",
        200,
        html("Adminer", "<h1>Adminer 4.8.1</h1><input name='auth[username]'>"),
    ),
    _at(
        "/admin",
        "admin_panel_exposed",
        306,
        html("Admin Panel", "<h1>Admin Panel</h1><a href='/admin/delete?id=1'>Delete user</a>"),
    ),
    _at(
        "/error.log", "log_file_exposed", 532, text("2024-01-01 10:00:00 ERROR Database connection failed\n")
    ),
    _at(
        "/access.log",
        "log_file_exposed",
        532,
        text('127.0.0.1 - - [01/Jan/2024:00:00:00 +0000] "GET / HTTP/1.1" 200 12\n'),
    ),
    _at(
        "/docker-compose.yml",
        "deployment_file_exposed",
        538,
        text("version: '3'\nservices:\n  web:\n    image: app\n"),
    ),
    _at("/package.json", "dependency_manifest_exposed", 538, json('{"name":"app","version":"1.0.0"}')),
    _at("/composer.json", "dependency_manifest_exposed", 538, json('{"require":{"php":">=7"}}')),
    _at(
        "/web.config", "config_file_exposed", 538, Answer("<configuration></configuration>", kind="text/xml")
    ),
    _at("/.htaccess", "htaccess_exposed", 538, text("Options +Indexes\n")),
    _at(
        "/crossdomain.xml",
        "permissive_crossdomain",
        942,
        Answer('<cross-domain-policy><allow-access-from domain="*"/></cross-domain-policy>', kind="text/xml"),
    ),
    _at(
        "/api/users",
        "user_data_exposed",
        306,
        json('[{"id":1,"username":"admin","email":"admin@example.com"}]'),
    ),
    _at("/elmah.axd", "trace_exposed", 215, html("Error Log", "<h1>Error Log for App</h1>Powered by ELMAH")),
    _at("/wp-json/wp/v2/users", "user_enumeration", 200, json('[{"id":1,"name":"admin","slug":"admin"}]')),
)
