"""What goes into the tamper engine (`Observation`) and what comes out (`Verdict`).

Moments are unix seconds. Bodies are bytes as received, after content decoding; nothing here is trusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Level = Literal["notice", "alert"]
Word = Literal["ok", "notice", "alert"]
Severity = Literal["low", "medium", "high", "critical"]

CLASSES = (
    "defacement",
    "dark_link",
    "malicious_script",
    "hidden_iframe",
    "miner",
    "redirect",
    "form_hijack",
    "seo_spam",
    "sensitive_word",
    "skimmer",
    "resource_replaced",
    "content_removed",
    "cloaking",
    "dns_hijack",
)
"""What a reason may be about."""

PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Redirect:
    """One hop: what `url` answered, and where it sent us."""

    url: str
    status: int
    location: str


@dataclass(frozen=True, slots=True)
class Asset:
    """A file the page loads, fetched beside it.

    `role` is script, stylesheet, image or icon. `sha256` is hex and empty when nothing came (`status` 0: no
    answer). `phash` is the picture's 64-bit difference hash in hex. `text` is a stylesheet's, for its rules.
    """

    url: str
    role: str
    status: int
    sha256: str = ""
    size: int = 0
    content_type: str = ""
    phash: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """Everything seen of one page at one moment through one view.

    `headers` are the response's, in order, names as received. `error` is a key of what went wrong, with an
    empty body; `is_cut` says that the body was longer than we read. `requests` are the addresses a browser
    asked for while it showed the page.
    """

    url: str
    status: int
    body: bytes
    at: int
    content_type: str = ""
    final_url: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    redirects: tuple[Redirect, ...] = ()
    assets: tuple[Asset, ...] = ()
    addresses: tuple[str, ...] = ()
    certificate: Mapping[str, Any] | None = None
    requests: tuple[str, ...] = ()
    view: str = PLAIN
    error: str | None = None
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that is not as approved.

    `code` names the sentence (see `app.engine.tamper.sentences`), `detail` holds the values it names.
    `key` is
    the same for the same change on another page or at another time: by it changes are folded, confirmed and
    allowed. `where` says where in the page, `before` and `after` are excerpts of its text, never markup to
    show.
    """

    detector: str
    cls: str
    severity: Severity
    level: Level
    code: str
    key: str
    detail: dict[str, Any] = field(default_factory=dict)
    where: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`verdict` is alert when a reason is one, else notice when there is any, else ok."""

    verdict: Word
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """What an owner has said about their page.

    `allowed` are keys of reasons that are always right here. `words` are further sensitive words, by the
    organization; `allowed_words` are none here. `exempt` are learned regions, by key, confirmed by hand;
    `strict` are learned regions taken back.
    """

    allowed: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    allowed_words: frozenset[str] = frozenset()
    exempt: frozenset[str] = frozenset()
    strict: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of the page counts: CSS selectors to watch (empty: all of it) and to leave out."""

    watch: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
