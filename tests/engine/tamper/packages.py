"""Evidence packages for the tests, and ways to change them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.engine.tamper.evidence import About, Source, build

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ABOUT = About(
    organization="ours",
    alert_id="7301",
    number=3,
    previous_head="ab" * 32,
    made_at="2026-11-21T10:00:00+00:00",
)
FILES = {
    "readme.en.txt": b"Read me\n",
    "after/plain/page.html.txt": b"<h1>Hacked</h1>\n" * 4,
    "after/plain/screenshot.png": bytes(range(256)),
    "alert.json": b'{"id": "7301"}\n',
    "before/plain/page.html.txt": b"<h1>Welcome</h1>\n" * 4,
    "empty.txt": b"",
}


def package(files: dict[str, bytes] = FILES, about: About = ABOUT, key: Ed25519PrivateKey = KEY) -> bytes:
    out = io.BytesIO()
    build(out, [Source(name, lambda data=data: data) for name, data in files.items()], about, key)  # type: ignore[misc]
    return out.getvalue()


def repack(
    whole: bytes,
    change: Callable[[dict[str, bytes]], object],
    *,
    method: int = zipfile.ZIP_STORED,
    ours: bool = True,
) -> bytes:
    """The same zip with changed files; packed by another program, in our form as far as it can."""
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        infos = {info.filename: info for info in archive.infolist()}
        files = {name: archive.read(name) for name in infos}
    change(files)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0) if ours else (2026, 11, 21, 10, 0, 0))
            info.create_system, info.external_attr, info.compress_type = 3, 0o100600 << 16, method
            archive.writestr(info, data)
    return out.getvalue()


def at(folder: Path, data: bytes) -> Path:
    path = folder / "evidence.zip"
    path.write_bytes(data)
    return path


def about(**changes: object) -> About:
    return replace(ABOUT, **changes)  # type: ignore[arg-type]
