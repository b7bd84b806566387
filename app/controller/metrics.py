"""`/metrics`: the installation in Prometheus' text format, for whoever has CLOUDEYE_METRICS_TOKEN."""

from __future__ import annotations

import hmac
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, current_app, request

from app.controller.common.measure import FOLDER, meters
from app.core.errors import NotFoundError
from app.service.health.figures import VITALS, Figure, figures
from app.service.health.vitals import Vitals, vitals_of

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.metrics_core import Metric

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def show() -> Response:
    """404 while no token is set, so that nobody finds a door where there is none."""
    token: str = current_app.config["METRICS_TOKEN"]
    if not token:
        raise NotFoundError
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
        return Response(status=401, headers={"WWW-Authenticate": 'Bearer realm="metrics"'})
    from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

    return Response(generate_latest(_registry()), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _registry() -> CollectorRegistry:
    """Every worker's requests, and the figures of this moment."""
    from prometheus_client import CollectorRegistry
    from prometheus_client.multiprocess import MultiProcessCollector

    folder = os.environ.get(FOLDER)
    registry = CollectorRegistry()
    if folder:
        MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
    else:
        registry.register(_Own())
    registry.register(_Figures(folder))
    return registry


class _Own:
    """This process's own meters, where it is the only one."""

    def collect(self) -> Iterator[Metric]:
        return iter(list(meters()[0].collect()))


class _Figures:
    def __init__(self, folder: str | None) -> None:
        self._folder = folder

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        web = _web_vitals(self._folder)
        for figure in figures():
            values = {**figure.values, **_webs(figure, web)}
            family: Any = CounterMetricFamily if figure.kind == "counter" else GaugeMetricFamily
            metric = family(figure.name, figure.about, labels=figure.labels)
            for labels, value in values.items():
                metric.add_metric(labels, value)
            yield metric


def _webs(figure: Figure, web: list[Vitals]) -> dict[tuple[str, ...], float]:
    """This machine's web workers together, which send no heartbeat; when they started is the last's start."""
    key = next((key for name, _, key, _ in VITALS if name == figure.name), None)
    if key is None or not web:
        return {}
    numbers = [float(each.document()[key]) for each in web]
    return {("web", socket.gethostname()): max(numbers) if key == "started" else sum(numbers)}


def _web_vitals(folder: str | None) -> list[Vitals]:
    """Of every worker that has counted a request and still lives, and of this one, which may not have yet."""
    names = Path(folder).glob("counter_*.db") if folder else ()
    pids = {os.getpid(), *(int(path.stem.rpartition("_")[2]) for path in names)}
    return [vitals for pid in sorted(pids) if (vitals := vitals_of(pid)) is not None]
