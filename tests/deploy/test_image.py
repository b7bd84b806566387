"""The image and the compose file, for real: built in an empty Debian, started as compose says, on a real
MariaDB and Redis, and used through its nginx."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from tests import servers
from tests.client import Api
from tests.deploy.compose import environment_of, read_compose
from tests.deploy.image import Image, need_namespaces
from tests.stack import ACCOUNT, PASSWORD

# debootstrap, apt, pip and npm: some minutes on a machine that does something else as well.
pytestmark = [pytest.mark.stack, pytest.mark.timeout(1800)]
GIVEN = {
    "CLOUDEYE_SECRET_KEY": "k" * 43 + "1",
    "CLOUDEYE_ENCRYPTION_KEY": "k" * 43 + "2",
    "DATABASE_PASSWORD": "unused",
    "CLOUDEYE_ADMIN_EMAIL": ACCOUNT,
    "CLOUDEYE_ADMIN_PASSWORD": PASSWORD,
    "CLOUDEYE_COOKIE_SECURE": "0",
    "CLOUDEYE_WEB_WORKERS": "1",
}
PROCESSES = ("web", "scheduler", "recorder", "worker", "tamper", "nginx")


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    """The image with nginx: what `app` and `proxy` make of an empty Debian."""
    need_namespaces()
    with servers.short_folder(servers.place_of_devices()) as folder:
        built = Image(folder / "r")
        built.build(("app", "proxy"))
        yield built


class House:
    """The containers of compose.yaml, as processes in the image's root."""

    def __init__(self, image: Image, port: int) -> None:
        self.image, self.port = image, port
        self.services: dict[str, Any] = read_compose(GIVEN)["services"]
        self.logs = image.root.parent / "logs"
        self.logs.mkdir(exist_ok=True)

    def environment(self, name: str) -> dict[str, str]:
        """As compose gives it, but for the servers, which are sockets here, and for free ports."""
        return {
            **environment_of(self.services[name]),
            "DATABASE_URL": "mysql://root@localhost/cloudeye_image?unix_socket=/srv/m/mariadb.sock",
            "REDIS_URL": "unix:///srv/r/redis.sock",
            "NGINX_PORT": str(self.port),
        }

    def command(self, name: str, words: Sequence[str] = ()) -> list[str]:
        return self.image.entering(words or self.services[name]["command"], self.environment(name))

    def once(self, name: str, words: Sequence[str] = ()) -> str:
        done = subprocess.run(
            self.command(name, words), capture_output=True, text=True, timeout=180, check=False
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    @contextmanager
    def running(self, name: str) -> Iterator[None]:
        with (self.logs / name).open("wb") as output:
            process = subprocess.Popen(
                self.command(name), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
        try:
            yield
        finally:
            # The first process of the namespace ends everything in it. --kill-child would not reach it: whom
            # a process dies with is forgotten when it becomes another user.
            for first in psutil.Process(process.pid).children():
                first.kill()
            process.wait(timeout=30)

    def said(self) -> str:
        return "".join(f"\n== {path.name}\n{path.read_text()[-1500:]}" for path in self.logs.iterdir())


@pytest.fixture(scope="module")
def house(image: Image) -> Iterator[House]:
    house = House(image, servers.free_port())
    with ExitStack() as stack:
        for name in ("m", "r"):
            (image.root / "srv" / name).mkdir(mode=0o755)
        mariadb = stack.enter_context(servers.mariadb_server(image.root / "srv" / "m"))
        redis = stack.enter_context(servers.redis_server(image.root / "srv" / "r"))
        for path in (mariadb.socket, redis.socket):
            path.chmod(0o777)
        stack.enter_context(mariadb.database("cloudeye_image"))
        house.once("setup")
        for name in PROCESSES:
            stack.enter_context(house.running(name))
        try:
            servers.wait_for(lambda: _is_ready(house.port), "the containers", 240)
        except TimeoutError as error:
            raise AssertionError(f"{error}\n{house.said()}") from error
        yield house


def _is_ready(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=30).status_code == 200
    except requests.RequestException:
        return False


def test_it_is_used_through_its_nginx(house: House) -> None:
    base = f"http://127.0.0.1:{house.port}"
    page = requests.get(f"{base}/login", timeout=10)
    assert page.status_code == 200 and "CloudEye" in page.text
    sheet = requests.get(f"{base}/static/vendor/tabler.min.css", timeout=10)
    assert sheet.status_code == 200 and sheet.headers["Content-Encoding"] == "gzip"
    client = Api(base)
    client.log_in(ACCOUNT, PASSWORD)


def test_pages_speak_chinese_too(house: House) -> None:
    page = requests.get(f"http://127.0.0.1:{house.port}/login", headers={"Accept-Language": "zh"}, timeout=10)
    assert "登录" in page.text


def test_an_upload_comes_back_from_nginx_itself(house: House) -> None:
    root, body = f"http://127.0.0.1:{house.port}/api/cloudeye/v1", b"evidence\n" * 100_000
    with requests.Session() as session:
        account = {"account": ACCOUNT, "password": PASSWORD}
        said = session.post(f"{root}/user/login", json=account, timeout=10).json()
        session.headers["X-CSRF-Token"] = said["data"]["csrf_token"]
        sent = session.post(f"{root}/files", files={"files": ("notes.txt", body)}, timeout=30).json()
        (result,) = sent["data"]["results"]
        whole = session.get(f"{root}/files/{result['file']['id']}/content", timeout=30)
        part = session.get(
            f"{root}/files/{result['file']['id']}/content", headers={"Range": "bytes=9-17"}, timeout=30
        )
    assert whole.content == body and whole.headers["Content-Disposition"].startswith("attachment")
    assert (part.status_code, part.content) == (206, b"evidence\n")


def test_the_health_check_of_the_image_says_yes(house: House) -> None:
    test = house.services["web"]["healthcheck"]["test"]
    assert test[0] == "CMD" and "200" in house.once("web", test[1:])


def test_the_doctor_finds_nothing_wrong_that_a_container_could_mend(house: House) -> None:
    words = [".venv/bin/flask", "doctor", "--json"]
    done = subprocess.run(
        house.command("web", words), capture_output=True, text=True, timeout=120, check=False
    )
    wrong = {each["name"] for each in json.loads(done.stdout)["looks"] if not each["ok"]}
    # A test has no public address, and no TLS to make cookies secure with.
    assert wrong <= {"configuration", "mail"}, done.stdout


def test_a_backup_is_made_and_checked_within(house: House) -> None:
    path = "/var/lib/cloudeye/backup/test.tgz"
    house.once("web", [".venv/bin/flask", "backup", "create", path, "--no-keys"])
    assert "is whole" in house.once("web", [".venv/bin/flask", "backup", "verify", path])


def test_the_image_has_no_more_than_it_should(image: Image) -> None:
    folder = image.inside("/opt/cloudeye")
    for name in ("tests", ".git", "node_modules", ".ci"):
        assert not (folder / name).exists(), name
    assert shutil.which("gcc", path=str(image.root / "usr/bin")) is None
    assert (folder / "app/static/vendor/htmx.min.js").is_file()
    assert list(folder.glob("app/translations/*/LC_MESSAGES/*.mo"))
    owned = [path for path in (folder / "app").rglob("*") if path.stat().st_uid != 0]
    assert owned == [], "the program's files belong to root, so that it cannot change itself"


def test_it_is_not_larger_than_it_needs_to_be(image: Image) -> None:
    total = sum(_size(path) for path in image.root.rglob("*") if path.parts[len(image.root.parts)] != "srv")
    assert total < 1000 * 2**20


def _size(path: Path) -> int:
    return path.lstat().st_size if path.is_file() and not path.is_symlink() else 0
