"""Every sentence of the pages stands in Chinese too."""

from __future__ import annotations

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

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
