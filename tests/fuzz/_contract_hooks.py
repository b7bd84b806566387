"""What schemathesis is taught about CloudEye: real ids, ours and strangers', and what must never be shown."""

from __future__ import annotations

import io
import json
import os
import random
import re
import zipfile
from typing import Any

import schemathesis
from schemathesis.generation import GenerationMode

from app.controller.common.identifiers import HIGHEST
from app.controller.common.parser import Parser
from app.controller.v1 import all_routes

WORLD: dict[str, Any] = json.loads(os.environ["CONTRACT_WORLD"])
_STRANGERS = {number for number in WORLD["theirs"].values() if len(number) > 10}
_chance = random.Random(1)
_PLACEHOLDER = re.compile(r"<(?:\w+:)?(\w+)>")
_PARSERS: dict[tuple[str, str], Parser] = {
    (_PLACEHOLDER.sub(r"{\1}", each.path), method): about.parser
    for each in all_routes()
    for method in ("get", "post", "patch", "delete")
    if (about := getattr(getattr(each.resource, method, None), "operation", None)) and about.parser
}


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Half of the ids are real things', ours or the strangers': most made-up ones would only be 404.

    What is no id is left alone: it is there to be refused.
    """
    if not path_parameters:
        return path_parameters
    whose = _chance.choice(("ours", "ours", "theirs", None, None, None))
    if whose is not None:
        for name in path_parameters:
            if name in WORLD[whose] and is_id(path_parameters[name]):
                path_parameters[name] = WORLD[whose][name]
    return path_parameters


def is_id(value: Any) -> bool:
    return not isinstance(value, bool) and str(value).isdigit() and 0 < int(value) <= HIGHEST


def shown_by(response: Any) -> str:
    """The text of an answer; of a workbook or another archive, that of the files in it."""
    if response.content[:2] != b"PK":
        return str(response.content.decode(errors="replace"))
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        return "".join(archive.read(name).decode(errors="replace") for name in archive.namelist())


@schemathesis.check
def nothing_of_strangers(context: Any, response: Any, case: Any) -> None:
    """No answer shows a name of the other organization, nor an id that was not asked for."""
    text = shown_by(response)
    if WORLD["mark"] in text:
        raise AssertionError("The answer shows a name of another organization.")
    asked = json.dumps([case.path_parameters, case.query, case.body], default=str)
    shown = [number for number in _STRANGERS if number in text and number not in asked]
    if shown:
        raise AssertionError(f"The answer shows ids of another organization: {shown}")


@schemathesis.check
def a_good_form_is_refused_for_its_meaning_only(context: Any, response: Any, case: Any) -> None:
    """400 after a request that fits the schema: the parser, which knows forms alone, must have let it pass.

    It is `positive_data_acceptance` for that status, which says both "that is no date" and "that site is not
    there": the first would be a schema that promises too much.
    """
    parser = _PARSERS.get((case.operation.path, case.method.lower()))
    mode = case.meta.generation.mode if case.meta else None
    if response.status_code != 400 or parser is None or mode != GenerationMode.POSITIVE:
        return
    source = case.body if parser.place == "json" else case.query
    if not isinstance(source, dict):
        return
    _, wrong = parser.read(source)
    if wrong:
        raise AssertionError(f"The schema takes what the parser refuses: {wrong}")
