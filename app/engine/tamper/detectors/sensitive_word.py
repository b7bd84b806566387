"""Words nobody wants on their page: our lists by language, and the organization's own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.tamper.lexicon import Found, lexicon
from app.engine.tamper.names import line_key, searched_text
from app.engine.tamper.registry import detector
from app.engine.tamper.seen import Seen, make
from app.engine.tamper.types import Reason

_CLASS = {"hacked": "defacement"}


@detector(
    "sensitive_word",
    {
        "word_new": (
            "The page says “{word}” ({group}), which it never did: “{text}”.",
            "页面出现了从未有过的词语“{word}”（{group}）：“{text}”。",
        ),
        "words_new": (
            "The page says {words} ({group}), which it never did.",
            "页面出现了从未有过的词语：{words}（{group}）。",
        ),
        "word_doubtful": ("The page says “{word}” for the first time.", "页面首次出现“{word}”。"),
    },
)
def look(seen: Seen) -> Iterator[Reason]:
    text = searched_text(seen.page)
    known = set().union(*(p.sensitive for p in seen.family))
    groups: dict[str, list[Found]] = {}
    for found in lexicon(seen.options.words).find(text):
        if found.word in seen.options.allowed_words or found.word in known:
            continue
        if found.group == "own" and found.word in "\n".join(seen.profile.lines):
            continue
        groups.setdefault(found.group, []).append(found)
    head = f"{seen.page.title}\n{seen.page.description}\n{seen.page.keywords}".lower()
    for group, hits in groups.items():
        words = sorted({hit.word for hit in hits})
        strong = [hit for hit in hits if not hit.is_weak]
        in_head = any(word in head for word in words)
        first = strong[0] if strong else hits[0]
        excerpt = _around(text, first)
        if not strong and len(words) < 3 and len(hits) < 4 and not in_head and not _is_planted(seen, words):
            yield make(
                "sensitive_word",
                "sensitive_word",
                "low",
                "notice",
                "word_doubtful",
                words[0],
                after=excerpt,
                word=words[0],
            )
            continue
        if len(words) == 1 and group not in ("hacked", "own") and not in_head and _is_news(seen, words[0]):
            yield make(
                "sensitive_word",
                "sensitive_word",
                "low",
                "notice",
                "word_doubtful",
                words[0],
                after=excerpt,
                word=words[0],
            )
            continue
        cls = _CLASS.get(group, "seo_spam" if in_head else "sensitive_word")
        if len(words) == 1:
            yield make(
                "sensitive_word",
                cls,
                "high",
                "alert",
                "word_new",
                f"{group}:{words[0]}",
                after=excerpt,
                word=words[0],
                group=group,
                text=excerpt,
            )
        else:
            yield make(
                "sensitive_word",
                cls,
                "high",
                "alert",
                "words_new",
                f"{group}",
                after=excerpt,
                words=words[:8],
                group=group,
            )


def _around(text: str, found: Found) -> str:
    """The line the word stands in, cut at blanks to some hundred characters."""
    before = text[max(0, found.start - 50) : found.start].rpartition("\n")[2]
    after = text[found.end : found.end + 60].partition("\n")[0]
    if found.start > 50 and len(before) == 50:
        before = before.partition(" ")[2] or before
    return f"{before}{text[found.start : found.end]}{after}".strip()


def _is_planted(seen: Seen, words: list[str]) -> bool:
    """Whether a doubtful word stands on a new link to a stranger, or in a line that was always there
    without it."""
    for anchor in seen.page.anchors:
        if seen.is_stranger(anchor.host) and not seen.is_volatile("links", anchor.region):
            label = anchor.label.lower()
            if any(word in label for word in words):
                return True
    for line in seen.new_lines:
        text = line_key(line.text)
        if any(word in text for word in words):
            parts = (part.strip() for part in re.split("|".join(map(re.escape, words)), text))
            if any(part in known for part in parts if len(part) >= 12 for known in seen.profile.lines):
                return True
    return False


def _is_news(seen: Seen, word: str) -> bool:
    """Whether the word stands but once, in sight, in a longer sentence of its own: a report on the matter.

    Words planted come in numbers, on links, or in what was always there.
    """
    lines = [line for line in seen.new_lines if word in line.text.lower()]
    return (
        len(lines) == 1
        and not lines[0].hidden
        and len(lines[0].text) >= 2 * len(word) + 6
        and not _is_planted(seen, [word])
    )
