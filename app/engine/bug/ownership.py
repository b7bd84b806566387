"""Does whoever asks for active checks answer for the host? Three ways to show it, each looked at from
outside.

- `dns`: a TXT record of `_cloudeye.<host>`, which only who manages the zone can write.
- `file`: a file below `/.well-known/`, which only who manages the server can put there. A site that answers
  any address, or repeats it, proves nothing: an address that cannot exist is asked beside it.
- `meta`: an element in the head of the home page. Whoever may edit the page can write that, so it opens
  passive checks only.

Nothing is kept here; the same questions are asked again whenever the answer matters.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from time import monotonic
from typing import Any, Literal

from lxml import etree, html

from app.engine.bug.fetch_once import REDIRECTS, Fetched, Getter, leaves_host
from app.engine.bug.long_tags import without_long_tags
from app.engine.bug.ownership_words import SENTENCES
from app.engine.net.charset import decode
from app.engine.net.names import ask_names
from app.engine.net.target import TargetError, parse_target

MethodName = Literal["dns", "file", "meta"]
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")
_MAX_FILE = 1_000
_MAX_PAGE = 500_000
_META = "cloudeye-verification"
_HEAD = frozenset({"base", "link", "meta", "noscript", "script", "style", "template", "title"})
_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Method:
    """One way. `permits_active`: whether it opens active checks too."""

    name: MethodName
    permits_active: bool
    title: Mapping[str, str]


METHODS: Mapping[MethodName, Method] = {
    method.name: method
    for method in (
        Method("dns", True, {"en": "DNS record", "zh": "DNS 记录"}),
        Method("file", True, {"en": "File on the site", "zh": "网站上的文件"}),
        Method("meta", False, {"en": "Meta tag in the home page", "zh": "首页的 meta 标签"}),
    )
}


@dataclass(frozen=True, slots=True)
class Checked:
    """What one look has shown. `code` is a key of `ownership_words.SENTENCES`, `detail` holds its values,
    `at` is the moment in unix seconds."""

    ok: bool
    method: MethodName
    code: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    at: float = 0.0

    @property
    def permits_active(self) -> bool:
        return self.ok and METHODS[self.method].permits_active

    @property
    def is_certain(self) -> bool:
        """False when nothing was learned (a time-out, no answer): no reason to take a permission away at
        once."""
        return self.code not in (
            "dns_timeout",
            "dns_failed",
            "timeout",
            "unreachable",
            "broken",
            "server_error",
        )

    def sentence(self, locale: str = "en") -> str:
        texts = SENTENCES[self.code]
        return (texts.get(locale[:2]) or texts["en"]).format_map(dict(self.detail))


def proof(token: str) -> str:
    """What the record and the file say. Raises ValueError for a token that is none."""
    if not _TOKEN.fullmatch(token):
        raise ValueError("a token is 16 to 128 letters, digits, hyphens and underscores")
    return f"{_META}={token}"


def record_name(host: str) -> str:
    """Where the TXT record stands; the port of `host` does not matter."""
    return f"_cloudeye.{_name_of(host)[0]}"


def file_path(token: str) -> str:
    return f"/.well-known/cloudeye-{token}.txt"


def meta_tag(token: str) -> str:
    proof(token)
    return f'<meta name="{_META}" content="{token}">'


def check_dns(
    host: str, token: str, *, dns_servers: Sequence[str] = (), timeout: float = 5.0, now: float
) -> Checked:
    """Whether a TXT record of `_cloudeye.<host>` is the proof. `timeout` is in seconds; never raises for what
    name servers do, ValueError for a host or token that is none."""
    expected = proof(token)
    host, is_address = _name_of(host)
    name = f"_cloudeye.{host}"
    checked = _checker("dns", now, name=name, expected=expected, host=host)
    if is_address:
        return checked("dns_needs_name")
    said = ask_names(name, "TXT", dns_servers=dns_servers, timeout=timeout)
    if said.state == "found":
        if any(text.strip() == expected for text in said.records):
            return checked("ok")
        return checked("dns_other_value", found=said.records[0][:_SHOWN])
    codes = {"no_record": "dns_txt_missing", "no_name": "dns_name_missing", "timeout": "dns_timeout"}
    return checked(codes.get(said.state, "dns_failed"))


def check_file(
    host: str,
    token: str,
    *,
    ca_file: str,
    allow: Sequence[str] = (),
    dns_servers: Sequence[str] = (),
    timeout: float = 10.0,
    now: float,
) -> Checked:
    """Whether the file is there, by https or http, with exactly the proof as its body. `host` may carry a
    port, `allow` names networks that may be contacted although they are not public. At most two redirects
    within the host are followed. `timeout` is in seconds for each request."""
    expected = proof(token)

    def look(origin: str, end: float) -> Checked:
        get = Getter(ca_file, allow, dns_servers, end)
        return _look_at_file(origin, token, expected, get, now)

    return _by_either(host, look, timeout)


def check_meta(
    host: str,
    token: str,
    *,
    ca_file: str,
    allow: Sequence[str] = (),
    dns_servers: Sequence[str] = (),
    timeout: float = 10.0,
    now: float,
) -> Checked:
    """Whether the head of the home page has the element. As `check_file` otherwise."""
    proof(token)

    def look(origin: str, end: float) -> Checked:
        return _look_at_home(origin, token, Getter(ca_file, allow, dns_servers, end), now)

    return _by_either(host, look, timeout)


def _by_either(host: str, look: Callable[[str, float], Checked], timeout: float) -> Checked:
    """By https for half of the time, and by http where that did not show it: a site may have only one. What a
    server said counts more than that nobody answered."""
    _name_of(host)
    begun = monotonic()
    first = look(f"https://{host}", begun + timeout / 2)
    if first.ok or first.code == "address_refused":
        return first
    second = look(f"http://{host}", begun + timeout)
    return second if second.ok else max(first, second, key=_weight)


def _weight(checked: Checked) -> int:
    """How much an outcome tells; of two that tell as much, the first counts."""
    silence = ("unreachable", "broken", "timeout", "tls_failed")
    return silence.index(checked.code) if checked.code in silence else len(silence)


def _look_at_file(origin: str, token: str, expected: str, get: Getter, now: float) -> Checked:
    url = origin + file_path(token)
    checked = _checker("file", now, url=url, expected=expected)
    got = get(url, _MAX_FILE + 2)
    problem = _problem(got)
    if problem is not None:
        return checked("file_missing" if problem[0] == "missing" else problem[0], **problem[1])
    if not _says(got.body, expected):
        is_page = got.content_type in ("text/html", "application/xhtml+xml") or b"<html" in got.body.lower()
        return checked("file_is_page" if is_page else "file_wrong_body", found=_excerpt(got.body))
    other = secrets.token_hex(16)
    beside = get(origin + file_path(other), _MAX_FILE + 2)
    if beside.error is not None:
        return checked("timeout" if beside.error == "timeout" else "unreachable", host=origin)
    if beside.status == 200 and (_says(beside.body, expected) or _says(beside.body, proof(other))):
        return checked("catch_all")
    return checked("ok")


def _says(body: bytes, expected: str) -> bool:
    """Exactly that, with one line end at most."""
    return body.removesuffix(b"\n").removesuffix(b"\r") == expected.encode("ascii")


def _look_at_home(origin: str, token: str, get: Getter, now: float) -> Checked:
    url = origin + "/"
    checked = _checker("meta", now, url=url, tag=meta_tag(token))
    got = get(url, _MAX_PAGE)
    problem = _problem(got)
    if problem is not None:
        return checked("status_unexpected" if problem[0] == "missing" else problem[0], **problem[1])
    if got.content_type not in ("", "text/html", "application/xhtml+xml"):
        return checked("not_html", found=got.content_type[:_SHOWN])
    found = meta_tokens(decode(got.body, got.content_type))
    if token in found:
        return checked("ok")
    if found:
        return checked("meta_other_value", found=found[0][:_SHOWN])
    return checked("meta_not_in_head" if token.encode() in got.body else "meta_missing")


def meta_tokens(text: str) -> tuple[str, ...]:
    """The contents of our meta elements that stand directly in the head. Comments, scripts, `noscript` and
    the body do not count: visitors may write there."""
    if not text.strip():
        return ()
    parser = html.HTMLParser(encoding="utf-8", huge_tree=False, recover=True)
    try:
        tree = html.document_fromstring(without_long_tags(text).encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return ()
    first = next((each for each in tree if isinstance(each.tag, str)), None)
    if first is None or first.tag != "head" or (tree.text or "").strip():
        return ()
    elements = [each for each in first if isinstance(each.tag, str)]
    # At anything else a browser begins the body, whatever the page calls it.
    metas = [each for each in takewhile(lambda each: each.tag in _HEAD, elements) if each.tag == "meta"]
    named = [each for each in metas if (each.get("name") or "").strip().lower() == _META]
    return tuple((each.get("content") or "").strip() for each in named)


def _problem(got: Fetched) -> tuple[str, dict[str, Any]] | None:
    """Why an answer is none to look at; None when it is one."""
    if got.error is not None:
        known = ("timeout", "address_refused", "tls_failed", "broken", "dns_timeout")
        code = got.error if got.error in known else "unreachable"
        return ("timeout" if code == "dns_timeout" else code), {"host": parse_target(got.url).authority}
    if got.status in REDIRECTS:
        code = "redirected_away" if leaves_host(got) else "too_many_redirects"
        return code, {"location": got.location[:_SHOWN]}
    if got.status == 429 or got.status >= 500:
        return "server_error", {"status": got.status}
    return None if got.status == 200 else ("missing", {"status": got.status})


def _checker(method: MethodName, now: float, **detail: Any) -> Callable[..., Checked]:
    def checked(code: str, **more: Any) -> Checked:
        return Checked(code == "ok", method, code, {**detail, **more}, now)

    return checked


def _name_of(host: str) -> tuple[str, bool]:
    """The host without its port, and whether it is an address. Raises ValueError (TargetError) for none."""
    target = parse_target(f"http://{host}")
    if target.path != "/" or host.endswith("/"):
        raise TargetError("A host is a name or an address, with a port where it is an unusual one.")
    return target.host, target.is_address


def _excerpt(body: bytes) -> str:
    return " ".join(body[: 2 * _SHOWN].decode("utf-8", "replace").split())[:_SHOWN]
