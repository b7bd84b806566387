"""`make bench [ONLY=name]`: run the benches of this folder; each prints one JSON line a figure.

A bench is a module with `main() -> bool`, false when a figure misses its target. Each runs in a process of
its own, so that none measures another's leftovers.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def names() -> list[str]:
    """Every bench of this folder, by module name."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))


def run(name: str) -> bool:
    program = f"import sys; from tests.bench.{name} import main; sys.exit(not main())"
    return subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def main(wanted: list[str]) -> int:
    known = names()
    if unknown := [name for name in wanted if name not in known]:
        print(f"There is no bench {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    missed = [name for name in wanted or known if not run(name)]
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
