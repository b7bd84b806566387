"""What a piece of script says: its skeleton, the hosts it names, and what it is able to do.

The skeleton is the code with its literals stripped, so that another time stamp, token or article list
makes no
other script of it. Hosts and abilities are looked for in the text and in what it decodes to: concatenated,
escaped, reversed, base64 and character-code strings are taken apart, two layers deep, without running
anything.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from hashlib import blake2b
from typing import NamedTuple

import orjson

from app.engine.tamper.inventory.abilities import ABILITIES, count
from app.engine.tamper.inventory.named import hosts_in
from app.engine.tamper.inventory.unpack import layers_of

MAX_CODE = 400_000
_MAX_TOKENS = 200_000
_MAX_TOLD = 8_000
_MAX_DECODED = 200_000
_MAX_HOSTS = 1_000
_MAX_REMEMBERED = 4_096
_FEW_HOSTS = 100


class ScriptFacts(NamedTuple):
    """`hosts` are named in code, not in its comments, `data_hosts` in data. `abilities` are the names of
    `ABILITIES`, each as often
    as it is found. `is_data` says that nothing in it runs; `says` are its strings that look like sentences,
    of short scripts only."""

    skeleton: str
    hosts: tuple[str, ...]
    data_hosts: tuple[str, ...]
    abilities: tuple[tuple[str, int], ...]
    is_data: bool
    says: str
    size: int


_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z)|<!--|-->)
    |(?P<string>"(?:[^"\\\n]++|\\.)*+"|'(?:[^'\\\n]++|\\.)*+'|`(?:[^`\\]++|\\.)*+`)
    |(?P<regex>(?<=[(,=:\[!&|?{};\n])/(?![*/])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*+\])++/[a-z]*+)
    |(?P<number>\b(?:0[xX][0-9a-fA-F]+|\d[\d_.]*(?:[eE][+-]?\d+)?)n?)
    |(?P<word>[^\W\d][\w$]*|\$[\w$]*)
    |(?P<sign>[^\s\w])""",
    re.X | re.S,
)
# The same for text full of quotes and slashes that nothing ends: they reach to the end of their line.
_BROKEN_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z)|<!--|-->)
    |(?P<string>"(?:[^"\\\n]++|\\.)*+(?:"|)|'(?:[^'\\\n]++|\\.)*+(?:'|)|`(?:[^`\\]++|\\.)*+(?:`|))
    |(?P<number>\b(?:0[xX][0-9a-fA-F]+|\d[\d_.]*(?:[eE][+-]?\d+)?)n?)
    |(?P<word>[^\W\d][\w$]*|\$[\w$]*)
    |(?P<sign>[^\s\w])""",
    re.X | re.S,
)
_MAX_SEARCHED = 4_000_000
"""Characters looked through in vain for the ends of quotes and slashes."""
_LITERAL_WORDS = frozenset(("true", "false", "null", "undefined", "NaN", "Infinity"))
_DIGITS = re.compile(r"\d+")
# Innermost arrays and objects of literals become one literal themselves.
_FOLD = re.compile(r"\[(?:_(?:,_)*+,?)?\]|\{[\w$]++:_(?:,[\w$]++:_)*+,?\}|\{\}(?=[,\])}])|_(?:\+_)++|-_")

# A value with a quoted key is data, as programs write it: `"url": "https://…"`.
_DATUM = re.compile(r'''":\s*"(?:[^"\\]|\\.)*+"''')
_STRING = re.compile(r"""\"((?:[^"\\\n]|\\.){4,400}+)\"|'((?:[^'\\\n]|\\.){4,400}+)'""")
_ASSIGNED = re.compile(
    r"\s*(?:(?:var|let|const|window|self|globalThis)\b[\s.]*)?(?:[\w$.]"
    r"|\[\s*[\"'][\w$.:-]{1,80}[\"']\s*\]){1,200}+\s*=\s*"
    r"(?:JSON\.parse\(\s*)?(?=[\[{])"
)
_DATA_TYPES = re.compile(
    r"json|template|x-handlebars|text/plain|text/html|mustache|importmap|speculationrules", re.I
)


# By the hash of the text, so that nobody fills the memory with scripts.
_remembered: dict[bytes, ScriptFacts] = {}


