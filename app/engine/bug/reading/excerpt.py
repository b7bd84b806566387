"""An excerpt for people: one line, short, around what was seen."""

from __future__ import annotations

from app.engine.bug.mask import mask_text

MAX_EVIDENCE = 300
MAX_LINE = 280


def clipped(text: str, most: int = MAX_EVIDENCE) -> str:
    """Blanks and control characters become single blanks; at most `most` characters."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * most]).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def around(text: str, start: int, end: int, *, before: int = 40, after: int = 120) -> str:
    """What stands at a place, with a little of what is around it."""
    return clipped(text[max(0, start - before) : min(len(text), end + after)])


def hidden(text: str, start: int, end: int, shown: str, *, before: int = 60, after: int = 40) -> str:
    """As `around`, with what stands at the place replaced by `shown` (its masked form)."""
    head = text[max(0, start - before) : start]
    return clipped(f"{head}{shown}{text[end : end + after]}")


def line_of(text: str, start: int = 0, end: int = 0) -> str:
    """The line or two around a place of a file, with the secrets in them masked."""
    first = max(text.rfind("\n", 0, start) + 1, start - 60)
    last = text.find("\n", end)
    return clipped(mask_text(text[first : min(last if last >= 0 else len(text), end + 160)]), MAX_LINE)
