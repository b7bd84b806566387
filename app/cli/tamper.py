"""`flask tamper`: judge page histories, watch a page live. Needs no database and no Redis."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import orjson

from app.cli.lines import answer_lines
from app.core.settings import get_settings
from app.engine.tamper.exchange import document_of, judge_case
from app.engine.tamper.fetch import Fetcher, Want
from app.engine.tamper.fetch.views import VIEWS
from app.engine.tamper.inventory import Inventory, take_inventory
from app.engine.tamper.judge import ViewCase, confirm, judge
from app.engine.tamper.profile import LEARNING, learn
from app.engine.tamper.sentences import sentence
from app.engine.tamper.types import PLAIN, Observation, Verdict

EVERYWHERE = ("0.0.0.0/0", "::/0")
_CONFIRM_SECONDS = 10


@click.group("tamper", help="Is the page still what its owner published?")
def tamper() -> None:
    pass


@tamper.command("judge")
@click.option(
    "--jsonl", "as_lines", is_flag=True, required=True, help="One case a line in, one verdict a line out."
)
def judge_lines(as_lines: bool) -> None:
    """Judge cases from standard input. A bad line gives an error and the next is read; exit status 1 then."""
    answer_lines(lambda case: judge_case(case, lambda path: Path(path).read_bytes()))


@tamper.command("watch")
@click.argument("url")
@click.option("--interval", default=60.0, show_default=True, help="Seconds between two looks.")
@click.option("--count", default=0, help="Looks to take after learning; 0: until Ctrl-C.")
@click.option(
    "--view", "views", multiple=True, type=click.Choice(sorted(VIEWS)), help="Further visitors to look as."
)
@click.option("--json", "as_json", is_flag=True, help="A JSON line a look instead of sentences.")
@click.option("--locale", type=click.Choice(["en", "zh"]), default="en")
@click.option("--allow-private", is_flag=True, help="Reach private and loopback addresses too.")
@click.option(
    "--ca", type=click.Path(exists=True, dir_okay=False), help="Certificate authorities to trust (PEM)."
)
def watch(
    url: str,
    interval: float,
    count: int,
    views: tuple[str, ...],
    as_json: bool,
    locale: str,
    allow_private: bool,
    ca: str | None,
) -> None:
    """Learn URL as it is now, then say what changes. Exit status 1 when the last look gave an alert."""
    settings = get_settings()
    allow = EVERYWHERE if allow_private or settings.ALLOW_PRIVATE_TARGETS else ()
    fetcher = Fetcher(ca_file=ca or settings.CA_FILE, dns_servers=settings.DNS_SERVERS, now=time.time)
    verdict = Verdict("ok")
    try:
        for verdict in _looks(fetcher, url, allow, (PLAIN, *views), interval, count):
            if as_json:
                click.echo(orjson.dumps({"url": url, "at": int(time.time()), **document_of(verdict, locale)}))
            else:
                _tell(verdict, locale)
    except KeyboardInterrupt:
        click.echo("", err=True)
    finally:
        fetcher.close()
    raise SystemExit(1 if verdict.verdict == "alert" else 0)


def _looks(
    fetcher: Fetcher, url: str, allow: tuple[str, ...], views: tuple[str, ...], interval: float, count: int
) -> Iterator[Verdict]:
    learned: dict[str, list[Inventory]] = {view: [] for view in views}
    for number in range(LEARNING):
        for view, page in _look(fetcher, url, allow, views).items():
            if page.error:
                raise click.ClickException(f"{url}: {page.error}")
            learned[view].append(page)
        click.echo(f"learning {number + 1}/{LEARNING}", err=True)
        time.sleep(1)
    profiles = {view: learn(pages) for view, pages in learned.items()}

    def look() -> Verdict:
        seen = _look(fetcher, url, allow, views)
        others = [ViewCase(view, profiles[view], seen[view]) for view in views[1:]]
        return judge(profiles[PLAIN], seen[PLAIN], others)

    done = 0
    while not count or done < count:
        verdict = look()
        if verdict.verdict != "ok":
            time.sleep(min(_CONFIRM_SECONDS, interval))
            verdict = confirm(verdict, look())
        yield verdict
        done += 1
        if not count or done < count:
            time.sleep(interval)


def _look(fetcher: Fetcher, url: str, allow: tuple[str, ...], views: tuple[str, ...]) -> dict[str, Inventory]:
    """An inventory a view; the plain one with the files beside it."""
    seen = dict(zip(views, fetcher.fetch([Want(url, view=view, allow=allow) for view in views]), strict=True))
    found: dict[str, Inventory] = {}
    for view, observation in seen.items():
        page = take_inventory(observation)
        if view == PLAIN and page.wanted and not page.error:
            page = take_inventory(_with_assets(fetcher, observation, page, allow))
        found[view] = page
    return found


def _with_assets(
    fetcher: Fetcher, observation: Observation, page: Inventory, allow: tuple[str, ...]
) -> Observation:
    return replace(observation, assets=fetcher.fetch_assets(observation, page.wanted, allow=allow))


def _tell(verdict: Verdict, locale: str) -> None:
    at = time.strftime("%H:%M:%S")
    click.echo(f"{at} {verdict.verdict}")
    for reason in verdict.reasons:
        click.echo(f"  {reason.level:6} {reason.cls}: {sentence(reason.code, reason.detail, locale)}")
        if reason.where:
            click.echo(f"         {reason.where}")
