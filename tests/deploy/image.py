"""deploy/Dockerfile without Docker: its steps, run in an empty Debian root that debootstrap makes.

Stages are run one after the other in the same root, since each begins where another ended. Every step and
every process has a mount and process namespace of its own, so nothing outlives it and nothing stays mounted.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from config.env import ROOT
from tests import servers

DOCKERFILE = ROOT / "deploy" / "Dockerfile"
RELEASES = {"debian:bookworm-slim": "bookworm"}
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# How this machine reaches the registries: no part of the image, and unset once it is built.
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
CARRIED = re.compile(r"(?i)^(pip_(default_timeout|disable.*|index_url)|https?_proxy|no_proxy)$")
# 1. /dev and /proc of a machine; 2. the root and the user of the step; 3. the step.
ENTER = (
    'root=$0 user=$1; shift; mount --rbind /dev "$root/dev" && mount -t proc proc "$root/proc" '
    '&& exec chroot --userspec="$user" "$root" "$@"'
)


@dataclass(frozen=True, slots=True)
class Step:
    word: str
    rest: str


@dataclass
class Stage:
    name: str
    base: str
    steps: list[Step] = field(default_factory=list)


def read_dockerfile(text: str) -> list[Stage]:
    """The stages of a Dockerfile in their order."""
    stages: list[Stage] = []
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for line in re.sub(r"\\\n\s*", " ", lines).splitlines():
        if not line.strip():
            continue
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            stages.append(Stage(name, base))
        else:
            stages[-1].steps.append(Step(word, rest.strip()))
    return stages


class Image:
    """A root folder that becomes what the image would be."""

    def __init__(self, root: Path) -> None:
        self.root, self.environment = root, {"PATH": PATH}
        self.folder, self.user, self.command = "/", "root", list[str]()
        self._ignored = _patterns(DOCKERFILE.with_name("Dockerfile.dockerignore"))

    def build(self, names: Sequence[str]) -> None:
        """Run these stages."""
        for stage in read_dockerfile(DOCKERFILE.read_text()):
            if stage.name not in names:
                continue
            if stage.base in RELEASES:
                self._bootstrap(RELEASES[stage.base])
            for step in stage.steps:
                getattr(self, f"_{step.word.lower()}")(step.rest)

    def _bootstrap(self, release: str) -> None:
        program = servers.need("debootstrap", package="debootstrap")
        _run([program, "--variant=minbase", release, str(self.root)], "debootstrap")
        # As in Debian's own images: packages start no services while they are installed.
        policy = self.root / "usr" / "sbin" / "policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        shutil.copy("/etc/resolv.conf", self.root / "etc" / "resolv.conf")
        shutil.copy(CERTIFICATES, self.root / "tmp" / "certificates.crt")

    def _run(self, rest: str) -> None:
        _run(self.entering(["sh", "-ec", rest], self._carried()), rest)

    def _carried(self) -> dict[str, str]:
        given = {name: value for name, value in os.environ.items() if CARRIED.match(name)}
        names = ("PIP_CERT", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "npm_config_cafile")
        return {**given, **dict.fromkeys(names, "/tmp/certificates.crt")}

    def entering(self, words: Sequence[str], more: Mapping[str, str] | None = None) -> list[str]:
        """The command that runs `words` within, as the image's user, in its folder."""
        given = {**self.environment, "HOME": "/tmp" if self.user != "root" else "/root", **(more or {})}
        within = [*(f"{name}={value}" for name, value in given.items())]
        change = ["/bin/sh", "-c", 'cd "$0" && exec "$@"', self.folder]
        spaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
        enter = [*spaces, "sh", "-c", ENTER, str(self.root), self._ids()]
        return [*enter, "/usr/bin/env", "-i", *within, *change, *words]

    def _ids(self) -> str:
        if self.user == "root":
            return "0:0"
        for line in (self.root / "etc" / "passwd").read_text().splitlines():
            name, _, uid, gid, *_ = line.split(":")
            if name == self.user:
                return f"{uid}:{gid}"
        raise AssertionError(f"USER {self.user} is not in the image")

    def _copy(self, rest: str) -> None:
        *sources, target = rest.split()
        to = self.root / target.lstrip("/") if target.startswith("/") else self.inside(self.folder) / target
        for source in sources:
            path = ROOT / source
            into = to / path.name if target.endswith("/") else to
            for file in self._kept(path):
                place = into / file.relative_to(path) if path.is_dir() else into
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file, place)

    def _kept(self, path: Path) -> Iterator[Path]:
        """The files of the context under a path, without those that .dockerignore leaves out."""
        name = str(path.relative_to(ROOT))
        if name != "." and any(pattern.match(name) for pattern in self._ignored):
            return
        if path.is_dir() and not path.is_symlink():
            for entry in sorted(path.iterdir()):
                yield from self._kept(entry)
        elif path.is_file():
            yield path

    def inside(self, path: str) -> Path:
        """Where a path of the image is on this machine."""
        return self.root / path.lstrip("/")

    def _env(self, rest: str) -> None:
        for pair in shlex.split(rest):
            name, _, value = pair.partition("=")
            self.environment[name] = value

    def _workdir(self, rest: str) -> None:
        self.folder = rest
        self.inside(rest).mkdir(parents=True, exist_ok=True)

    def _user(self, rest: str) -> None:
        self.user = rest

    def _cmd(self, rest: str) -> None:
        self.command = json.loads(rest)

    def _volume(self, rest: str) -> None:
        assert self.inside(rest).is_dir(), f"VOLUME {rest} is not there"

    def _healthcheck(self, rest: str) -> None:
        assert rest == "NONE" or json.loads(rest.partition("CMD ")[2])

    def _expose(self, rest: str) -> None:
        assert all(port.isdigit() for port in rest.split())


def _patterns(path: Path) -> list[re.Pattern[str]]:
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return [re.compile(_expression(line)) for line in lines]


def _expression(pattern: str) -> str:
    anywhere = pattern.startswith("**/")
    return ("(.*/)?" if anywhere else "") + fnmatch.translate(pattern.removeprefix("**/"))


def _run(words: Sequence[str], what: str) -> None:
    done = subprocess.run(list(words), capture_output=True, text=True, timeout=1500, check=False)
    assert done.returncode == 0, f"{what}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


def need_namespaces() -> None:
    """Skip, or fail where CI=true, unless this machine lets us have roots of our own."""
    servers.need("debootstrap", package="debootstrap")
    servers.need("unshare", package="util-linux")
    asked = ["unshare", "--mount", "--pid", "--fork", "sh", "-c", "mount -t tmpfs none /mnt"]
    may = os.getuid() == 0 and subprocess.run(asked, capture_output=True, check=False).returncode == 0
    if not may:
        # Nothing that installing could mend: a container that was given no right to mount.
        pytest.skip("making a Debian root takes root's right to mount, which this machine does not give")
