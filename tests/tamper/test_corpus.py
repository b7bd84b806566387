"""The corpus of page histories: it is the same for the same seed, and its labels are true."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from lxml import html as lxml_html

from tests.tamper.corpus.attacks import ATTACKS
from tests.tamper.corpus.generate import Case, generate
from tests.tamper.corpus.life import WALLS, Life
from tests.tamper.corpus.markup import Document
from tests.tamper.corpus.noise import NOISES
from tests.tamper.corpus.packages import PACKAGES
from tests.tamper.corpus.site import Site
from tests.tamper.corpus.sources import Page, fetch, load
from tests.tamper.corpus.words import Pool
from tests.tamper.corpus.write import write
from tests.tamper.tiny import tiny_page

ORDINARY = [name for name in NOISES if name not in WALLS]


def histories(count: int, seed: int = 1, only: str | None = None) -> list[Case]:
    return list(generate(count, seed, [tiny_page()], only=only))


def life(page: Page, noise: str) -> Life:
    """Four moments of a page with one noise; an event begins at the last of them."""
    made = Life(Site(page, noise, page.url, Pool([page])), noise, [100, 200, 300, 400])
    made.add(NOISES[noise], 0 if NOISES[noise].kind == "process" else 3)
    return made


def test_it_makes_the_same_histories_from_the_same_seed() -> None:
    assert histories(12) == histories(12)


def test_it_makes_other_histories_from_another_seed() -> None:
    assert histories(3, seed=1) != histories(3, seed=2)


def test_it_makes_both_attacks_and_harmless_steps() -> None:
    made = histories(40)
    assert {case.twin is None for case in made} == {True, False}


def test_it_gives_every_attack_a_twin_that_is_another_page() -> None:
    for case in (case for case in histories(40) if case.twin is not None):
        seen = [(case.current, case.twin), *((view.current, view.twin) for view in case.views)]
        assert any(current != twin for current, twin in seen), case.kind


def test_it_dates_the_fetches_one_after_the_other() -> None:
    for case in histories(20):
        moments = [shot.at for shot in (*case.baselines, case.current)]
        assert all(first < second for first, second in pairwise(moments))


def test_it_gives_two_to_eight_baselines() -> None:
    assert {len(case.baselines) for case in histories(60)} == set(range(2, 9))


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_an_attack_changes_what_a_parser_reads(name: str) -> None:
    """The attack isn't lost in a comment, and another attack isn't taken in its place."""
    kinds = [case.kind for case in histories(4, only=name)]
    assert name in kinds


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_an_attack_takes_nothing_but_its_seed(name: str) -> None:
    made = life(tiny_page(), "clock")
    source = made.show(3)
    strike = ATTACKS[name].strike
    once = strike(made.site, Document(source), Random(5))
    assert once == strike(made.site, Document(source), Random(5))


@pytest.mark.parametrize("name", ORDINARY)
def test_a_noise_leaves_the_page_readable(name: str) -> None:
    page = tiny_page()
    made = life(page, name)
    for step in range(4):
        root = lxml_html.document_fromstring(made.show(step))
        assert root.find("body") is not None
        assert "mill" in root.text_content()


@pytest.mark.parametrize("name", [name for name, noise in NOISES.items() if noise.kind == "event"])
def test_an_event_does_not_show_before_it_happens(name: str) -> None:
    made = life(tiny_page(), name)
    assert made.show(0) == made.show(2) == made.site.page.source


@pytest.mark.parametrize("name", sorted(NOISES))
def test_a_noise_is_the_same_each_time_it_is_shown(name: str) -> None:
    assert life(tiny_page(), name).show(3) == life(tiny_page(), name).show(3)


def test_noise_goes_where_visitors_see_it() -> None:
    """A widget in a hidden block would make ordinary advertisements look like hidden links."""
    page = tiny_page()
    hidden = next(e for e in page.document.elements if e.attributes.get("class") == "secret")
    for seed in range(60):
        site = Site(page, str(seed), page.url, Pool([page]))
        spot = site.place(Random(seed))
        assert spot is None or not hidden.start < spot < hidden.end


def test_two_noises_never_write_over_each_other() -> None:
    site = Site(tiny_page(), "s", "https://www.mill-museum.org/", Pool([tiny_page()]))
    assert site.take(10, 20)
    assert not site.take(15, 30)
    assert not site.take(15, 15)
    assert site.take(20, 30)


def test_it_writes_what_the_judge_reads(tmp_path: Path) -> None:
    lines = write(iter(histories(6)), tmp_path)
    asked = [json.loads(line) for line in (tmp_path / "cases.jsonl").read_text().splitlines()]
    told = [json.loads(line) for line in (tmp_path / "labels.jsonl").read_text().splitlines()]
    assert lines == len(asked) == len(told)
    assert [question["id"] for question in asked] == [label["id"] for label in told]
    assert all(Path(question["current"]["path"]).is_file() for question in asked)


def test_a_page_is_written_in_its_own_encoding() -> None:
    page = tiny_page("iso-8859-1")
    case = next(generate(1, 3, [page]))
    assert case.baselines[0].body.decode("iso-8859-1").count("©") >= 1


def test_it_reads_real_pages_out_of_a_package() -> None:
    package = next(package for package in PACKAGES if package.name == "startbootstrap-clean-blog")
    try:
        fetch(package)
    except (OSError, ValueError) as error:
        pytest.skip(f"the registry's package can't be had here: {error}")
    pages, missing = load((package,))
    assert not missing
    assert len(pages) >= 3
    assert {page.language for page in pages} == {"en"}
