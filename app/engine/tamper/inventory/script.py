"""What a piece of script says: its skeleton, the hosts it names, and what it is able to do.

The skeleton is the code with its literals stripped, so that another time stamp, token or article list
makes no
other script of it. Hosts and abilities are looked for in the text and in what it decodes to: concatenated,
escaped, reversed, base64 and character-code strings are taken apart, two layers deep, without running
anything.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import NamedTuple
from urllib.parse import unquote

import orjson

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

ABILITIES: dict[str, re.Pattern[str]] = {
    "eval": re.compile(
        r"\beval\s*\(|\bnew\s+Function\s*\(|\bFunction\s*\(\s*[\"'`]|\bset(?:Timeout|Interval)\s*\(\s*[\"'`]"
        r"|constructor\s*+(?:[\])]\s*+)?[(\[]\s*+[\"'`]|\bexecScript\s*\(|\[[\"']eval[\"']\]|javascript:\s*eval"
    ),
    "decode": re.compile(
        r"\batob\b\s*[(\]]|[\"']atob[\"']|\bunescape\s*\(|fromCharCode|fromCodePoint"
        r"|(?:\\x[0-9a-fA-F]{2}){6}|(?:\\u00[0-9a-fA-F]{2}){6}|(?:%[0-9a-fA-F]{2}){12}"
        r"|\.reverse\s*\(\s*\)\s*\.\s*join|String\.raw"
    ),
    "obfuscated": re.compile(
        r"\b_0x[0-9a-fA-F]{2,}|function\s*\(\s*p\s*,\s*a\s*,\s*c\s*,\s*k\s*,\s*e|[\[\]()!+]{24}|[$゚ωﾟ]{4}"
        r"|[\"'][A-Za-z0-9+/]{160,}={0,2}[\"']"
    ),
    "write": re.compile(
        r"document\s*(?:\.\s*write(?:ln)?|\[\s*[\"']write(?:ln)?[\"']\s*\])\s*\(\s*(?:[\"'`]\s*<|unescape"
        r"|decode|atob|\w+\s*\))"
    ),
    "location": re.compile(
        r"\blocation(?:\s*\.\s*href)?\s*=(?!=)|\blocation\s*\.\s*(?:replace|assign)\s*\("
        r"|\blocation\s*\[\s*[\"'](?:href|replace|assign)[\"']\s*\]"
        r"|[\"']location[\"']\s*\]\s*(?:\.\s*href\s*|\[\s*[\"']href[\"']\s*\]\s*)?=(?!=)"
        r"|\bwindow\.navigate\s*\("
    ),
    "inject": re.compile(
        r"createElement[\"'\]\s]*\(\s*[\"'`](?:script|iframe|frame|object|embed|form)[\"'`]"
        r"|[\"'`]<\s*(?:script|iframe)",
        re.I,
    ),
    "page": re.compile(
        r"document\s*\.\s*(?:body|documentElement)\s*\.\s*(?:(?:inner|outer)(?:HTML|Text)"
        r"|textContent)\s*=(?!=)"
        r"|document\s*\.\s*open\s*\(|document\.title\s*=(?!=)|(?:body"
        r"|documentElement)\s*\.\s*replace(?:Children|With)"
        r"|getElementsByTagName\(\s*[\"'](?:body|html)[\"']\s*\)\s*\[\s*0\s*\]\s*\.\s*innerHTML\s*="
    ),
    "listen": re.compile(
        r"[\"'`](?:keydown|keyup|keypress|input|paste|submit|blur|change|beforeunload)[\"'`]"
        r"|\bon(?:key(?:down|up|press)|input|submit|paste|blur|change)\s*=(?!=)",
    ),
    "network": re.compile(
        r"\bfetch\s*\(|XMLHttpRequest|sendBeacon|new\s+Image\b|new\s+WebSocket\b|new\s+EventSource\b"
        r"|\$\s*\.\s*(?:post|get|ajax|getJSON|getScript)\s*\(|\baxios\b|ActiveXObject|\.\s*src\s*=(?!=)"
    ),
    "cookie": re.compile(r"document\s*\.\s*cookie|[\"']cookie[\"']\s*\]"),
    "secret": re.compile(
        r"type\s*=\s*\\?[\"']?password|card.?num|cc.?num|\bcvv\b|\bcvc\b|cc-(?:number|csc)|cardnumber"
        r"|FormData\s*\(|querySelectorAll\s*\(\s*[\"'`](?:input|form)|\.elements\b|\bforms\s*\[",
        re.I,
    ),
    "action": re.compile(
        r"\.\s*(?:action|formAction)\s*=(?!=)|setAttribute\s*\(\s*[\"'](?:form)?action[\"']", re.I
    ),
    "visitor": re.compile(
        r"referrer(?:(?!referrer).){0,200}?(?:baidu|google|sogou|bing|yahoo|yandex|naver|so\.com|haosou|sm\.cn)"
        r"|(?:baiduspider|googlebot|bingbot|sogou|360spider|yisouspider|yandexbot)",
        re.I | re.S,
    ),
    "own": re.compile(
        r"[\"'`](?:\.{0,2}/(?![/*])[\w./-]{2,200}|[\w/-]{1,100}\.(?:js|html?|php|aspx?))[\"'`?#]"
    ),
    "worker": re.compile(r"serviceWorker\s*\.\s*register|importScripts\s*\(|new\s+(?:Shared)?Worker\s*\("),
    "wasm": re.compile(r"\bWebAssembly\b|application/wasm|\\0asm|AGFzbQ"),
    "miner": re.compile(
        r"coin-?hive|coinimp|crypto-?loot|cryptonight|deepminer|jsecoin|webminer|minero|authedmine|coin-have"
        r"|monerominer|webmine|ppoi\.org|cryptonoter|webassembly\.stream|\bstratum\+|\bCoinHive\b"
        r"|\bMiner\s*\("
        r"|miner\.start\b|startMining|randomx|\bxmrig?\b|hashvault|supportxmr|minexmr|nanopool|throttleMiner",
        re.I,
    ),
    "hide": re.compile(
        r"\.\s*style\s*\.\s*(?:display|visibility|opacity)\s*=\s*[\"'](?:none|hidden|0)[\"']", re.I
    ),
    "links": re.compile(r"\.\s*href\s*=(?!=)|setAttribute\s*\(\s*[\"'](?:href|src)[\"']"),
    "clipboard": re.compile(
        r"clipboardData\s*+(?:\)\s*+)?\.\s*setData|[\"'`]copy[\"'`]\s*,\s*(?:function|\(|\w+\s*=>|async)"
    ),
}
# Words (in lower case) without which an ability cannot be there: looking for them is a hundred times faster.
_HINTS: dict[str, tuple[str, ...]] = {
    "eval": (
        "eval",
        "new function",
        "constructor",
        "execscript",
        *(f"{name}({quote}" for name in ("function", "settimeout", "setinterval") for quote in "'\"`"),
    ),
    "decode": ("atob", "unescape", "fromchar", "fromcode", "\\x", "\\u00", "%", "reverse", "string.raw"),
    "write": ("write",),
    "location": ("location", "open", "navigate", "history"),
    "inject": ("createelement", "<"),
    "page": ("document", "getelementsbytagname", "body"),
    "listen": ("key", "input", "paste", "submit", "blur", "change", "beforeunload"),
    "network": (
        "fetch",
        "xmlhttp",
        "sendbeacon",
        "image",
        "socket",
        "eventsource",
        "$",
        "axios",
        "activex",
        "src",
    ),
    "cookie": ("cookie",),
    "secret": ("password", "card", "cc", "cv", "formdata", "queryselector", "elements", "forms"),
    "action": ("action",),
    "visitor": ("referrer", "spider", "bot", "sogou"),
    "worker": ("worker", "importscripts"),
    "wasm": ("wasm", "webassembly", "agfzbq"),
    "miner": (
        "mine",
        "coin",
        "crypto",
        "stratum",
        "randomx",
        "xmr",
        "hashvault",
        "ppoi",
        "nanopool",
        "webassembly",
    ),
    "hide": ("style",),
    "links": ("href", "setattribute"),
    "clipboard": ("clipboard", "copy"),
}

_URL = re.compile(
    r"(?:(?:https?|wss?|ftp):)(?:\\?/){2}(?:[^/\s\"'`<>\\@]{0,80}@)?(\[[0-9a-f:.]+\]|[^\W_][\w.-]{0,250})",
    re.I,
)
_BARE = re.compile(
    r"""["'`(=]\s*(?:\\?/){2}([^\W_](?:[\w-]{0,62}\.){1,40}[a-z]{2,24}|\d{1,3}(?:\.\d{1,3}){3})(?=[/:"'`?#\\])""",
    re.I,
)
# A value with a quoted key is data, as programs write it: `"url": "https://…"`.
_DATUM = re.compile(r'''":\s*"(?:[^"\\]|\\.)*+"''')
_STRING = re.compile(r"""\"((?:[^"\\\n]|\\.){4,400}+)\"|'((?:[^'\\\n]|\\.){4,400}+)'""")
_SPLIT = re.compile(r"""["'`]\s*\+\s*["'`]""")
_LISTED = re.compile(r"""["'`]\s*,\s*["'`]""")
_HEX = re.compile(r"\\x([0-9a-fA-F]{2})|\\u\{?([0-9a-fA-F]{4})\}?|%u([0-9a-fA-F]{4})")
_OCTAL = re.compile(r"\\([0-3][0-7]{2})")
_CODES = re.compile(r"(?:\b(?:0x[0-9a-f]{1,4}|\d{2,5})\s*,\s*){5,}(?:0x[0-9a-f]{1,4}|\d{2,5})\b", re.I)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_QUOTED64 = re.compile(r"""["'`]([A-Za-z0-9+/]{12,}={0,2})["'`]""")
_PLAIN_NAME = re.compile(r"[\w.:-]+\Z")
_ASSIGNED = re.compile(
    r"\s*(?:(?:var|let|const|window|self|globalThis)\b[\s.]*)?(?:[\w$.]"
    r"|\[\s*[\"'][\w$.:-]{1,80}[\"']\s*\]){1,200}+\s*=\s*"
    r"(?:JSON\.parse\(\s*)?(?=[\[{])"
)
_PUSHED = re.compile(r"\s*\(?\s*(?:self|window)\.__next_f(?:\s*=.*?\|\|\s*\[\]\s*\))?\s*\)?\.push\(", re.S)
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
        hosts = _hosts(text.replace("\\/", "/"))
        if "importmap" in kind:
            return ScriptFacts("importmap", hosts, (), (), False, "", len(text))
        return ScriptFacts("data", (), hosts, (), True, _sentences(text), len(text))
    data_hosts = _hosts("\n".join(_DATUM.findall(text[:MAX_CODE]))) if '":' in text else ()
    skeleton_, code = _read_code(text[:MAX_CODE])
    layers = _layers(_DATUM.sub('":"', code) if data_hosts else code)
    small = [layer.lower() for layer in layers]
    hosts = tuple(sorted({host for layer in layers for host in _hosts(layer)}))
    abilities = tuple((name, count) for name in ABILITIES if (count := _count(name, layers, small)))
    return ScriptFacts(skeleton_, hosts, data_hosts, abilities, False, _sentences(text), len(text))


