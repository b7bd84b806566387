"""One case of the exchange format judged."""

from __future__ import annotations

from typing import Any

import pytest

from app.engine.tamper.exchange import CaseError, judge_case
from tests.engine.tamper.pages import URL, page

FILES = {
    "good": page().encode(),
    "bad": page('<script src="https://evil.example/x.js"></script>').encode(),
}


def read(path: str) -> bytes:
    if path not in FILES:
        raise FileNotFoundError(path)
    return FILES[path]


def shot(path: str) -> dict[str, Any]:
    return {"path": path, "status": 200, "at": 1_790_000_000, "content_type": "text/html; charset=utf-8"}


def case(now: str = "bad", **more: Any) -> dict[str, Any]:
    return {"id": "c1", "url": URL, "baselines": [shot("good")] * 3, "current": shot(now), **more}


def test_the_answer_repeats_the_id_and_tells_the_reasons() -> None:
    answer = judge_case(case(), read)
    assert (answer["id"], answer["verdict"]) == ("c1", "alert")
    (alert,) = answer["alerts"]
    assert alert["class"] == "malicious_script"
    assert "evil.example" in alert["sentence"]
    assert alert["where"] and alert["after"] and alert["level"] == "alert"
    assert answer["ms"] > 0


def test_an_approved_copy_is_ok() -> None:
    answer = judge_case(case("good"), read)
    assert (answer["verdict"], answer["alerts"]) == ("ok", [])


def test_what_only_another_view_shows_is_cloaking() -> None:
    view = {"headers": {"User-Agent": "Googlebot"}, "baselines": [shot("good")] * 3, "current": shot("bad")}
    answer = judge_case(case("good", views=[view]), read)
    assert [alert["class"] for alert in answer["alerts"]] == ["cloaking"]


def test_what_is_always_allowed_is_left_out() -> None:
    keys = [alert["key"] for alert in judge_case(case(), read)["alerts"]]
    assert judge_case(case(allowed=keys), read)["verdict"] == "ok"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"url": ""}, "url"),
        ({"baselines": []}, "baselines"),
        ({"baselines": "x"}, "baselines"),
        ({"baselines": [1]}, "baselines[0]"),
        ({"current": None}, "current"),
        ({"current": {"status": 200}}, "current.path"),
        ({"current": {"path": "good", "status": "200"}}, "current"),
        ({"views": ["x"]}, "views[0]"),
    ],
)
def test_a_bad_case_names_the_field(more: dict[str, Any], field: str) -> None:
    with pytest.raises(CaseError) as error:
        judge_case(case(**more), read)
    assert str(error.value).startswith(f"{field}:")


def test_a_file_that_is_missing_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        judge_case(case("not-there"), read)
