"""A workbook of 100,000 rows, written as a job writes it: what it adds to the memory, and how long it takes.

Beside it the same rows by openpyxl in its own streaming mode. Each in a process of its own, whose memory is
looked at before the first row and at its highest.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests import servers
from tests.bench._figures import Figures

ROWS = 100_000
HEAD = ("Name", "Address", "Tags", "Notes", "Checks", "Percent", "Seen", "Active", "Formula", "Empty")
MOST_MB = 50.0


def rows() -> Iterator[list[Any]]:
    """Ten cells each: texts of their own, numbers, a truth, something like a formula."""
    for i in range(ROWS):
        yield [
            f"Site {i}",
            f"https://site-{i}.example/path?x={i}&y=2",
            "sales, important",
            f"What is to be known of site {i} & who answers for it",
            i,
            i / 7,
            "2026-11-21 12:00:00",
            i % 2 == 0,
            f"=1+{i}",
            None,
        ]


def ours(path: Path) -> None:
    from app.engine.sheet.xlsx import Table, write_xlsx

    with path.open("wb") as out:
        write_xlsx(out, [Table("Sites", HEAD, rows())])


def theirs(path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sites")
    sheet.append(HEAD)
    for row in rows():
        sheet.append(row)
    book.save(path)


def read(path: Path) -> None:
    from app.engine.sheet.limits import Limits
    from app.engine.sheet.xlsx_read import read_xlsx

    limits = Limits(rows=ROWS, unfolded_bytes=2**28)
    assert sum(1 for _ in read_xlsx(path.read_bytes(), limits)) == ROWS + 1


def job(path: Path) -> None:
    """The export of as many sites by a job, out of the database and into the file store."""
    from flask_migrate import upgrade

    from app.core.snowflake import use_worker_number
    from app.models import db
    from app.service.file.store import get_file_store
    from app.service.job.ask import ask_for
    from app.service.job.manage import result_of
    from app.service.job.running import claim_job, run_job
    from tests import cast

    with servers.short_folder() as folder, servers.redis_server(folder) as server:
        use_worker_number(1)
        app = cast.make_test_app(folder, server.url)
        with app.app_context():
            upgrade()
            owner = cast.make_user(cast.make_organization("ours"), "owner", "owner")
            _fill(owner.organization_id)
            ask_for(owner, "sites.export", {"format": "csv", "tag": "none"})
            run_job(claim_job("warm") or 0, "warm")  # What the first job of a process loads is not counted.
            asked = ask_for(owner, "sites.export", {"format": "xlsx", "locale": "en"})
            _begin()
            assert run_job(claim_job("here") or 0, "here") == "done"
            path.write_bytes(get_file_store().path(result_of(owner, asked.id).sha256).read_bytes())
            db.engine.dispose()


def _fill(organization_id: int) -> None:
    from sqlalchemy import insert

    from app.core.clock import now
    from app.core.snowflake import next_id
    from app.models import Site, write

    at = now()
    with write() as session:
        for start in range(0, ROWS, 1000):
            part = [
                {
                    "id": next_id(),
                    "organization_id": organization_id,
                    "name": f"Site {i}",
                    "base_url": f"https://site-{i}.example/",
                    "description": f"What is to be known of site {i} & who answers for it",
                    "created_at": at,
                    "updated_at": at,
                }
                for i in range(start, start + 1000)
            ]
            session.execute(insert(Site), part)


WAYS = {"ours": ours, "openpyxl": theirs, "read": read, "job": job}
_before = [0.0, 0.0]


def _begin() -> None:
    """What was before is not counted: the highest mark of memory begins anew."""
    Path("/proc/self/clear_refs").write_text("5")
    _before[:] = [_memory_mb("VmRSS"), time.process_time()]


def _memory_mb(field: str) -> float:
    line = next(each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith(field))
    return int(line.split()[1]) / 1024


def measure(way: str, name: str) -> None:
    """In a process of its own: prints {mb, seconds, size}."""
    if way == "openpyxl":
        import openpyxl

        assert openpyxl  # What the library itself takes is not counted.
    else:
        from app.engine.sheet import xlsx, xlsx_read

        assert xlsx and xlsx_read
    path = Path(name)
    _begin()
    WAYS[way](path)
    before, begun = _before
    taken = time.process_time() - begun
    print(json.dumps({"mb": _memory_mb("VmHWM") - before, "seconds": taken, "size": path.stat().st_size}))


def _asked(way: str, path: Path) -> dict[str, float]:
    program = f"from tests.bench.xlsx import measure; measure({way!r}, {str(path)!r})"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def main() -> bool:
    figures = Figures("xlsx")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ours.xlsx"
        written, other = _asked("ours", path), _asked("openpyxl", Path(folder) / "theirs.xlsx")
        taken_in = _asked("read", path)
        exported = _asked("job", Path(folder) / "job.xlsx")
    figures.tell("memory added by 100,000 rows", written["mb"], "MB", most=MOST_MB, against=other["mb"])
    figures.tell("CPU of 100,000 rows", written["seconds"], "s", against=other["seconds"])
    figures.tell("memory added by a job that exports 100,000 sites", exported["mb"], "MB", most=MOST_MB)
    figures.tell("CPU of that job", exported["seconds"], "s")
    figures.tell("size of the file", written["size"] / 1e6, "MB", against=other["size"] / 1e6)
    figures.tell("memory added by reading it", taken_in["mb"], "MB")
    figures.tell("CPU of reading it", taken_in["seconds"], "s")
    return figures.is_met
