"""Every sentence of the pages stands in Chinese too."""

from __future__ import annotations

import ast
import re

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import force_locale

from app.web.messages.lookup import in_words
from config.env import ROOT

KEYWORDS = {"_": None, "_l": None, "gettext": None, "ngettext": (1, 2)}


def chinese() -> Catalog:
    with (ROOT / "app" / "translations" / "zh" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file)


def said() -> set[str]:
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = extract_from_dir(ROOT, methods, options, KEYWORDS)
    return {message if isinstance(message, str) else message[0] for _file, _line, message, *_rest in found}


def test_every_sentence_is_translated() -> None:
    catalog = chinese()
    missing = [each for each in sorted(said()) if not (catalog.get(each) and catalog.get(each).string)]  # type: ignore[union-attr]
    assert missing == []


def test_no_translation_is_left_over() -> None:
    ids = {
        message.id if isinstance(message.id, str) else message.id[0] for message in chinese() if message.id
    }
    assert ids - said() == set()


def test_translations_keep_their_placeholders() -> None:
    assert [list(errors) for _message, errors in chinese().check()] == []


def test_no_sentence_has_a_bare_percent_sign() -> None:
    """A template formats every sentence, so that a percent sign alone would be taken for a placeholder."""
    sentences: list[str] = []
    for message in chinese():
        for each in (message.id, message.string):
            sentences += [each] if isinstance(each, str) else (each or ())
    assert [each for each in sentences if "%" in re.sub(r"%\(\w+\)[sd]|%%", "", each)] == []


def _said(node: ast.expr) -> str:
    """A sentence as it may come, with something in the place of each value."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.FormattedValue):
        return "'x'" if node.conversion == ord("r") else "x"
    return "".join(map(_said, node.values)) if isinstance(node, ast.JoinedStr) else ""


def test_what_a_monitors_form_refuses_is_said_in_chinese(app: Flask) -> None:
    engine = ROOT / "app" / "engine" / "usability"
    sentences = {
        _said(node.args[0])
        for folder in ("probes", "fields")
        for path in (engine / folder).glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ValueError"
    } - {"", "This key x."}
    with app.test_request_context(), force_locale("zh"):
        assert len(sentences) > 20 and [each for each in sentences if in_words(each) == each] == []
