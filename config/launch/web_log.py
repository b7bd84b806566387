"""gunicorn's logging, written through the project's own."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from gunicorn.glogging import Logger

from app.core.log import configure_logging
from app.core.log_batch import Batched
from config import load_settings

accesses = logging.getLogger("app.access")
_QUIET = ("/healthz", "/readyz")


class WebLog(Logger):  # type: ignore[misc] # gunicorn carries no types
    """Errors and accesses go to the root logger's files; one event a request, named `http.request`."""

    def setup(self, cfg: Any) -> None:
        self.cfg = cfg
        configure_logging(load_settings(), "web")
        (target,) = logging.getLogger().handlers
        accesses.handlers = [Batched(target)]
        accesses.propagate = False

    def reopen_files(self) -> None:
        """The handlers rotate by themselves."""

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: dt.timedelta) -> None:
        path = environ.get("PATH_INFO", "")
        # What gunicorn answers by itself has its status as a line alone, "400 Bad Request".
        status = getattr(resp, "status_code", None) or int(str(resp.status).split()[0])
        if path in _QUIET and status < 400:
            return
        accesses.info(
            "http.request",
            extra={
                "method": environ.get("REQUEST_METHOD"),
                "path": path,  # without the query, which may carry secrets
                "status": status,
                "bytes": getattr(resp, "sent", 0),
                "ms": round(request_time.total_seconds() * 1000, 1),
                "address": environ.get("REMOTE_ADDR"),
            },
        )
