"""What a piece of script is able to do, by the words it takes to do it."""

from __future__ import annotations

import re

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


def count(name: str, layers: list[str], small: list[str]) -> int:
    """How often an ability shows in the text, or in what it decodes to, whichever is more."""
    hints = _HINTS.get(name)
    looked = 1 if name in ("obfuscated", "decode") else len(layers)
    return max(
        len(ABILITIES[name].findall(layers[i]))
        if hints is None or any(hint in small[i] for hint in hints)
        else 0
        for i in range(looked)
    )