def _sentences(text: str) -> str:
    """The strings with a blank or with letters beyond ASCII in them, one a line; nothing of a long script."""
    if len(text) > _MAX_TOLD:
        return ""
    if "&#" in text:
        text = html.unescape(text)
    found = (match[1] or match[2] for match in _STRING.finditer(text))
    return "\n".join(each for each in found if " " in each.strip() or not each.isascii())[:2_000]


def _count(name: str, layers: list[str], small: list[str]) -> int:
    """How often an ability shows in the text, or in what it decodes to, whichever is more."""
    hints = _HINTS.get(name)
    looked = 1 if name in ("obfuscated", "decode") else len(layers)
    return max(
        len(ABILITIES[name].findall(layers[i]))
        if hints is None or any(hint in small[i] for hint in hints)
        else 0
        for i in range(looked)
    )


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


def _hosts(text: str) -> tuple[str, ...]:
    found = {host.lower().strip(".-") for host in _URL.findall(text)} if ":" in text else set()
    if "//" in text or "/\\/" in text:
        found.update(host.lower() for host in _BARE.findall(text))
    return tuple(sorted(host for host in found if _looks_like_host(host))[:_MAX_HOSTS])


def _looks_like_host(host: str) -> bool:
    if host.startswith("["):
        return True
    if "." not in host or ".." in host or "_" in host.rsplit(".", 1)[-1]:
        return False
    last = host.rsplit(".", 1)[-1]
    return not last.isdigit() or host.count(".") == 3


