"""Checking an evidence package, which anybody may have made: in bounded time and memory, nothing unpacked.

1. Read the zip's directory, if its end says that it is small. 2. Hash every file, as far as it may be long.
3. Read the manifest and recompute its chain. 4. Compare. 5. Check the signature. 6. Compare the zip itself
with the only form it may have, so that no byte outside of the files can have been changed either.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any, BinaryIO

from app.engine.tamper.evidence.archive import (
    MANIFEST,
    MAX_BYTES,
    MAX_FILE_BYTES,
    MAX_FILES,
    Entry,
    bounded_directory,
    has_only_form,
    is_safe,
)
from app.engine.tamper.evidence.manifest import (
    FORMAT,
    VERSION,
    chained,
    head_of,
    is_signed,
    written,
)
from app.engine.tamper.evidence.report import Report

MAX_MANIFEST_BYTES = 4 * 1024 * 1024
_PIECE = 1024 * 1024
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, OSError, NotImplementedError)
_FACTS = ("format", "version", "organization", "alert_id", "number", "previous_head", "made_at", "signer")
_HEX = re.compile(r"[0-9a-f]{64}\Z")
# What is shown to people must not write on their terminal.
_FIELDS = {
    "format": re.compile(FORMAT),
    "organization": re.compile(r".{1,64}\Z"),
    "alert_id": re.compile(r"[0-9]{1,19}\Z"),
    "previous_head": re.compile(r"([0-9a-f]{64})?\Z"),
    "made_at": re.compile(r"[0-9T:.+-]{19,32}\Z"),
    "signer": _HEX,
    "head": _HEX,
    "signature": re.compile(r"[0-9a-f]{128}\Z"),
}


def verify(path: Path, key: str | None = None) -> Report:
    """Check the package at a path. `key` is the public key (hex) its signer must have.

    Whatever is wrong stands in the report: a file that cannot be read, too.
    """
    report = Report()
    try:
        with _regular(path) as file:
            _check(file, os.fstat(file.fileno()).st_size, key, report)
    except OSError as error:
        report.add("unreadable", f"The file cannot be read: {error.strerror or error}.")
    return report


def check_order(report: Report, before: Report) -> None:
    """Does the package follow the other one in the organization's chain? What is wrong goes into `report`."""
    if not before.ok:
        report.add("chain", "The package it should follow is not good itself.")
    elif report.about and report.about["previous_head"] != before.head:
        report.add("chain", "It does not follow the package given: its previous head is another.")


def _regular(path: Path) -> BinaryIO:
    # Without O_NONBLOCK a pipe would keep us waiting for its writer.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError("it is not a regular file")
    return os.fdopen(handle, "rb")


def _check(file: BinaryIO, size: int, key: str | None, report: Report) -> None:
    if size > MAX_BYTES + MAX_FILES * 1024:
        report.add("unreadable", "It is larger than an evidence package can be.")
        return
    if not bounded_directory(file, size):
        report.add(
            "unreadable", "It is no whole zip archive with few files: cut off, damaged, or another file."
        )
        return
    try:
        with zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
            hashes, manifest = _hash_all(archive, infos, report)
    except _BROKEN as error:
        report.add("unreadable", f"The archive's directory cannot be read: {error}.")
        return
    document = _document(manifest, report)
    if document is not None:
        _compare(document, hashes, report)
        _check_signature(document, key, report)
    entries = [Entry(info.filename, info.file_size, info.CRC) for info in infos]
    if not _is_our_form(file, size, entries):
        report.add(
            "form",
            "The archive is not packed as CloudEye packs it: bytes outside of the files were changed or "
            "added, or somebody has packed the files anew.",
        )


def _is_our_form(file: BinaryIO, size: int, entries: list[Entry]) -> bool:
    names = [entry.name for entry in entries]
    try:
        in_order = names == [*sorted(set(names) - {MANIFEST}), MANIFEST]
        return in_order and has_only_form(file, size, entries)
    except struct.error:
        return False  # A size that only ZIP64 can write.


def _hash_all(
    archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo], report: Report
) -> tuple[dict[str, tuple[int, str]], bytes | None]:
    """({name: (size, sha256)} of the files that can be read, the manifest's bytes)."""
    hashes: dict[str, tuple[int, str]] = {}
    manifest: bytes | None = None
    left = MAX_BYTES
    for info in infos:
        name = info.filename
        if not is_safe(name):
            report.add(
                "name", f"A file has the name {name[:200]!r}, which might lead out of its folder.", name[:200]
            )
        elif name in hashes:
            report.add("doubled", f"{name} is in the archive twice.", name)
        elif name == MANIFEST:
            manifest = _read(archive, info, report)
            hashes[name] = (info.file_size, "")
        else:
            hashes[name] = _hash(archive, info, min(left, MAX_FILE_BYTES), report)
            # Counted as declared, in and out, whatever comes of it: files of a zip may lie on one another.
            left -= max(info.file_size, info.compress_size)
    hashes.pop(MANIFEST, None)
    return hashes, manifest


