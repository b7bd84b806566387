"""The second site's files: the same weaknesses in other clothes, as another hand would write them."""

from __future__ import annotations

import sqlite3

from tests.bug.weak.keys import private_key
from tests.bug.weak.model import Reply, Route, Weakness, binary, json, text, weakness

_LOG = "log_file_exposed exposed_log log_exposed"
_MANIFEST = "dependency_manifest_exposed development_file_exposed deployment_file_exposed config_file_exposed"
_CREDENTIALS = "credentials_file_exposed exposed_credentials config_file_exposed"
_DUMP = "database_dump_exposed database_exposed exposed_database backup_exposed backup_file_exposed"
_BACKUP = "backup_file_exposed backup_exposed source_code_disclosure config_file_exposed"
_VCS = "version_control_exposed exposed_version_control"


def _database() -> bytes:
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE customers (name TEXT, mail TEXT)")
        return database.serialize()


def at(path: str, classes: str, cwe: int | tuple[int, ...], reply: Reply) -> Weakness:
    return weakness(path.strip("/"), classes, cwe, path, Route(path, reply))


WEAKNESSES = (
    at("/.git/HEAD", _VCS, 527, text("ref: refs/heads/develop\n")),
    at(
        "/.svn/entries",
        _VCS,
        527,
        text("10\n\ndir\n211\nsvn://svn.mill.example/trunk\nsvn://svn.mill.example\n"),
    ),
    at("/CVS/Entries", _VCS, 527, text("/index.php/1.4/Mon Mar  4 10:11:12 2019//\nD/images////\n")),
    at("/.bzr/branch-format", _VCS, 527, text("Bazaar-NG meta directory, format 1\n")),
    at(
        "/.env.production",
        "env_file_exposed",
        538,
        text("export SECRET_KEY=v8Jm2kQ\nexport DB_PASS=Rye&Spelt9\n"),
    ),
    at(
        "/config.yml",
        "config_file_exposed",
        538,
        text("database:\n  host: 10.1.4.9\n  password: Rye&Spelt9\n"),
    ),
    at(
        "/config.json",
        "config_file_exposed api_config_exposed",
        538,
        json('{"db": {"host": "10.1.4.9", "user": "mill", "password": "Rye&Spelt9"}, "secret": "v8Jm2kQ"}'),
    ),
    at(
        "/application.properties",
        "config_file_exposed",
        538,
        text("spring.datasource.url=jdbc:mysql://10.1.4.9/mill\nspring.datasource.password=Rye&Spelt9\n"),
    ),
    at(
        "/wp-config.php~",
        _BACKUP,
        530,
        text("<?php\ndefine('DB_NAME', 'mill');\ndefine('DB_PASSWORD', 'Rye9');\n"),
    ),
    at("/index.php.bak", _BACKUP, 530, text("<?php\nsession_start();\n$user = $_POST['user'];\n")),
    at("/config.php.old", _BACKUP, 530, text("<?php\n$db_pass = 'Rye&Spelt9';\n")),
    at(
        "/.index.php.swp",
        _BACKUP,
        530,
        binary(b"b0VIM 8.2\x00\x00\x00\x00" + b"\x00" * 200 + b"~mill/index.php"),
    ),
    at(
        "/site.zip",
        _BACKUP,
        530,
        binary(b"PK\x03\x04\x14\x00\x00\x00\x08\x00" + b"\x11" * 200, "application/zip"),
    ),
    at("/backup.tar.gz", _BACKUP, 530, binary(b"\x1f\x8b\x08\x00" + b"\x21" * 300, "application/gzip")),
    at("/db.sqlite3", _DUMP, (530, 538), binary(_database())),
    at(
        "/dump.sql",
        _DUMP,
        (530, 538),
        text("-- PostgreSQL database dump\nCREATE TABLE public.orders (\n id integer\n);\n"),
    ),
    at(
        "/users.sql",
        _DUMP,
        (530, 538),
        text("CREATE TABLE users (id int);\nINSERT INTO users VALUES (1, 'anna');\n"),
    ),
    at(
        "/users.csv",
        "user_data_exposed pii_disclosure",
        (359, 200, 538),
        text("id,name,email,password\n1,Anna,a@mill.example,x\n"),
    ),
    at("/id_rsa", "private_key_exposed", (321, 538, 522), text(private_key())),
    at("/privkey.pem", "private_key_exposed", (321, 538, 522), text(private_key())),
    at("/.git-credentials", _CREDENTIALS, (522, 538), text("https://deploy:Rye9spelt@code.mill.example\n")),
    at(
        "/.netrc",
        _CREDENTIALS,
        (522, 538),
        text("machine ftp.mill.example login deploy password Rye9spelt\n"),
    ),
    at("/.pgpass", _CREDENTIALS, (522, 538), text("10.1.4.9:5432:mill:mill:Rye9spelt\n")),
    at(
        "/.docker/config.json",
        _CREDENTIALS,
        (522, 538),
        json('{"auths": {"registry.mill.example": {"auth": "ZGVwbG95OlJ5ZTlzcGVsdA=="}}}'),
    ),
    at(
        "/.kube/config",
        _CREDENTIALS,
        (522, 538),
        text("apiVersion: v1\nkind: Config\nusers:\n- name: admin\n  user:\n    token: abc\nclusters: []\n"),
    ),
    at(
        "/.gitlab-ci.yml",
        _MANIFEST,
        (538, 540),
        text("stages:\n  - build\nbuild:\n  stage: build\n  script:\n    - make\n"),
    ),
    at(
        "/Dockerfile",
        _MANIFEST,
        (538, 540),
        text("FROM php:7.2-apache\nCOPY . /var/www/html\nENV DB_PASS=Rye9\n"),
    ),
    at(
        "/Gemfile.lock",
        _MANIFEST,
        (538, 540),
        text("GEM\n  remote: https://rubygems.org/\n  specs:\n    rails (4.2.0)\n"),
    ),
    at("/requirements.txt", _MANIFEST, (538, 540), text("Django==1.11.4\nrequests==2.18.0\n")),
    at(
        "/composer.lock",
        _MANIFEST,
        (538, 540),
        json('{"_readme": ["lock"], "content-hash": "ab", "packages": []}'),
    ),
    at(
        "/yarn.lock",
        _MANIFEST,
        (538, 540),
        text('# yarn lockfile v1\n\n\nlodash@^4.17.4:\n  version "4.17.4"\n'),
    ),
    at(
        "/access.log",
        _LOG,
        (532, 538),
        text('10.1.4.77 - - [04/Mar/2024:10:11:12 +0100] "GET /login HTTP/1.1" 200 4711\n' * 4),
    ),
    at(
        "/debug.log",
        _LOG,
        (532, 538),
        text("[04-Mar-2024 10:11:12 UTC] PHP Notice:  Undefined index: a in /srv/mill/a.php on line 3\n"),
    ),
    at(
        "/error_log",
        _LOG,
        (532, 538),
        text("[04-Mar-2024 10:11:12 UTC] PHP Fatal error:  Uncaught Error in /srv/mill/a.php:3\n"),
    ),
    at(
        "/npm-debug.log",
        _LOG,
        (532, 538),
        text("0 info it worked if it ends with ok\n1 verbose cli [ '/usr/bin/node' ]\n"),
    ),
)