def read_script(text: str, kind: str = "") -> ScriptFacts:
    """Facts of an inline script, an event handler or a `javascript:` address. `kind` is the type attribute.

    Bounded: beyond 400,000 characters only hosts and abilities are looked for.
    """
    kind = kind[:80]
    key = blake2b(f"{kind}\n{text}".encode("utf-8", "replace"), digest_size=16).digest()
    facts = _remembered.get(key)
    if facts is None:
        facts = _read_script(text, kind)
        if len(_remembered) >= _MAX_REMEMBERED:
            _remembered.clear()
        if len(facts.hosts) + len(facts.data_hosts) <= _FEW_HOSTS:
            _remembered[key] = facts
    return facts


def _read_script(text: str, kind: str) -> ScriptFacts:
    if (kind and _DATA_TYPES.search(kind)) or _is_data(text):
        hosts = hosts_in(text.replace("\\/", "/"))
        if "importmap" in kind:
            return ScriptFacts("importmap", hosts, (), (), False, "", len(text))
        return ScriptFacts("data", (), hosts, (), True, _sentences(text), len(text))
    data_hosts = hosts_in("\n".join(_DATUM.findall(text[:MAX_CODE]))) if '":' in text else ()
    skeleton_, code = _read_code(text[:MAX_CODE])
    layers = layers_of(_DATUM.sub('":"', code) if data_hosts else code)
    small = [layer.lower() for layer in layers]
    hosts = tuple(sorted({host for layer in layers for host in hosts_in(layer)}))
    abilities = tuple((name, times) for name in ABILITIES if (times := count(name, layers, small)))
    return ScriptFacts(skeleton_, hosts, data_hosts, abilities, False, _sentences(text), len(text))


def _sentences(text: str) -> str:
    """The strings with a blank or with letters beyond ASCII in them, one a line; nothing of a long script."""
    if len(text) > _MAX_TOLD:
        return ""
    if "&#" in text:
        text = html.unescape(text)
    found = (match[1] or match[2] for match in _STRING.finditer(text))
    return "\n".join(each for each in found if " " in each.strip() or not each.isascii())[:2_000]


def _is_data(text: str) -> bool:
    """JSON, or JSON given to one name: nothing runs."""
    head = _ASSIGNED.match(text)
    body = text[head.end() :] if head else text
    body = body.strip().rstrip(";").rstrip()
    if head and "JSON.parse" in head.group():
        body = body.rstrip(")")
    if body[:1] not in ("{", "["):
        return False
    try:
        orjson.loads(body)
    except ValueError:
        return False
    return True


def skeleton(text: str) -> str:
    """A hash of the code without its literals, comments and blanks; digits within names count for nothing."""
    return _read_code(text[:MAX_CODE])[0]


def _read_code(text: str) -> tuple[str, str]:
    """The skeleton, and the text without those comments that name an address."""
    parts: list[str] = []
    comments: list[str] = []
    add = parts.append
    for number, match in enumerate(_tokens(text)):
        kind = match.lastgroup
        if kind == "comment" and "//" in match.group()[2:] and "." in match.group():
            comments.append(match.group())
        if kind == "word":
            word = match.group()
            add("_" if word in _LITERAL_WORDS else word)
        elif kind == "sign":
            add(match.group())
        elif kind != "comment":
            add("_")
        if number > _MAX_TOKENS:
            break
    code = _DIGITS.sub("0", "\x00".join(parts)).replace("\x00", " ")
    code = re.sub(r"(?<=[^\w$]) | (?=[^\w$])|^ | $", "", code)
    for _ in range(12):
        folded = _FOLD.sub("_", code)
        if folded == code:
            break
        code = folded
    for comment in comments[:200]:
        text = text.replace(comment, " ", 1)
    return blake2b(code.encode("utf-8", "replace"), digest_size=8).hexdigest(), text


def _tokens(text: str) -> Iterator[re.Match[str]]:
    searched = at = 0
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "sign" and match.group() in "\"'`/":
            end = text.find("\n", match.end())
            searched += (end if end >= 0 and match.group() != "`" else len(text)) - match.start()
            if searched > _MAX_SEARCHED:
                at = match.end()
                break
        yield match
    if at:
        yield from _BROKEN_TOKEN.finditer(text, at)
