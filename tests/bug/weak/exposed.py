"""Files that were never meant to be served. Nothing links to most of them."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile

from tests.bug.weak.keys import made_up, private_key
from tests.bug.weak.model import Piece, Reply, Route, Weakness, binary, json, text, weakness

_BACKUP = "backup_file_exposed exposed_backup backup_exposed backup_file "
_CONFIG = "configuration_file_exposed config_file_exposed exposed_configuration exposed_config_file "


def _zip() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("site/config.php", "<?php $db_password = 'M1nt&Ginger_77';\n")
        archive.writestr("site/index.php", "<?php require 'config.php';\n")
    return held.getvalue()


def _tar() -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as archive:
        content = b"<?php $db_password = 'M1nt&Ginger_77';\n"
        member = tarfile.TarInfo("www/config.php")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return held.getvalue()


def _ds_store() -> bytes:
    names = b"".join(
        b"\x00\x00\x00\x06" + each.encode("utf-16-be") + b"Ilocblob" for each in ("backup", "admins")
    )
    return b"\x00\x00\x00\x01Bud1\x00\x00\x10\x00\x00\x00\x08\x00\x00\x00\x10\x00" + names.ljust(400, b"\x00")


_DUMP = (
    "-- MySQL dump 10.13  Distrib 5.7.33, for Linux (x86_64)\n--\n-- Host: localhost    Database: tea\n"
    "DROP TABLE IF EXISTS `users`;\nCREATE TABLE `users` (\n  `id` int(11) NOT NULL,\n  `pass` "
    "varchar(64)\n);\n"
    "INSERT INTO `users` VALUES (1,'5f4dcc3b5aa765d61d8327deb882cf99');\n"
)
_ENV = (
    "APP_NAME=HarbourTea\nAPP_ENV=production\n"
    f"APP_KEY=base64:{made_up('', 43)}=\nDB_HOST=10.20.4.9\nDB_DATABASE=tea\nDB_USERNAME=tea\n"
    "DB_PASSWORD=M1nt&Ginger_77\nMAIL_PASSWORD=Bergamot!3\n"
)


def _file(id: str, classes: str, cwe: int | tuple[int, ...], path: str, reply: Reply) -> Weakness:
    return weakness(id, classes, cwe, path, Route(path, reply))


WEAKNESSES = (
    _file(
        "env",
        _CONFIG + "environment_file_exposed env_file_exposed exposed_env_file dotenv_exposed",
        (538, 200, 798, 312),
        "/.env",
        text(_ENV),
    ),
    _file(
        "ds-store",
        "ds_store_exposed metadata_file_exposed exposed_ds_store",
        (538, 548),
        "/.DS_Store",
        binary(_ds_store()),
    ),
    _file("backup-zip", _BACKUP, (530, 538), "/backup.zip", binary(_zip(), "application/zip")),
    _file("backup-tar", _BACKUP, (530, 538), "/www.tar.gz", binary(_tar(), "application/gzip")),
    _file(
        "config-backup",
        _BACKUP + "source_code_disclosure config_file_exposed",
        (530, 540),
        "/config.php.bak",
        text("<?php\n$db_host = 'localhost';\n$db_user = 'tea';\n$db_password = 'M1nt&Ginger_77';\n"),
    ),
    _file(
        "editor-backup",
        _BACKUP + "source_code_disclosure editor_backup_exposed",
        (530, 540),
        "/index.php~",
        text("<?php\nrequire 'config.php';\n$page = $_GET['page'];\ninclude $page . '.php';\n"),
    ),
    weakness(
        "linked-page-backup",
        _BACKUP + "source_code_disclosure",
        (530, 540),
        "/finder/near.php.bak",
        Route(
            "/finder/near.php.bak",
            text("<?php\n$town = $_GET['town'];\n$shops = mysql_query(\"select * from shops\");\n"),
        ),
    ),
    _file(
        "dump",
        "database_dump_exposed exposed_database_dump sql_dump_exposed " + _BACKUP,
        (530, 538, 200),
        "/backup.sql",
        text(_DUMP),
    ),
    _file(
        "dump-zipped",
        "database_dump_exposed exposed_database_dump sql_dump_exposed " + _BACKUP,
        (530, 538, 200),
        "/dump.sql.gz",
        binary(gzip.compress(_DUMP.encode(), mtime=0), "application/gzip"),
    ),
    _file(
        "htpasswd",
        "htpasswd_exposed password_file_exposed exposed_htpasswd " + _CONFIG,
        (538, 522, 256, 200),
        "/.htpasswd",
        text(f"admin:$apr1${made_up('', 8)}${made_up('', 22)}\n"),
    ),
    _file(
        "htaccess",
        "htaccess_exposed exposed_htaccess " + _CONFIG,
        (538, 200),
        "/.htaccess",
        text("RewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^(.*)$ index.php [QSA,L]\n"),
    ),
    _file(
        "web-config",
        "web_config_exposed exposed_web_config " + _CONFIG,
        (538, 200),
        "/web.config",
        binary(
            b'<?xml version="1.0"?>\n<configuration><connectionStrings><add name="Shop" connectionString='
            b'"Server=db1;User Id=shop;Password=M1nt77;"/></connectionStrings><system.web>'
            b'<compilation debug="true"/></system.web></configuration>',
            "text/xml",
        ),
    ),
    _file(
        "application-settings",
        _CONFIG,
        (538, 200, 312),
        "/appsettings.json",
        json(
            '{"ConnectionStrings": {"Shop": "Server=db1;User Id=shop;Password=M1nt77;'
            '"}, "Logging": {"LogLevel": {"Default": "Debug"}}}'
        ),
    ),
    _file(
        "ssh-key",
        "private_key_exposed ssh_key_exposed exposed_private_key",
        (321, 538, 522, 312),
        "/.ssh/id_rsa",
        text(private_key()),
    ),
    _file(
        "cloud-credentials",
        "cloud_credentials_exposed credentials_file_exposed aws_credentials_exposed exposed_credentials "
        + _CONFIG,
        (522, 538, 798, 312),
        "/.aws/credentials",
        text(
            "[default]\naws_access_key_id = "
            f"{made_up('AKIA', 16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 'b')}\naws_secret_access_key = "
            f"{made_up('', 40, seed='b')}\n"
        ),
    ),
    _file(
        "shell-history",
        "shell_history_exposed history_file_exposed exposed_shell_history",
        (538, 200, 532),
        "/.bash_history",
        text("cd /srv/tea\nsudo systemctl restart tea\nmysql -u root -pM1nt77 tea\nls -la\n"),
    ),
    _file(
        "compose",
        "docker_compose_exposed exposed_docker_compose deployment_file_exposed " + _CONFIG,
        (538, 200, 540),
        "/docker-compose.yml",
        text(
            "version: '3'\nservices:\n  web:\n    image: harbour/tea:41\n    environment:\n      "
            "DB_PASSWORD: M1nt77\n"
        ),
    ),
    _file(
        "packages",
        "dependency_manifest_exposed package_manifest_exposed exposed_package_json development_file_exposed",
        (538, 540, 200),
        "/package.json",
        json(
            '{"name": "harbour-tea", "version": "4.1.0", "private": true,'
            ' "dependencies": {"express": "4.16.0", "lodash": "4.17.4"}}'
        ),
    ),
    _file(
        "composer",
        "dependency_manifest_exposed package_manifest_exposed exposed_composer development_file_exposed",
        (538, 540, 200),
        "/composer.json",
        json('{"name": "harbour/tea", "require": {"php": ">=5.6", "symfony/http-kernel": "2.8.1"}}'),
    ),
    _file(
        "editor-project",
        "ide_files_exposed ide_configuration_exposed exposed_ide_files",
        (538, 200, 540),
        "/.idea/workspace.xml",
        binary(
            b'<?xml version="1.0" encoding="UTF-8"?>\n<project version="4">\n  <component '
            b'name="ChangeListManager"/>\n</project>\n',
            "text/xml",
        ),
    ),
    _file(
        "sftp",
        "ide_files_exposed ide_configuration_exposed sftp_configuration_exposed credentials_file_exposed "
        "exposed_credentials " + _CONFIG,
        (538, 522, 200, 540),
        "/.vscode/sftp.json",
        json(
            '{"name": "shop", "host": "10.20.4.7", "protocol": "sftp", "username": "deploy",'
            ' "password": "Tea4Two!2024", "remotePath": "/srv/tea"}'
        ),
    ),
    _file(
        "npm-token",
        "npmrc_exposed credentials_file_exposed exposed_npmrc exposed_credentials " + _CONFIG,
        (538, 522, 200, 798),
        "/.npmrc",
        text(
            f"registry=https://registry.npmjs.org/\n//registry.npmjs.org/:_authToken={made_up('npm_', 36)}\n"
        ),
    ),
    weakness(
        "error-log",
        "log_file_exposed exposed_log log_exposed",
        (532, 538, 552),
        "/logs/error.log",
        Piece("/statistics", '<a href="/logs/error.log">the log</a>', ""),
        Route(
            "/logs/error.log",
            text(
                "[Sat Mar 02 10:11:12.131415 2024] [php7:error] [pid 811] [client 10.20.1.5:4711] PHP Fatal "
                "error:  Uncaught Error: Call to undefined function in /var/www/html/index.php:12\n" * 3
            ),
        ),
    ),
    _file(
        "laravel-log",
        "log_file_exposed exposed_log log_exposed",
        (532, 538, 552),
        "/storage/logs/laravel.log",
        text(
            "[2024-03-02 10:11:12] production.ERROR: SQLSTATE[HY000] [1045] Access denied for user "
            "'tea'@'10.20.4.9' {\"exception\":\"[object] (PDOException(code: 1045)\n[stacktrace]\n#0 /srv/"
            "tea/vendor/laravel/framework/src/Illuminate/Database/Connection.php(678)\n"
        ),
    ),
    _file(
        "wordpress-config",
        _BACKUP + "source_code_disclosure wordpress_config_exposed " + _CONFIG,
        (530, 538, 540, 200),
        "/wp-config.php.bak",
        text(
            "<?php\ndefine('DB_NAME', 'journal');\ndefine('DB_USER', 'journal');\ndefine('DB_PASSWORD', "
            "'M1nt77');\ndefine('AUTH_KEY', 'k3j4h5');\n$table_prefix = 'wp_';\n"
        ),
    ),
)
