"""Histories as files and lines, in the form `flask tamper judge --jsonl` reads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.tamper.corpus.generate import Case
from tests.tamper.corpus.life import Snapshot

LEARNING = 3


def write(cases: Iterable[Case], folder: Path) -> int:
    """Write pages, `cases.jsonl` and `labels.jsonl`; gives the number of lines.

    A history makes a line for its last step, one for the twin of an attack, and one for each baseline that
    has at least three before it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = 0
    with (folder / "cases.jsonl").open("w") as asked, (folder / "labels.jsonl").open("w") as told:
        for case in cases:
            for question, label in _lines(case, folder):
                asked.write(json.dumps(question) + "\n")
                told.write(json.dumps(label) + "\n")
                lines += 1
    return lines


def _lines(case: Case, folder: Path) -> Iterable[tuple[dict[str, Any], dict[str, Any]]]:
    home = folder / case.id
    home.mkdir(exist_ok=True)
    steps = [_file(home, f"s{n:02}", shot) for n, shot in enumerate(case.baselines)]
    label = {
        "class": case.cls, "kind": case.kind, "noises": list(case.noises), "last": list(case.last),
        "most": case.most, "lang": case.language, "page": case.page, "history": case.id,
    }  # fmt: skip
    for number in range(LEARNING, len(steps)):
        yield _pair(
            f"{case.id}-b{number}", case.url, steps[:number], steps[number], [], label | {"label": "baseline"}
        )
    if case.twin is None:
        views = [_view(home, view, view.current, "final") for view in case.views]
        yield _pair(
            case.id, case.url, steps, _file(home, "final", case.current), views, label | {"label": "benign"}
        )
        return
    views = [_view(home, view, view.current, "attack") for view in case.views]
    current = _file(home, "attack", case.current)
    yield _pair(f"{case.id}-attack", case.url, steps, current, views, label | {"label": "attack"})
    views = [_view(home, view, view.twin or view.current, "twin") for view in case.views]
    yield _pair(
        f"{case.id}-twin", case.url, steps, _file(home, "twin", case.twin), views, label | {"label": "twin"}
    )


def _pair(
    name: str, url: str, steps: list[Any], current: Any, views: list[Any], label: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    question = {"id": name, "url": url, "baselines": steps, "current": current, "views": views}
    return question, {"id": name} | label


def _view(home: Path, view: Any, current: Snapshot, name: str) -> dict[str, Any]:
    return {
        "headers": view.headers,
        "baselines": [_file(home, f"{view.name}-s{n:02}", shot) for n, shot in enumerate(view.baselines)],
        "current": _file(home, f"{view.name}-{name}", current),
    }


def _file(home: Path, name: str, shot: Snapshot) -> dict[str, Any]:
    path = home / f"{name}.html"
    path.write_bytes(shot.body)
    return {"path": str(path), "status": shot.status, "at": shot.at, "content_type": shot.content_type}