def _layers(text: str) -> list[str]:
    """The text, then what is written in it: 1. split strings joined, 2. escapes undone, 3. numbers as
    characters, 4. base64; twice over."""
    layers = [text]
    current = text
    for _ in range(2):
        found = list(_decoded(current))
        joined = _SPLIT.sub("", current)
        if joined != current:
            found.append(joined)
        if not found:
            break
        current = "\n".join(found)[:_MAX_DECODED]
        layers.append(current)
    return layers


def _decoded(text: str) -> list[str]:
    found: list[str] = []
    if "\\x" in text or "\\u" in text or "%u" in text:
        plain = _HEX.sub(_from_hex, text)
        found.append(_SPLIT.sub("", plain))
    if "\\1" in text or "\\0" in text:
        plain = _OCTAL.sub(lambda match: chr(int(match[1], 8)), text)
        if plain != text:
            found.append(plain)
    if text.count("%") > 5:
        found.append(unquote(text))
    if text.count(",") > 5:
        found.extend(_from_codes(match.group()) for match in _CODES.finditer(text))
        if ".join" in text or "reverse" in text:
            found.append(_LISTED.sub("", text))
    if "reverse" in text:
        found.append(text[::-1])
    if "atob" in text or "base64" in text or "decode" in text or "Buffer" in text or "eval" in text:
        found.extend(_unbase64(match.group()) for match in _BASE64.finditer(_SPLIT.sub("", text)))
    else:
        found.extend(_unbase64(match[1]) for match in _QUOTED64.finditer(text))
    return [each for each in found if each]


