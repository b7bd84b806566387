"""What dangerous scripts look like: sources that a visitor's link decides, and where they must not go."""

# ruff: noqa: E501 — patterns read best unbroken

from __future__ import annotations

import re

SOURCE = (
    r"(?:(?:window\.|document\.|self\.|top\.|parent\.)?location\.(?:hash|search|href)\b|(?:window\.|document\.)location\b(?!\.(?:protocol|host|origin|pathname|port|reload|replace|assign))|"
    r"document\.(?:URL|documentURI|baseURI|referrer)\b|(?:window|self)\.name\b|"
    r"new URLSearchParams\((?:window\.|document\.)?location\.(?:search|hash)[^)]{0,40}\))(?!\s?=(?!=))"
)
SINK = (
    r"(?:document\.write(?:ln)?\s?\(|\.(?:inner|outer)HTML\s?\+?=(?!=)|\.insertAdjacentHTML\s?\([^,]{1,40},|(?<![\w.$])eval\s?\(|"
    r"new Function\s?\(|(?<![\w.$])set(?:Timeout|Interval)\s?\(\s?[\"'`][^;\n]{0,80}\+\s?|\.(?:html|append|prepend|after|before)\s?\(|\$\s?\(\s?(?=(?:window\.)?location\.hash)|"
    r"\.createContextualFragment\s?\(|\.srcdoc\s?=(?!=))"
)
DIRECT = re.compile(SINK + r"[^;\n]{0,160}?" + SOURCE)
TAKES = re.compile(
    r"(?<![\w.$])(?:var |let |const )?([A-Za-z_$][\w$]{0,40})\s?=(?!=)\s?[^;\n=]{0,120}?"
    + SOURCE
    + r"[^;\n]{0,160}"
)
SINK_ONLY = re.compile(SINK)
SAFE = re.compile(
    r"encodeURI|escape|DOMPurify|sanitiz|parseInt|Number\(|\.test\(|textContent|createTextNode|===|!==|indexOf|JSON\.parse|encode\(|split\([\"'][?#][\"']\)\[0\]",
    re.I,
)
GUIDE_WORDS = ("location", "document.URL", "document.referrer", "documentURI", "window.name")
REDIRECT = re.compile(
    r"(?:(?<![\w.$])(?:window\.|document\.|top\.|self\.)?location(?:\.href)?\s?=(?!=)|location\.(?:assign|replace)\s?\()\s?"
    r"(?:decodeURIComponent\s?\()?(?:new URLSearchParams\((?:window\.)?location\.(?:search|hash)[^)]{0,40}\)\.get\(|"
    r"(?:window\.)?location\.(?:hash|search)\.(?:slice|substr|substring|split|replace)\()"
)
POST_ANY = re.compile(
    r"(?<![\w$])(?!(?:window|self|this|globalThis)\.postMessage)[\w$.\])]{1,80}\.postMessage\s?\(\s?(?![\"'`][^\"'`\n]{0,200}[\"'`]\s?,)[^;\n]{1,300}?,\s?[\"'`]\*[\"'`]"
)
LISTENS = re.compile(r"addEventListener\s?\(\s?[\"']message[\"']\s?,|(?<![\w$])onmessage\s?=(?!=)")
STORES = re.compile(
    r"(?<![\w$])(localStorage|sessionStorage)(?:\.setItem\s?\(\s?[\"'`]|\[[\"'`]|\.)([\w:.-]{0,40}(?:token|jwt|password|passwd|secret|session_?id|credential|api_?key)[\w-]{0,20})"
    r"(?:[\"'`]\s?,|[\"'`]\]\s?=(?!=)|\s?=(?!=))",
    re.I,
)
NO_SECRET = re.compile(r"csrf|xsrf|tokenize|fcm|push|device|expir|type|_at$|name$", re.I)
CLIENT_LOGIN = re.compile(
    r"if\s?\(\s?[^)\n]{0,120}?(?:(?<![A-Za-z])(?:password|passwd|passcode|pwd|pass(?![a-z])|pin(?![a-z]))|Password|Passwd|Passcode|Pwd|Pass(?![a-z]))"
    r"\w{0,12}(?:\.value|\.val\(\))?\s?===?\s?[\"'`]([^\"'`\s]{3,60})[\"'`]"
)
COOKIE = re.compile(r"document\.cookie\s?=(?!=)\s?[\"'`]([\w.-]{2,60})=")
WEAK_HASH = re.compile(
    r"(?<![\w$])(?:CryptoJS\.(?:MD5|SHA1)|md5|hex_md5|MD5|sha1|SHA1)\s?\([^)\n]{0,80}?(?:pass(?:word|wd)?|pwd)",
    re.I,
)
WEAK_RANDOM = re.compile(
    r"(?<![A-Za-z])(\w{0,20}(?:token|session_?id|password|secret|otp|nonce|csrf)\w{0,12})[\"']?\s?[:=](?!=)\s?[^;\n]{0,80}?Math\.random\(",
    re.I,
)
DOMAIN = re.compile(r"document\.domain\s?=(?!=)")
