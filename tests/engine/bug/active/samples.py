"""Files and pages as they lie open in the world, by check: path → (rule, answer)."""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
import zipfile

from tests.bug.serving import Answer
from tests.engine.bug.active.asking import page, plain

Samples = dict[str, tuple[str, Answer]]
_JSON = "application/json"


def zipped() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("index.php", "<?php echo 1;")
    return held.getvalue()


def database() -> bytes:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE users (name TEXT)")
        return connection.serialize()


DUMP = "-- MySQL dump 10.13\nCREATE TABLE `users` (`id` int);\nINSERT INTO `users` VALUES (1);\n"
KEY = (
    "-----BEGIN RSA PRIVATE KEY-----\n"
    + "MIIEowIBAAKCAQEAq83nd8sJk2l0\n" * 3
    + "-----END RSA PRIVATE KEY-----\n"
)
SWAGGER = json.dumps({"swagger": "2.0", "info": {"title": "x"}, "paths": {"/a": {}}})
PEOPLE = [
    {"id": 1, "name": "anna", "email": "anna@tea.example"},
    {"id": 2, "name": "ben", "email": "ben@tea.example"},
]


def _json(value: object) -> Answer:
    return plain(json.dumps(value), _JSON)


SAMPLES: dict[str, Samples] = {
    "version_control": {
        "/.git/HEAD": ("repository", plain("ref: refs/heads/main\n")),
        "/.svn/wc.db": ("repository", plain(database(), "application/octet-stream")),
        "/.hg/requires": ("repository", plain("dotencode\nfncache\nrevlogv1\nstore\n")),
        "/.bzr/README": ("repository", plain("This is a Bazaar control directory.\nDo not change it.\n")),
        "/CVS/Root": ("repository", plain(":pserver:anna@cvs.tea.example:/cvs\n")),
        "/CVS/Entries": ("repository", plain("/index.php/1.4/Mon Mar  4 10:11:12 2024//\nD/inc////\n")),
    },
    "secret_files": {
        "/.env": ("env", plain("APP_ENV=production\nDB_HOST=db1\nDB_PASSWORD=Tea4Two!2024\n")),
        "/.env.production": (
            "env",
            plain("SECRET_KEY=kd83jfn29djw02ks\nDEBUG=0\n", "application/octet-stream"),
        ),
        "/id_rsa": ("private-key", plain(KEY)),
        "/.htpasswd": ("htpasswd", plain("anna:$apr1$k3j4h5k6$7bKqW0tYyWcQx8Jm1nV0u/\n")),
        "/.aws/credentials": (
            "credentials",
            plain(
                "[default]\naws_access_key_id = AKIAQ7VJ3MZ2N5KX4T6B\naws_secret_access_key = "
                + "k3J" * 13
                + "\n"
            ),
        ),
        "/.npmrc": ("credentials", plain("//registry.npmjs.org/:_authToken=npm_k3j4h5k6j7k8l9\n")),
        "/.docker/config.json": ("credentials", _json({"auths": {"hub": {"auth": "YW5uYTp0ZWE0dHdv"}}})),
        "/.kube/config": (
            "credentials",
            plain("apiVersion: v1\nkind: Config\nusers:\n- name: a\n  user:\n    token: k3j4h5k6j7\n"),
        ),
        "/terraform.tfstate": (
            "credentials",
            _json({"version": 4, "terraform_version": "1.5", "resources": []}),
        ),
        "/.vscode/sftp.json": (
            "credentials",
            _json({"host": "10.0.0.1", "username": "a", "password": "b7c8"}),
        ),
        "/.bash_history": ("shell-history", plain("cd /srv\nls -la\nmysql -u root -pTea4Two\n")),
    },
    "config_files": {
        "/wp-config.php.bak": ("source-config", plain("<?php\ndefine('DB_PASSWORD', 'Tea4Two!2024');\n")),
        "/config.php~": ("source-config", plain("<?php\n$db['live']['pass'] = 'Tea4Two!2024';\n")),
        "/web.config": (
            "app-config",
            plain(
                "<configuration><system.web><compilation debug='true'/></system.web></configuration>",
                "text/xml",
            ),
        ),
        "/appsettings.json": ("app-config", _json({"ConnectionStrings": {"Db": "Server=a;Password=b7c8d9"}})),
        "/application.properties": ("app-config", plain("spring.datasource.password=Tea4Two\n")),
        "/config/database.yml": (
            "app-config",
            plain("production:\n  adapter: mysql2\n  password: Tea4Two\n"),
        ),
        "/.htaccess": ("htaccess", plain("RewriteEngine On\nRewriteRule ^(.*)$ index.php [L]\n")),
        "/docker-compose.yml": ("deployment", plain("services:\n  web:\n    image: tea:4\n")),
        "/Dockerfile": ("deployment", plain("FROM python:3.11\nWORKDIR /srv\nCOPY . .\nCMD python app.py\n")),
        "/package.json": ("manifest", _json({"name": "tea", "dependencies": {"express": "4.16.0"}})),
        "/requirements.txt": ("manifest", plain("flask==2.0.1\nrequests==2.25.0\n")),
        "/.idea/workspace.xml": (
            "ide",
            plain('<?xml version="1.0"?><project version="4"></project>', "text/xml"),
        ),
        "/.DS_Store": ("ds-store", plain(b"\x00\x00\x00\x01Bud1" + b"\x00" * 60, "application/octet-stream")),
    },
    "log_files": {
        "/logs/error.log": (
            "log",
            plain("[Sat Mar 02 10:11:12.1 2024] [error] [client 10.0.0.1] PHP Fatal error\n"),
        ),
        "/access.log": ("log", plain('10.0.0.1 - - [02/Mar/2024:10:11:12 +0000] "GET / HTTP/1.1" 200 5\n')),
        "/storage/logs/laravel.log": (
            "log",
            plain("[2024-03-02 10:11:12] production.ERROR: no such table\n"),
        ),
        "/npm-debug.log": ("log", plain("0 info it worked if it ends with ok\n1 verbose cli [ 'node' ]\n")),
    },
    "backups": {
        "/backup.zip": ("archive", plain(zipped(), "application/zip")),
        "/www.tar.gz": ("archive", plain(gzip.compress(b"x" * 4000), "application/gzip")),
        "/backup.sql": ("dump", plain(DUMP, "application/sql")),
        "/dump.sql.gz": ("dump", plain(gzip.compress(DUMP.encode()), "application/gzip")),
        "/database.sqlite": ("database", plain(database(), "application/octet-stream")),
        "/index.php~": ("leftover", plain("<?php\nrequire 'config.php';\n")),
        "/.index.php.swp": (
            "leftover",
            plain(b"b0VIM 8.2\x00\x00" + b"\x10" * 90, "application/octet-stream"),
        ),
    },
    "policy_files": {
        "/crossdomain.xml": (
            "crossdomain",
            plain('<cross-domain-policy><allow-access-from domain="*"/></cross-domain-policy>', "text/xml"),
        ),
        "/clientaccesspolicy.xml": (
            "clientaccess",
            plain('<access-policy><policy><domain uri="*"/></policy></access-policy>', "text/xml"),
        ),
    },
    "status_pages": {
        "/phpinfo.php": (
            "phpinfo",
            plain(
                page("PHP 8.1.2 - phpinfo()", '<table><tr><td class="e">System</td></tr></table>'),
                "text/html",
            ),
        ),
        "/server-status": (
            "server-status",
            plain(page("Apache Status", "<h1>Apache Server Status for tea (via ::1)</h1>"), "text/html"),
        ),
        "/nginx_status": (
            "server-status",
            plain("Active connections: 4 \nserver accepts handled requests\n 7 7 9 \nReading: 0\n"),
        ),
        "/actuator/env": (
            "actuator",
            plain(
                '{"activeProfiles":[],"propertySources":[]}', "application/vnd.spring-boot.actuator.v3+json"
            ),
        ),
        "/actuator/heapdump": (
            "heapdump",
            plain(b"JAVA PROFILE 1.0.2\x00" + b"\x01" * 2000, "application/octet-stream"),
        ),
        "/metrics": ("metrics", plain("# HELP a_total Requests.\n# TYPE a_total counter\na_total 9\n")),
        "/debug/vars": ("debug-vars", _json({"cmdline": ["/srv/tea"], "memstats": {"Alloc": 4}})),
        "/cgi-bin/printenv": ("environment", plain("GATEWAY_INTERFACE=CGI/1.1\nDOCUMENT_ROOT=/var/www\n")),
        "/elmah.axd": (
            "trace",
            plain(
                page("Error log for shop", 'Powered by <a href="https://elmah.example/">ELMAH</a>'),
                "text/html",
            ),
        ),
        "/health": (
            "health",
            _json({"status": "UP", "components": {"db": {"details": {"database": "MySQL", "host": "db1"}}}}),
        ),
    },
    "debug_tools": {
        "/console": (
            "console",
            plain(page("Console // Werkzeug Debugger", "<script>var EVALEX = true;</script>"), "text/html"),
        ),
        "/h2-console": ("console", plain(page("H2 Console", "<p>Welcome to H2</p>"), "text/html")),
        "/_profiler/": ("profiler", plain(page("Symfony Profiler", "<p>Last ten</p>"), "text/html")),
        "/telescope": (
            "profiler",
            plain(page("Telescope - Laravel", "<script>window.Telescope = {}</script>"), "text/html"),
        ),
        "/debug": ("debug-page", _json({"debug": True, "env": {"PATH": "/usr/bin", "HOME": "/srv"}})),
    },
    "api_docs": {
        "/swagger.json": ("description", plain(SWAGGER, _JSON)),
        "/openapi.yaml": ("description", plain("openapi: 3.0.1\ninfo:\n  title: x\npaths:\n  /a: {}\n")),
        "/swagger-ui.html": (
            "pages",
            plain(page("Swagger UI", "<script>SwaggerUIBundle({url: '/x'})</script>"), "text/html"),
        ),
    },
    "api_data": {
        "/api/users": ("passwords", _json([{**each, "password": "kd83jfn29"} for each in PEOPLE])),
        "/api/v1/users": ("users", _json({"data": PEOPLE})),
        "/api/config": ("config", _json({"db": {"host": "db1", "password": "Tea4Two!2024"}})),
        "/_cat/indices": ("search-engine", plain("yellow open customers kd83jfn 1 1 4 0 9kb 9kb\n")),
    },
    "panels": {
        "/phpmyadmin/": (
            "database",
            plain(page("phpMyAdmin", '<input name="pma_username"><input type="password">'), "text/html"),
        ),
        "/adminer.php": (
            "database",
            plain(page("Login - Adminer", "<a href='https://www.adminer.org/'>Adminer</a>"), "text/html"),
        ),
        "/install.php": (
            "installer",
            plain(
                page("Installation of the shop", '<form method="post"><input name="db_host"></form>'),
                "text/html",
            ),
        ),
        "/jenkins/": (
            "open",
            plain(page("Dashboard [Jenkins]", '<a href="/jenkins/manage">Manage Jenkins</a>'), "text/html"),
        ),
        "/admin/": (
            "admin-open",
            plain(
                page(
                    "Administration",
                    '<p>Logged in as: root</p><a href="/admin/users">Manage users</a>'
                    "<table><tr><th>User</th><th>Role</th></tr></table>",
                ),
                "text/html",
            ),
        ),
    },
    "default_pages": {
        "/examples/": (
            "examples",
            plain(page("Apache Tomcat Examples", "<p>Servlets examples</p>"), "text/html"),
        ),
        "/index.html": (
            "server",
            plain(page("Apache2 Debian Default Page: It works", "<p>It</p>"), "text/html"),
        ),
        "/test.html": ("test", plain(page("Test page", "<p>1 2 3</p>"), "text/html")),
        "/upload.php": (
            "upload",
            plain(page("Send", '<form method="post"><input type="file" name="f"></form>'), "text/html"),
        ),
    },
    "cms": {
        "/wp-json/wp/v2/users": ("users", _json([{"id": 1, "name": "Anna", "slug": "anna", "link": "x"}])),
        "/xmlrpc.php": ("xmlrpc", plain("XML-RPC server accepts POST requests only.", status=405)),
        "/readme.html": ("version", plain('<html><h1 id="logo">WordPress 5.1</h1></html>', "text/html")),
        "/CHANGELOG.txt": ("version", plain("Drupal 7.58, 2018-03-28\n-----\n")),
    },
}
