"""Words of the engine inside sentences, in the reader's language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import app.engine.usability
from app.engine.net.guard import AddressRefusedError, AllowList, check_address
from app.engine.usability.own_words import in_language
from app.engine.usability.reasons import sentence

_RAISED = re.compile(
    r"raise (?:UnjudgedError|UnreadableError|MissingValueError|TokenError|WireError|PacketError|TargetError)"
    r"\(\"([^\"{]+)\""
)


@pytest.mark.parametrize(
    ("text", "zh"),
    [
        ("nothing was found", "没有找到"),
        ("it is no JSON (unexpected end)", "它不是 JSON (unexpected end)"),
        ("HTTP 403, no JSON", "HTTP 403，不是 JSON"),
        ("Connection reset by peer", "Connection reset by peer"),
        ("EHLO", "EHLO"),
        ("", ""),
    ],
)
def test_own_words_are_translated_and_those_of_others_are_not(text: str, zh: str) -> None:
    assert in_language(text, "zh") == zh
    assert in_language(text, "en") == text


def test_a_sentence_has_one_language() -> None:
    detail = {"name": "token", "target": "$.token", "error": "nothing was found"}
    assert sentence("step_value_missing", detail, "zh") == "无法用 $.token 从响应中提取“token”：没有找到。"
    said = sentence("connection_closed", {"step": "key exchange"}, "zh")
    assert said == "服务器在 密钥交换 这一步关闭了连接。"


def test_every_fixed_word_of_the_engine_is_known() -> None:
    folder = Path(app.engine.usability.__file__).parent
    files = [*folder.rglob("*.py"), folder.parent / "net" / "target.py"]
    raised = {word for file in files for word in _RAISED.findall(file.read_text())}
    assert len(raised) > 30
    assert [word for word in sorted(raised) if in_language(word, "zh") == word] == []


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "169.254.1.1", "2002::1", "::ffff:10.0.0.1"])
def test_why_an_address_is_refused_is_known(address: str) -> None:
    with pytest.raises(AddressRefusedError) as refused:
        check_address(address, AllowList())
    assert in_language(refused.value.why, "zh") != refused.value.why