def _from_hex(match: re.Match[str]) -> str:
    code = int(match[1] or match[2] or match[3], 16)
    return chr(code) if not 0xD800 <= code < 0xE000 else ""


def _from_codes(text: str) -> str:
    """`104,116,116,112` → `http`; also with one number added to or taken from each, when that gives a URL."""
    codes = [
        int(part, 16 if part.strip().lower().startswith("0x") else 10) for part in text.split(",")[:20_000]
    ]
    plain = "".join(chr(code) if 9 <= code < 0xD800 else " " for code in codes)
    if "http" in plain or "//" in plain or "<" in plain:
        return plain
    for first in ("http", "//", "<s", "<i", "var", "doc", "win"):
        shift = codes[0] - ord(first[0])
        if shift and all(codes[i] - shift == ord(char) for i, char in enumerate(first) if i < len(codes)):
            return "".join(chr(code - shift) if 9 <= code - shift < 0xD800 else " " for code in codes)
    return plain if sum(32 <= code < 127 for code in codes) > 0.9 * len(codes) else ""


def _unbase64(text: str) -> str:
    """The decoded text when it is text, else nothing."""
    text = text.replace("-", "+").replace("_", "/").rstrip("=")
    if len(text) > 200_000:
        text = text[:200_000]
    try:
        raw = base64.b64decode(
            text[: len(text) - (len(text) % 4 == 1)] + "=" * (-len(text) % 4), validate=True
        )
    except (binascii.Error, ValueError):
        return ""
    printable = sum(32 <= byte < 127 or byte in (9, 10, 13) for byte in raw[:200])
    return raw.decode("latin-1") if printable >= 0.95 * min(len(raw), 200) else ""


_Find = Callable[[str], tuple[str, ...]]
hosts_in: _Find = _hosts
"""The hosts of the URLs written in a text, sorted."""
