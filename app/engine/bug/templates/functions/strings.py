"""Functions that make texts and lists of texts."""

from __future__ import annotations

import json
from typing import Any

from app.engine.bug.templates.functions.registry import function
from app.engine.bug.templates.patterns import compile_pattern
from app.engine.bug.templates.texts import MOST, to_bytes, to_string, to_text

_SPACE = " \t\n\v\f\r\x85\xa0"


@function("to_lower", "tolower")
def to_lower(text: Any) -> str:
    return to_string(text).lower()


@function("to_upper", "toupper")
def to_upper(text: Any) -> str:
    return to_string(text).upper()


@function("to_title")
def to_title(text: Any) -> str:
    return to_string(text).title()


@function("to_string")
def as_string(value: Any) -> str:
    return to_string(value)


@function("len")
def length(value: Any) -> float:
    """Bytes of a text, as Go counts, or items of a list."""
    if isinstance(value, list | tuple):
        return float(len(value))
    return float(len(to_bytes(to_string(value))))


@function("trim", least=2, most=2)
def trim(text: Any, characters: Any) -> str:
    return to_string(text).strip(to_string(characters))


@function("trim_left", least=2, most=2)
def trim_left(text: Any, characters: Any) -> str:
    return to_string(text).lstrip(to_string(characters))


@function("trim_right", least=2, most=2)
def trim_right(text: Any, characters: Any) -> str:
    return to_string(text).rstrip(to_string(characters))


@function("trim_space")
def trim_space(text: Any) -> str:
    return to_string(text).strip(_SPACE)


@function("trim_prefix", least=2, most=2)
def trim_prefix(text: Any, prefix: Any) -> str:
    return to_string(text).removeprefix(to_string(prefix))


@function("trim_suffix", least=2, most=2)
def trim_suffix(text: Any, suffix: Any) -> str:
    return to_string(text).removesuffix(to_string(suffix))


@function("replace", least=3, most=3)
def replace(text: Any, old: Any, new: Any) -> str:
    whole, part, other = to_string(text), to_string(old), to_string(new)
    if (len(whole) + 1) * max(1, len(other)) > 100 * MOST:
        raise ValueError("too long")
    return whole.replace(part, other)[:MOST]


@function("replace_regex", least=3, most=3)
def replace_regex(text: Any, pattern: Any, new: Any) -> str:
    return compile_pattern(to_string(pattern)).replace(to_string(text), to_string(new)[:1_000])


@function("remove_bad_chars", least=2, most=2)
def remove_bad_chars(text: Any, bad: Any) -> str:
    return to_string(text).translate(dict.fromkeys(map(ord, to_string(bad))))


@function("split", least=1, most=3)
def split(text: Any, separator: Any = ",", count: Any = -1) -> list[str]:
    parts = to_string(separator)
    if not parts:
        return list(to_string(text)[:10_000])
    most = int(count)
    return to_string(text).split(parts, most - 1 if most > 0 else -1)


@function("concat", least=1, most=None)
def concat(*values: Any) -> str:
    return "".join(map(to_string, values))[:MOST]


@function("join", least=2, most=None)
def join(separator: Any, *values: Any) -> str:
    items: list[Any] = []
    for value in values:
        items += value if isinstance(value, list | tuple) else [value]
    return to_string(separator).join(map(to_string, items))[:MOST]


@function("repeat", least=2, most=2)
def repeat(text: Any, count: Any) -> str:
    times = int(float(to_string(count)))
    if times < 0 or times * len(to_string(text)) > MOST:
        raise ValueError("too long")
    return to_string(text) * times


@function("reverse")
def reverse(text: Any) -> str:
    return to_string(text)[::-1]


@function("substr", least=2, most=3)
def substr(text: Any, start: Any, end: Any = None) -> str:
    return to_string(text)[int(start) : None if end is None else int(end)]


@function("index", least=2, most=2)
def index(values: Any, at: Any) -> Any:
    place = int(float(to_string(at)))
    if isinstance(values, list | tuple):
        return values[place]
    return to_string(values)[place]


@function("count", least=2, most=2)
def count(text: Any, part: Any) -> float:
    return float(to_string(text).count(to_string(part)))


@function("sort", least=1, most=None)
def sort(*values: Any) -> Any:
    if len(values) == 1 and not isinstance(values[0], list | tuple):
        return "".join(sorted(to_string(values[0])))
    items = values[0] if len(values) == 1 else values
    return sorted(map(to_string, items))


@function("uniq", "unique", least=1, most=None)
def unique(*values: Any) -> Any:
    if len(values) == 1 and not isinstance(values[0], list | tuple):
        return "".join(dict.fromkeys(to_string(values[0])))
    items = values[0] if len(values) == 1 else values
    return list(dict.fromkeys(map(to_string, items)))


@function("padding", least=4, most=4)
def padding(text: Any, pad: Any, length: Any, place: Any) -> str:
    """Filled with `pad` up to `length`, at its `prefix` or `suffix`."""
    value, fill, size = to_string(text), to_string(pad), int(float(to_string(length)))
    if not fill or size > MOST:
        raise ValueError("no padding")
    more = (fill * size)[: max(0, size - len(value))]
    return more + value if to_string(place) == "prefix" else value + more


@function("json_minify")
def json_minify(text: Any) -> str:
    return json.dumps(_json(text), separators=(",", ":"), ensure_ascii=False)


@function("json_prettify")
def json_prettify(text: Any) -> str:
    return json.dumps(_json(text), indent=4, ensure_ascii=False)


def _json(text: Any) -> Any:
    try:
        return json.loads(to_string(text))
    except RecursionError:
        raise ValueError("nested too deeply") from None


@function("print_debug", least=0, most=None)
def print_debug(*values: Any) -> str:
    """Nothing: what an operator would print for himself while writing a template."""
    return ""


@function("xor", least=2, most=None)
def xor(*values: Any) -> str:
    parts = [to_bytes(to_string(value)) for value in values]
    if len({len(part) for part in parts}) != 1:
        raise ValueError("lengths differ")
    mixed = bytearray(parts[0])
    for part in parts[1:]:
        mixed = bytearray(a ^ b for a, b in zip(mixed, part, strict=True))
    return to_text(bytes(mixed))