def _hash(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int, report: Report) -> tuple[int, str]:
    """(size, sha256) of a file; (0, "") when it cannot be read or is longer than it may be."""
    digest, length = hashlib.sha256(), 0
    if max(info.file_size, info.compress_size) > most or info.compress_type not in _METHODS:
        report.add(
            "unreadable", f"{info.filename} is too large, or packed in a way we never use.", info.filename
        )
        return 0, ""
    try:
        with archive.open(info) as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
                length += len(piece)
    except _BROKEN as error:
        report.add("changed", f"{info.filename} has been changed or damaged: {error}.", info.filename)
        return 0, ""
    return length, digest.hexdigest()


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, report: Report) -> bytes | None:
    """The manifest's bytes; None, and said in the report, when they cannot be read."""
    size = max(info.file_size, info.compress_size)
    if size > MAX_MANIFEST_BYTES or info.compress_type not in _METHODS:
        report.add(
            "manifest", f"{MANIFEST} is larger than it can be, or packed in a way we never use.", MANIFEST
        )
        return b""
    try:
        with archive.open(info) as file:
            return file.read(MAX_MANIFEST_BYTES + 1)
    except _BROKEN as error:
        report.add("manifest", f"{MANIFEST} has been changed or damaged: {error}.", MANIFEST)
        return b""


def _document(manifest: bytes | None, report: Report) -> dict[str, Any] | None:
    """The manifest, if it has the shape and the spelling that it must have."""
    if manifest is None:
        report.add("missing", f"{MANIFEST} is missing: nothing says what belongs to the package.", MANIFEST)
        return None
    if not manifest:
        return None  # Said already.
    try:
        document = json.loads(manifest)
        if not _has_shape(document):
            raise ValueError("its fields are not those of a manifest")
        if written(document) != manifest:
            raise ValueError("it is not written as CloudEye writes it")
    except (ValueError, RecursionError) as error:
        report.add("manifest", f"{MANIFEST} has been changed: {error}.", MANIFEST)
        return None
    return dict(document)


def _has_shape(document: Any) -> bool:
    if not isinstance(document, dict) or document.keys() != {*_FACTS, "files", "head", "signature"}:
        return False
    if type(document["number"]) is not int or document["version"] != VERSION:
        return False
    if not all(_is_text(document[name], pattern) for name, pattern in _FIELDS.items()):
        return False
    files = document["files"]
    return isinstance(files, list) and len(files) < MAX_FILES and all(_is_line(line) for line in files)


def _is_text(value: Any, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, str) and value.isprintable() and pattern.match(value) is not None


def _is_line(line: Any) -> bool:
    return (
        isinstance(line, dict)
        and line.keys() == {"name", "size", "sha256", "chain"}
        and type(line["size"]) is int
        and isinstance(line["name"], str)
        and is_safe(line["name"])
        and all(_is_text(line[name], _HEX) for name in ("sha256", "chain"))
    )


def _compare(document: dict[str, Any], hashes: dict[str, tuple[int, str]], report: Report) -> None:
    """The files with the manifest's lines, and the lines with each other."""
    listed = {line["name"]: (line["size"], line["sha256"]) for line in document["files"]}
    said = {problem.file for problem in report.problems}
    for name, size_and_hash in listed.items():
        if name not in hashes:
            report.add("missing", f"{name} is missing.", name)
        elif hashes[name] != size_and_hash and name not in said:
            report.add(
                "changed", f"{name} has been changed: its size or SHA-256 is not the manifest's.", name
            )
    for name in sorted(hashes.keys() - listed.keys()):
        report.add("extra", f"{name} does not belong to the package: the manifest does not name it.", name)
    stated = {name: document[name] for name in _FACTS}
    lines = chained(stated, [(line["name"], line["size"], line["sha256"]) for line in document["files"]])
    for line, given in zip(lines, document["files"], strict=True):
        if line.chain != given["chain"]:
            report.add(
                "chain",
                f"The chain is broken at {line.name}: the manifest was changed there or before.",
                line.name,
            )
            break
    if head_of(stated, lines) != document["head"]:
        report.add("chain", "The head is not the end of the chain: the manifest was changed.", MANIFEST)
    if len(listed) != len(document["files"]) or [*listed] != sorted(listed):
        report.add("manifest", f"{MANIFEST} names a file twice, or not in order.", MANIFEST)
    report.files, report.head, report.about = len(listed), document["head"], stated


def _check_signature(document: dict[str, Any], key: str | None, report: Report) -> None:
    report.signer = document["signer"]
    if not is_signed(document["head"], document["signature"], document["signer"]):
        report.add(
            "signature", "The signature is wrong: the holder of the key did not sign this head.", MANIFEST
        )
    if key is not None:
        report.is_known_signer = key.lower() == document["signer"]
        if not report.is_known_signer:
            report.add("signer", "It was signed with another key than the one given.", MANIFEST)
