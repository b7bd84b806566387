"""The web process: `gunicorn -c gunicorn.conf.py cloudeye:app`."""

# First of all, before anything imports ssl or sockets: patched late, requests' HTTPS recurses without end.
from gevent import monkey

monkey.patch_all()

import gc  # noqa: E402
import os  # noqa: E402
import shutil  # noqa: E402
import sys  # noqa: E402
from typing import Any  # noqa: E402

from app.core import stopping  # noqa: E402
from config import ConfigError, load_settings  # noqa: E402
from config.launch.child import end_with_parent  # noqa: E402
from config.launch.place import make_folders  # noqa: E402
from config.launch.readiness import bind_of  # noqa: E402

try:
    settings = load_settings()
    make_folders(settings)
except ConfigError as error:
    print(error, file=sys.stderr)  # noqa: T201 - logging needs the settings that are bad
    sys.exit(2)

bind = bind_of(settings)
umask = 0o007  # a unix socket is for its owner and group: add nginx's user to the group
workers = vars(settings)["WEB_WORKERS"]
worker_class = "gevent"
worker_connections = 1000
# Each worker imports the application itself: HUP then serves new code, and no connection is shared by a fork.
preload_app = False

timeout = 60  # a worker whose loop stands still that long is replaced
graceful_timeout = 30  # what HUP leaves to running requests; event streams end at once by themselves
keepalive = 5
limit_request_line = 8190  # a query of the longest search and cursor, percent-encoded
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - heartbeats, off the disk

control_socket = str(settings.RUN_DIR.absolute() / "gunicorn.ctl")
proc_name = "cloudeye-web"

# X-Forwarded-* count only where the operator says that nginx stands before a unix socket; Flask's ProxyFix
# reads them then. gunicorn itself believes nobody.
forwarded_allow_ips = "*" if vars(settings)["TRUST_PROXY"] and bind.startswith("unix:") else ""

logger_class = "config.launch.web_log.WebLog"
accesslog = "-"


# Where each worker counts its requests, so that any of them can tell those of all at /metrics.
metrics = settings.RUN_DIR.absolute() / "metrics"
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(metrics)


def on_starting(server: Any) -> None:
    """Begin to count anew; a HUP goes on counting."""
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir(parents=True)


def post_fork(server: Any, worker: Any) -> None:
    """No worker outlives a killed master and keeps its port."""
    end_with_parent()


def post_worker_init(worker: Any) -> None:
    """Tell endless answers of this worker that it is to end; leave what stays for good out of collections."""
    stopping.announce_on_signal()
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
