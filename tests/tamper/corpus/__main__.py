"""Write a corpus into a folder.

python -m tests.tamper.corpus OUT [--count 2000] [--seed 1] [--held-out]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.tamper.corpus.generate import generate
from tests.tamper.corpus.sources import all_pages, left_out
from tests.tamper.corpus.write import write


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.tamper.corpus")
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=2000, help="histories")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--held-out", action="store_true", help="pages that are not used while writing the judge"
    )
    given = parser.parse_args()
    pages = all_pages()
    for name, reason in left_out().items():
        print(f"left out {name}: {reason}", file=sys.stderr)
    mine = [page for page in pages if page.is_held_out == given.held_out]
    if not mine:
        print("no pages: no package could be had", file=sys.stderr)
        return 2
    lines = write(generate(given.count, given.seed, mine), given.out)
    print(f"{given.count} histories of {len(mine)} pages, {lines} lines", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
