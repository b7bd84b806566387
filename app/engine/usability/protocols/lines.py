"""Protocols of lines: SMTP and FTP (numbered replies), IMAP (tagged), POP3 (+OK and -ERR)."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from app.engine.usability.stream.stream import Stream, TalkError

# RFC 5321 permits 512 bytes a line, and servers exceed that; nothing sensible is longer than this.
MAX_LINE = 4096
_MAX_LINES = 100


@dataclass(frozen=True, slots=True)
class Reply:
    """A numbered reply (RFC 5321 §4.2, RFC 959 §4.2): its code, and the text of each line."""

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return f"{self.code} {' '.join(self.lines)}".strip()


async def read_line(stream: Stream) -> str:
    """A line without its end. Bytes that are no UTF-8 are replaced. Raises TalkError."""
    line = await stream.read_until(b"\n", MAX_LINE)
    return line.rstrip(b"\r\n").decode("utf-8", "replace")


async def send_line(stream: Stream, line: str) -> None:
    """Send a line. Raises ValueError when the text holds a line's end, which would be a second command."""
    if "\r" in line or "\n" in line or "\0" in line:
        raise ValueError("a command may not contain a line's end")
    await stream.send(line.encode() + b"\r\n")


async def read_reply(stream: Stream) -> Reply:
    """A reply of one or more lines. Raises TalkError when it is none."""
    lines: list[str] = []
    code = ""
    for _ in range(_MAX_LINES):
        line = await read_line(stream)
        if not lines:
            code = line[:3]
            if not (code.isascii() and code.isdigit()) or line[3:4] not in ("", " ", "-"):
                raise stream.unexpected(line, "NNN …")
        lines.append(line[4:] if line.startswith(code) else line)
        # In FTP lines between the first and the last need no number.
        if line[:3] == code and line[3:4] != "-":
            reply = Reply(int(code), tuple(lines))
            stream.note(reply.text)
            return reply
    raise TalkError("answer_too_long", {"step": stream.step, "limit": MAX_LINE * _MAX_LINES})


async def ask(stream: Stream, step: str, line: str) -> Reply:
    """Send a command and read its reply. `step` is its name in failures: the command itself may be secret."""
    stream.step = step
    await send_line(stream, line)
    return await read_reply(stream)


async def demand(stream: Stream, step: str, line: str, *codes: int) -> Reply:
    """The same, with the codes that are accepted. Raises TalkError for others."""
    reply = await ask(stream, step, line)
    return accept(stream, reply, *codes)


def accept(stream: Stream, reply: Reply, *codes: int) -> Reply:
    """The reply, when its code is one of these. Raises TalkError."""
    if reply.code in codes:
        return reply
    if reply.code == 421:
        raise TalkError("service_refused", {"answer": stream.shown(reply.text)})
    raise stream.unexpected(reply.text, "/".join(map(str, codes)))


async def tagged(stream: Stream, step: str, tag: str, command: str) -> tuple[bool, list[str]]:
    """An IMAP command (RFC 3501): whether it was OK, and all lines, the tagged one last. Raises TalkError."""
    stream.step = step
    await send_line(stream, f"{tag} {command}")
    return await tagged_answer(stream, tag)


async def tagged_answer(stream: Stream, tag: str) -> tuple[bool, list[str]]:
    """The answer to an IMAP command, as `tagged` gives it."""
    lines: list[str] = []
    for _ in range(_MAX_LINES):
        line = await read_line(stream)
        lines.append(line)
        if line.startswith(f"{tag} "):
            stream.note(line)
            word = line[len(tag) + 1 :].split(" ", 1)[0].upper()
            if word not in ("OK", "NO", "BAD"):
                raise stream.unexpected(line, "OK")
            return word == "OK", lines
        if not line.startswith(("*", "+")):
            raise stream.unexpected(line, f"{tag} OK")
    raise TalkError("answer_too_long", {"step": stream.step, "limit": MAX_LINE * _MAX_LINES})


async def plus_ok(stream: Stream, step: str, command: str) -> tuple[bool, str]:
    """A POP3 command (RFC 1939), or "" for its greeting: whether it was +OK, and the line."""
    stream.step = step
    if command:
        await send_line(stream, command)
    line = await read_line(stream)
    stream.note(line)
    if line.startswith("+OK"):
        return True, line
    if line.startswith("-ERR"):
        return False, line
    raise stream.unexpected(line, "+OK")


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
