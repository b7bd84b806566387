"""Things in few words are known too; words in their place that say nothing are not."""

from __future__ import annotations

import pytest

from tests.bug.serving import Answer
from tests.engine.bug.active.asking import page, plain, probed, site

_JSON = "application/json"


@pytest.mark.parametrize(
    ("rule", "path", "answer"),
    [
        ("secret_files.htpasswd", "/.htpasswd", plain("admin:$apr1$abc$def\n")),
        ("secret_files.private-key", "/server.key", plain("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN\n")),
        ("secret_files.shell-history", "/.bash_history", plain("mysql -u root -psecret\n")),
        ("secret_files.credentials", "/.git-credentials", plain("https://anna:tea4two@code.example\n")),
        ("secret_files.credentials", "/.pgpass", plain("10.1.4.9:5432:mill:mill:Rye9spelt\n")),
        ("config_files.app-config", "/web.config", plain("<configuration></configuration>", "text/xml")),
        ("config_files.manifest", "/package.json", plain('{"name":"app","version":"1.0.0"}', _JSON)),
        ("config_files.manifest", "/.gitignore", plain("node_modules/\n.env\n")),
        ("log_files.log", "/error.log", plain("[error] something failed\n")),
        ("log_files.log", "/debug.log", plain("ERROR: no such table users\n")),
        ("backups.archive", "/backup.zip", plain(b"PK\x03\x04fake", "application/zip")),
        ("backups.dump", "/db.sql", plain("CREATE TABLE users (id int);\n")),
        ("status_pages.phpinfo", "/info.php", Answer(page("phpinfo()", "<h1>PHP Version 7.4.3</h1>"))),
        (
            "status_pages.heapdump",
            "/actuator/heapdump",
            plain(b"JAVA PROFILE 1.0.2\0", "application/octet-stream"),
        ),
        ("status_pages.metrics", "/metrics", plain("http_requests_total 42\n")),
        ("status_pages.server-status", "/nginx_status", plain("Active connections: 1\n")),
        ("status_pages.trace", "/trace.axd", Answer(page("Application Trace", "<p>1</p>"))),
        ("debug_tools.console", "/console", Answer(page("Interactive Console", "<p>[console ready]</p>"))),
        ("debug_tools.profiler", "/telescope", Answer(page("Laravel Telescope", "<p>Requests</p>"))),
        ("api_docs.description", "/openapi.json", plain('{"openapi":"3.0.0","info":{}}', _JSON)),
        ("api_data.users", "/api/users", plain('[{"username":"admin","role":"admin"}]', _JSON)),
        ("api_data.users", "/users.csv", plain("id,email\n1,anna@tea.example\n")),
        (
            "panels.admin-open",
            "/admin",
            Answer(page("Admin Panel", '<a href="/admin/delete?id=1">Delete user</a>')),
        ),
        ("panels.open", "/jenkins/", Answer("<html><title>Dashboard [Jenkins]</title></html>")),
        ("default_pages.server", "/index.html", Answer("<html><body><h1>It works!</h1></body></html>")),
    ],
)
def test_a_thing_in_few_words_is_found(rule: str, path: str, answer: Answer) -> None:
    assert (rule, path) in probed(site({path: answer}), rule.partition(".")[0]).places


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/.htpasswd", plain("Nice try.\n")),
        ("/.env", plain("Nothing here = nothing to see\n")),
        ("/id_rsa", plain("This is not a key.\n")),
        ("/.bash_history", plain("History is written by the victors.\n")),
        ("/error.log", plain("There are no errors here.\n")),
        ("/access.log", plain("Logs are made of wood.\n")),
        ("/backup.zip", plain("Backups are kept elsewhere.\n")),
        ("/db.sql", plain("-- This file is empty on purpose.\n")),
        ("/package.json", plain("{}", _JSON)),
        ("/appsettings.json", plain('{"error": "not found"}', _JSON)),
        ("/nginx_status", plain("Active connections of the railway: 43\n")),
        ("/metrics", plain("We count http_requests_total and others.\n")),
        ("/console", Answer(page("Consoles", "<p>An interactive console was the best.</p>"))),
        ("/telescope", Answer(page("A telescope", "<p>For stars.</p>"))),
        ("/trace.axd", Answer(page("Traces in the snow", "<p>Of an application to the academy.</p>"))),
        ("/jenkins/", Answer(page("Jenkins", "<p>Dashboard [Jenkins] was its title.</p>"))),
        (
            "/admin",
            Answer(page("Administration of a small town", "<p>Users of the pool, settings of clocks.</p>")),
        ),
        ("/swagger.json", plain('{"message": "not found"}', _JSON)),
        ("/api/users", plain('{"error": "authentication required"}', _JSON)),
        ("/users.csv", plain("name,town\nAnna,Kiel\n")),
        ("/test.html", Answer(page("Test", "<p>A test of tea.</p>"))),
        (
            "/upload",
            Answer(page("Upload", '<form method="post"><input type="password"><input type="file"></form>')),
        ),
        ("/install.php", Answer(page("Installation of heaters", "<p>By our fitters.</p>"))),
    ],
)
def test_words_in_its_place_are_none(path: str, answer: Answer) -> None:
    assert probed(site({path: answer}), consents=frozenset()).hits == []
