"""What a server must say: a text, a regular expression, or bytes written in hexadecimal."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal

from pydantic import Field

from app.engine.usability.wording import shown

Format = Literal["text", "regex", "hex"]
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_ESCAPES = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0", "\\": b"\\"}


def format_field() -> Any:
    return Field(
        "text",
        title="Format of what is expected",
        description="Text, a regular expression (RE2), or bytes in hexadecimal.",
        json_schema_extra=shown(
            "期望格式",
            "文本、正则表达式（RE2）或十六进制字节。",
            "select",
            "answer",
            choices={
                "text": {"en": "text", "zh": "文本"},
                "regex": {"en": "regular expression", "zh": "正则表达式"},
                "hex": {"en": "hexadecimal", "zh": "十六进制"},
            },
        ),
    )


def read_bytes(text: str, form: Literal["text", "hex"]) -> bytes:
    r"""The bytes that a text means: hexadecimal, or UTF-8 with \r \n \t \0 \\ and \xNN. Raises ValueError."""
    if form == "hex":
        try:
            return bytes.fromhex(text)
        except ValueError:
            raise ValueError("This is not hexadecimal: write pairs of 0-9 and a-f.") from None
    found, place = b"", 0
    for match in _ESCAPE.finditer(text):
        found += text[place : match.start()].encode()
        place = match.end()
        if match[1]:
            found += bytes([int(match[1], 16)])
        elif match[2] in _ESCAPES:
            found += _ESCAPES[match[2]]
        else:
            raise ValueError(rf"\{match[2]} has no meaning here; a backslash itself is written \\.")
    return found + text[place:].encode()


@lru_cache(maxsize=2000)
def matcher(text: str, form: Format) -> Callable[[bytes], bool]:
    """Whether bytes contain what is expected. Regular expressions are RE2's, whose time is bounded.

    Raises ValueError with a sentence.
    """
    if form != "regex":
        wanted = read_bytes(text, form)
        return lambda data: wanted in data
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        pattern = re2.compile(text, options)
    except re2.error as error:
        raise ValueError(f"This regular expression cannot be used: {error}") from None
    return lambda data: pattern.search(data.decode("utf-8", "replace")) is not None
