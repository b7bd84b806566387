"""Settings: defaults, bad values named, secrets made once, production strict, and the README's table true."""

from __future__ import annotations

import ssl
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from kombu import Connection

from config import ConfigError, load_settings
from config.env import ROOT, unknown_names
from config.table import readme_with_table


def given(folder: Path, **more: str) -> dict[str, str]:
    return {"CLOUDEYE_DATA_DIR": str(folder), **more}


def test_it_runs_on_embedded_defaults(tmp_path: Path) -> None:
    settings = load_settings(given(tmp_path))
    assert settings.EMBEDDED_REDIS and f"sqlite:///{tmp_path}/cloudeye.db" == settings.SQLALCHEMY_DATABASE_URI
    assert settings.CELERY_BROKER_URL.startswith("redis+socket:///")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLOUDEYE_PORT", "http"),
        ("CLOUDEYE_PORT", "70000"),
        ("CLOUDEYE_ALLOW_PRIVATE_TARGETS", "maybe"),
        ("CLOUDEYE_ENV", "staging"),
        ("CLOUDEYE_LOCATION", "New York"),
        ("CLOUDEYE_TIMEZONE", "Mars/Olympus"),
        ("CLOUDEYE_SECRET_KEY", "short"),
        ("CLOUDEYE_SECRET_KEY", "changeme" * 8),
        ("CLOUDEYE_CA_FILE", "/nowhere/ca.pem"),
        ("CLOUDEYE_COOKIE_SECURE", "yes"),
        ("DATABASE_URL", "postgresql://localhost/x"),
        ("DATABASE_URL", "nonsense"),
        ("REDIS_URL", "http://localhost"),
        ("REDIS_URL", "redis://host:port"),
        ("REDIS_URL", "unix://run/redis.sock"),
        ("CELERY_BROKER_URL", "redis//host"),
        ("CELERY_BROKER_URL", "redis://host;http://host"),
        ("DATABASE_URL", "mysql://user:hunter2@host:port/cloudeye"),
        ("DATABASE_URL", "mysql://user:hunter2@host"),
        ("CLOUDEYE_PORT", "²"),
        ("CLOUDEYE_BASE_URL", "watch.example.org"),
        ("CLOUDEYE_BASE_URL", "javascript:alert(1)"),
        ("CLOUDEYE_BASE_URL", "https://[::1"),
        ("CLOUDEYE_DNS_SERVERS", "1.1.1.1, dns.example"),
        ("CLOUDEYE_RUN_DIR", "/run/" + "d" * 90),
        ("CLOUDEYE_RUN_DIR", "/run/" + "眼" * 30),
        ("CLOUDEYE_DATA_DIR", "~nobody-of-this-name/x"),
        ("CLOUDEYE_HOST", "absurd value"),
        ("CLOUDEYE_HOST", "999999999"),
        ("CLOUDEYE_HOST", "http://localhost"),
        ("CLOUDEYE_BIND", "::::"),
        ("CLOUDEYE_BIND", "localhost"),
        ("CLOUDEYE_BIND", "unix:"),
        ("CLOUDEYE_BIND", "::1:8000"),
        ("CLOUDEYE_CA_FILE", "/" + "x" * 300),
        ("REDIS_URL", "unix:run/redis.sock"),
    ],
)
def test_it_names_a_bad_value(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        load_settings(given(tmp_path, **{name: value}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLOUDEYE_HOST", "::1"),
        ("CLOUDEYE_HOST", "0.0.0.0"),
        ("CLOUDEYE_HOST", "watch_1.example.org"),
        ("CLOUDEYE_BIND", "unix:/run/cloudeye/web.sock"),
        ("CLOUDEYE_BIND", "[::]:8000"),
        ("CLOUDEYE_BIND", ":8000"),
        ("CLOUDEYE_BIND", "localhost:8000"),
    ],
)
def test_it_takes_an_address_to_listen_on(tmp_path: Path, name: str, value: str) -> None:
    assert vars(load_settings(given(tmp_path, **{name: value})))[name.removeprefix("CLOUDEYE_")] == value


def test_a_misspelt_name_can_be_found_out() -> None:
    assert unknown_names({"CLOUDEYE_PROT": "8000", "CLOUDEYE_PORT": "8000", "HOME": "/"}) == ["CLOUDEYE_PROT"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLOUDEYE_SECRET_KEY", "hunter2"),
        ("DATABASE_URL", "mysql://user:hunter2@host:port/cloudeye"),
        ("REDIS_URL", "http://user:hunter2@host/0"),
    ],
)
def test_it_does_not_repeat_a_bad_secret(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(given(tmp_path, **{name: value}))
    assert "hunter2" not in str(caught.value)


def test_production_refuses_to_make_its_own_secrets(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="CLOUDEYE_SECRET_KEY"):
        load_settings(given(tmp_path, CLOUDEYE_ENV="production"))


def test_production_sends_its_cookie_over_https_only(tmp_path: Path) -> None:
    secrets = {"CLOUDEYE_SECRET_KEY": "k" * 40, "CLOUDEYE_ENCRYPTION_KEY": "e" * 40}
    assert load_settings(given(tmp_path, CLOUDEYE_ENV="production", **secrets)).SESSION_COOKIE_SECURE


@pytest.mark.parametrize("scheme", ["mysql", "mariadb", "mysql+pymysql"])
def test_it_reaches_mysql_and_mariadb_through_pymysql(tmp_path: Path, scheme: str) -> None:
    settings = load_settings(given(tmp_path, DATABASE_URL=f"{scheme}://user:p%40ss@host/cloudeye"))
    assert settings.SQLALCHEMY_DATABASE_URI == "mysql+pymysql://user:p%40ss@host/cloudeye?charset=utf8mb4"


def test_celery_uses_the_same_database_of_a_redis_on_a_socket(tmp_path: Path) -> None:
    settings = load_settings(given(tmp_path, REDIS_URL="unix:///run/redis.sock?db=3"))
    assert settings.CELERY_BROKER_URL == "redis+socket:///run/redis.sock?virtual_host=3"


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("rediss://:p@host:6379/0", ssl.CERT_REQUIRED),
        ("rediss://:p@host:6379/0?ssl_ca_certs=/etc/ca.pem", ssl.CERT_REQUIRED),
        ("rediss://:p@host:6379/0?ssl_cert_reqs=none", ssl.CERT_NONE),
    ],
)
def test_a_broker_behind_tls_has_to_prove_who_it_is(tmp_path: Path, url: str, wanted: ssl.VerifyMode) -> None:
    connection = Connection(load_settings(given(tmp_path, CELERY_BROKER_URL=url)).CELERY_BROKER_URL)
    assert isinstance(connection.ssl, dict) and connection.ssl["ssl_cert_reqs"] == wanted


def test_a_path_begins_in_the_projects_folder_wherever_a_process_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings(given(tmp_path, CLOUDEYE_RUN_DIR="run")).RUN_DIR == ROOT / "run"


def test_processes_agree_on_short_sockets_whatever_their_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert load_settings(given(tmp_path / ("d" * 90))).RUN_DIR.parent == Path("/tmp")


def test_it_moves_sockets_where_their_paths_fit(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 90)
    assert len(str(load_settings(given(deep)).RUN_DIR)) < 80


def test_it_keeps_the_secrets_it_made_to_itself(tmp_path: Path) -> None:
    first, second = load_settings(given(tmp_path)), load_settings(given(tmp_path))
    assert first.SECRET_KEY == second.SECRET_KEY and len(first.SECRET_KEY) >= 32
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_processes_that_start_at_once_agree_on_the_secrets(tmp_path: Path) -> None:
    code = f"from config import load_settings; print(load_settings({given(tmp_path)!r}).SECRET_KEY)"
    processes = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    assert len({process.communicate()[0] for process in processes}) == 1


def test_the_readmes_table_is_what_the_code_says() -> None:
    readme = (ROOT / "README.md").read_text()
    assert readme == readme_with_table(readme)
