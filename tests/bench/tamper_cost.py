"""What a check of a watched page costs: CloudEye against changedetection.io 0.60.10, on the same pages.

Both run whole, as they are installed, on real pages of about 25 kB served by one nginx: some of them never
change, the others carry news that are others at every request. Each is told to check all of its pages, round
after round; the figure is the CPU time of its processes divided by the pages that nginx says were fetched.

- CloudEye: every process runs, and gets the messages its scheduler sends. Counted are the tamper worker
  (fetch, hash, inventory, verdict, recording) and Redis.
- changedetection.io: installed from PyPI into a temporary environment, run by its own command, told by its
  API to check everything (`recheck_all`), so that its own workers, processor and store do the work.
"""

from __future__ import annotations

import statistics
import sys

from tests import servers
from tests.bench import _changedetection
from tests.bench._figures import Figures
from tests.bench._tamper_ours import Ours, running_ours
from tests.bench._tamper_site import BenchSite, bench_site

SAME, NEWS = 400, 100
"""Pages of each kind. More with news than profiles are kept in memory, so that reading them counts."""
THEIR_SAME = 100
ROUNDS = 5
LONG_ROUNDS = 10


def _measure_ours(ours: Ours, site: BenchSite, theirs: tuple[float, float], figures: Figures) -> None:
    news = ours.watch("News", site.base_url, site.news)
    ours.check(news)  # Fills what is kept in memory.
    costs = [ours.check(news)[0] for _ in range(ROUNDS)]
    figures.tell("CPU of a check, changed page", statistics.median(costs), "ms", most=20, against=theirs[0])
    figures.tell("changed pages that were not ok", len(news) - ours.states(news)["OK"], "pages", most=0)
    same = ours.watch("Same", site.base_url, site.same)
    ours.check(same)
    cost, speed = ours.check(same, LONG_ROUNDS)
    figures.tell("CPU of a check, unchanged page", cost, "ms", most=2, against=theirs[1])
    figures.tell("checks of unchanged pages", speed, "checks/s", least=200)


def main() -> bool:
    figures = Figures("tamper_cost")
    try:
        with bench_site(SAME, NEWS) as site:
            with _changedetection.running() as program:
                theirs = (
                    round(program.cost(site.news, ROUNDS, site.asked), 2),
                    round(program.cost(site.same[:THEIR_SAME], ROUNDS, site.asked), 2),
                )
            with running_ours(site.asked) as ours:
                _measure_ours(ours, site, theirs, figures)
    except servers.ServerError as error:
        print(error, file=sys.stderr)
        return False
    return figures.is_met


if __name__ == "__main__":
    sys.exit(not main())
