"""`make run`: prepare the database, start every process, say where CloudEye is, and end it all on Ctrl-C.

1. Migrations and the first administrator, with an embedded Redis of the moment where one is needed.
2. supervisord in the foreground, as a child that ends with this process and is started again if it is killed.
3. When /readyz answers 200: the address, and once the log-in of an administrator that was made just now.
4. SIGINT, SIGTERM or SIGHUP: supervisord ends every process, and this one waits for it.
"""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType

from config import Config, ConfigError, load_settings
from config.env import ROOT
from config.launch import place, supervisor
from config.launch.child import end_with_parent
from config.launch.readiness import Readiness, ask, web_address

READY_SECONDS = 90
STOP_SECONDS = 45
REDIS_SECONDS = 20


class StartError(Exception):
    """CloudEye cannot start; the message is for the operator."""


class Stop(Exception):
    """A signal asked for the end."""


def _stop(number: int, frame: FrameType | None) -> None:
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)  # once is enough: a second Ctrl-C must not leave processes behind
    raise Stop


def is_listening(where: Path | tuple[str, int]) -> bool:
    """Whether somebody accepts connections on a socket file or an address, of IPv4 or IPv6."""
    if isinstance(where, Path):
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(1)
            return probe.connect_ex(str(where)) == 0
    try:
        socket.create_connection(where, timeout=1).close()
    except socket.gaierror as error:
        raise StartError(f"{where[0]} (CLOUDEYE_HOST or CLOUDEYE_BIND) has no address here.") from error
    except OSError:
        return False
    return True


def refuse_a_second_start(settings: Config) -> None:
    if is_listening(place.supervisor_socket(settings)):
        raise StartError(
            f"CloudEye runs already on {settings.DATA_DIR}: end that one first, or set CLOUDEYE_DATA_DIR."
        )
    address = web_address(settings)
    if isinstance(address, tuple) and is_listening(address):
        raise StartError(f"Port {address[1]} of {address[0]} is taken: set CLOUDEYE_PORT to another one.")


@contextlib.contextmanager
def momentary_redis(settings: Config, environment: Mapping[str, str]) -> Iterator[None]:
    """The embedded Redis, for as long as the database is prepared; nothing where REDIS_URL is set."""
    if not settings.EMBEDDED_REDIS:
        yield
        return
    words = [sys.executable, "-m", "config.launch.redis_server"]
    with Path(environment["LAUNCH_REDIS_OUTPUT"]).open("ab") as output:
        server = subprocess.Popen(
            words, cwd=ROOT, env=environment, stdout=output, stderr=output, preexec_fn=end_with_parent
        )
    try:
        _await_redis(settings, server)
        yield
    finally:
        server.terminate()
        server.wait()


def _await_redis(settings: Config, server: subprocess.Popen[bytes]) -> None:
    path = Path(settings.REDIS_URL.removeprefix("unix://"))
    end = time.monotonic() + REDIS_SECONDS
    while not is_listening(path):
        if server.poll() is not None or time.monotonic() > end:
            raise StartError(
                f"The embedded Redis server does not start: see {settings.LOG_DIR}/redis/output.log."
            )
        time.sleep(0.02)


def prepare_database(settings: Config, environment: Mapping[str, str]) -> dict[str, str]:
    """Migrate, and make the first administrator; gives its log-in when it was made now."""
    words = [sys.executable, "-m", "config.launch.prepare"]
    with momentary_redis(settings, environment):
        done = subprocess.run(
            words, cwd=ROOT, env=environment, text=True, capture_output=True, preexec_fn=end_with_parent
        )
    if done.returncode:
        raise StartError(done.stderr.rstrip() or "The database could not be prepared.")
    made: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return made


class Supervisor:
    """supervisord as a child of this process."""

    def __init__(self, environment: Mapping[str, str], socket: Path) -> None:
        self._environment, self._socket = environment, socket
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._socket.unlink(missing_ok=True)  # left by a supervisord that was killed
        # A session of its own: Ctrl-C reaches this process alone, which ends the rest in order.
        self._process = subprocess.Popen(
            supervisor.command(),
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )

    def wait(self, seconds: float) -> int | None:
        """Its exit status; None while it runs on."""
        assert self._process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(seconds)
        return None

    def stop(self) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        if self.wait(STOP_SECONDS) is None:
            self._process.kill()  # its children end with it
            self._process.wait()


def _link(host: str, port: int) -> str:
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def say_address(settings: Config, made: Mapping[str, str], seconds: float) -> None:
    address = web_address(settings)
    where = f"unix:{address}" if isinstance(address, Path) else _link(*address)
    print(f"CloudEye is up after {seconds:.1f} s: {getattr(settings, 'BASE_URL', '') or where}")
    if made and made["password"]:
        print(f"Log in as {made['account']} with the password {made['password']} (shown only this once).")
    elif made:
        print(f"Log in as {made['account']} with the password of CLOUDEYE_ADMIN_PASSWORD.")
    print("Ctrl-C ends it.", flush=True)


def say_unready(settings: Config, readiness: Readiness) -> None:
    print(
        f"CloudEye is not ready yet ({readiness.reason}); still trying. What the processes say is in "
        f"{settings.LOG_DIR}, and `.venv/bin/supervisorctl -c supervisor.conf status` shows them.",
        file=sys.stderr,
        flush=True,
    )


def attend(settings: Config, made: Mapping[str, str], environment: Mapping[str, str], started: float) -> int:
    """Keep supervisord running until a signal comes; gives this process's exit status."""
    child = Supervisor(environment, place.supervisor_socket(settings))
    try:
        child.start()
        is_announced = has_complained = False
        while True:
            status = child.wait(1.0 if is_announced else 0.1)
            if status == 0:  # by supervisorctl shutdown
                return 0
            if status is not None and status > 0:
                raise StartError(f"supervisord ended: see {settings.LOG_DIR}/supervisor/supervisor.log.")
            if status is not None:  # killed by a signal
                child.start()
            if not is_announced:
                readiness = ask(web_address(settings))
                if readiness.is_ready:
                    say_address(settings, made, time.monotonic() - started)
                    is_announced = True
                elif not has_complained and time.monotonic() - started > READY_SECONDS:
                    say_unready(settings, readiness)
                    has_complained = True
    except Stop:
        print("Ending …", flush=True)
        return 0
    finally:
        child.stop()
        place.unlink_client_socket(settings)


def run() -> int:
    started = time.monotonic()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        settings = load_settings()
        place.make_folders(settings)
        refuse_a_second_start(settings)
        environment = supervisor.prepare(settings)
        print("Preparing the database …", flush=True)
        made = prepare_database(settings, environment)
        print("Starting the processes …", flush=True)
        return attend(settings, made, environment, started)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    except StartError as error:
        print(error, file=sys.stderr)
        return 1
    except Stop:
        return 0


if __name__ == "__main__":
    sys.exit(run())
