"""SARIF's own JSON schema, out of a package that ships it; fetched once and kept in pytest's cache."""

from __future__ import annotations

import base64
import hashlib
import io
import subprocess
import tarfile
import tempfile
from pathlib import Path

import orjson
import pytest

from config.launch.vendor import npm_command

_PACKAGE = "@microsoft/jest-sarif@1.0.0-beta.0"
_SHA512 = "A1fOhPd6Ic5iDk4F9YPw1qNB4XF+7+IviR7xl8r2F6QzQkx5cpY9LsGk2rExiFIEcBbjpVnSmwWGBukASkiQ9A=="
_MEMBER = "package/lib/schemas/sarif-2.1.0-rtm.5.json"


def sarif_schema(cache: pytest.Cache) -> dict[str, object]:
    """Skips the test where npm's registry cannot be reached."""
    kept = Path(cache.mkdir("sarif")) / "schema.json"
    if not kept.exists():
        kept.write_bytes(_fetched())
    # A bracket that stands alone is itself to ECMAScript, and an error to stricter readers.
    text = kept.read_text(encoding="utf-8").replace("[a-zA-Z]{2}]?$", r"[a-zA-Z]{2}\\]?$")
    found: dict[str, object] = orjson.loads(text)
    return found


def _fetched() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        try:
            pack = [*npm_command(Path(folder)), "pack", "--silent", "--ignore-scripts", _PACKAGE]
            subprocess.run(pack, cwd=folder, check=True, capture_output=True, timeout=120)
        except (OSError, subprocess.SubprocessError) as error:
            pytest.skip(f"no package of npm could be had: {error}")
        (archive,) = Path(folder).glob("*.tgz")
        data = archive.read_bytes()
    assert base64.b64encode(hashlib.sha512(data).digest()).decode() == _SHA512
    with tarfile.open(fileobj=io.BytesIO(data)) as package:
        file = package.extractfile(_MEMBER)
        assert file is not None
        return file.read()
