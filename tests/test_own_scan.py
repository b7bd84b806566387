"""CloudEye practises what it preaches: it scans itself, as it is run for real, and finds nothing to say."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.library_data import library_data
from app.engine.bug.finding.document import document_of
from app.engine.bug.scan import scan
from app.engine.bug.types import Plan, Report
from tests.engine.certs import Authority
from tests.stack import running_behind_nginx

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Report]:
    folder: Path = tmp_path_factory.mktemp("authority")
    authority = Authority(folder)
    tls = authority.files("127.0.0.1", days=90)
    with running_behind_nginx(tls=tls, CLOUDEYE_COOKIE_SECURE="1") as stack:
        plan = Plan(
            f"{stack.base_url}/",
            profile="full",
            budget=3000,
            rate=200,
            connections=4,
            hosts=frozenset({"127.0.0.1"}),
            allow=("127.0.0.0/8",),
            ca_file=authority.ca_file,
            library_data=library_data(),
        )
        yield scan(plan, now=time.time)


def test_it_grades_itself_a_plus(report: Report) -> None:
    assert report.headers is not None
    assert (report.headers["grade"], report.is_complete) == ("A+", True), report.headers


def test_it_finds_nothing_above_informational(report: Report) -> None:
    found = [each for each in document_of(report)["findings"] if each["severity"] != "info"]
    assert found == []
