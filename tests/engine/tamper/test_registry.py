"""Detectors are found by themselves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.engine.tamper import detectors
from app.engine.tamper.registry import all_detectors, detector
from app.engine.tamper.types import CLASSES

FOLDER = Path(detectors.__path__[0])
FILES = sorted(path for path in FOLDER.glob("*.py") if path.stem != "__init__")


def test_every_file_is_one_detector_of_its_name() -> None:
    assert [each.name for each in all_detectors()] == [path.stem for path in FILES]


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_code_it_gives_has_a_sentence(path: Path) -> None:
    (found,) = (each for each in all_detectors() if each.name == path.stem)
    source = path.read_text("utf-8")
    body = source[source.index("def look") :]
    assert {code for code in found.sentences if f'"{code}"' in body} == set(found.sentences)


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_class_it_gives_is_known(path: Path) -> None:
    named = re.findall(rf'make\(\s*seen,\s*"{path.stem}",\s*"(\w+)"', path.read_text("utf-8"))
    assert set(named) <= set(CLASSES)


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_detector_has_tests(path: Path) -> None:
    assert (Path(__file__).parent / "detectors" / f"test_{path.stem}.py").exists()


def test_a_second_one_of_the_same_name_is_refused() -> None:
    with pytest.raises(ValueError, match="frame"):
        detector("frame", {})(lambda seen: iter(()))
