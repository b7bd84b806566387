"""Two versions side by side: what is marked, what is folded, and that no page makes it slow."""

from __future__ import annotations

import pytest

from app.engine.tamper.compare import Comparison, Row, compare_sources, compare_text
from tests.bounded import within_cpu

PAGE = "<html><body>" + "".join(f"<p>Line number {n}</p>" for n in range(200)) + "</body></html>"


def kinds(found: Comparison) -> list[str]:
    return [row.kind for row in found.rows]


def said(row: Row) -> tuple[str, str]:
    return "".join(span.text for span in row.before), "".join(span.text for span in row.after)


def marked(row: Row) -> tuple[list[str], list[str]]:
    return (
        [span.text for span in row.before if span.changed],
        [span.text for span in row.after if span.changed],
    )


def test_equal_pages_have_no_rows() -> None:
    assert compare_sources(PAGE, PAGE) == Comparison()
    assert compare_text("a\nb", "a\nb").is_same


def test_a_changed_word_is_marked_inside_its_line() -> None:
    found = compare_text("Shop\nCall 0123 456", "Shop\nCall 0199 456")
    assert kinds(found) == ["same", "changed"]
    assert marked(found.rows[1]) == (["0123"], ["0199"])


def test_chinese_is_marked_character_by_character() -> None:
    (row,) = compare_text("欢迎来到我们的网站", "欢迎来到我们博彩网站").rows
    assert marked(row) == (["的"], ["博彩"])


def test_a_line_that_came_and_one_that_went_are_told_apart() -> None:
    found = compare_text("one\ntwo\nthree", "one\nthree\nentirely other words")
    assert kinds(found) == ["same", "removed", "same", "added"]
    assert (found.added, found.removed, found.changed) == (1, 1, 0)


def test_long_runs_that_stayed_are_folded_with_their_length() -> None:
    before = "\n".join(map(str, range(100)))
    found = compare_text(before, before.replace("\n50\n", "\nfifty\n"), context=2)
    assert [row.hidden for row in found.rows if row.kind == "gap"] == [48, 47]
    assert len(found.rows) == 8


def test_a_page_on_one_line_gives_readable_rows() -> None:
    middle = PAGE.index("<p>Line number 100<")
    found = compare_sources(
        PAGE, PAGE[:middle] + '<script src="//evil.example/x.js"></script>' + PAGE[middle:]
    )
    (row,) = (row for row in found.rows if row.kind == "added")
    assert said(row) == ("", '<script src="//evil.example/x.js"></script>')
    assert kinds(found)[0] == kinds(found)[-1] == "gap"


def test_rows_of_a_source_carry_the_number_of_its_line() -> None:
    before = "\n".join(f"<p>{n}</p>" for n in range(1, 501))
    (row,) = (
        row for row in compare_sources(before, before.replace(">300<", ">3OO<")).rows if row.kind == "changed"
    )
    assert (row.before_no, row.after_no) == (300, 300)


def test_an_injected_statement_does_not_mark_the_whole_script() -> None:
    before = "<script>var a=1;var b=2;go(a,b);</script>"
    found = compare_sources(before, before.replace("go(", "steal(document.cookie);go("))
    assert [said(row)[1] for row in found.rows if row.kind == "added"] == ["steal(document.cookie);"]


def test_hidden_characters_are_named() -> None:
    (row,) = compare_text("pay here", "pay \u202ehere\u200b").rows
    assert [(span.text, span.hidden) for span in row.after if span.hidden] == [
        ("U+202E", True),
        ("U+200B", True),
    ]


def test_persian_keeps_its_joiners() -> None:
    found = compare_text("", "می\u200cخواهم")
    assert not any(span.hidden for row in found.rows for span in row.after)


def test_a_long_line_is_cut_to_its_changed_part() -> None:
    before = "".join(chr(97 + n % 26) for n in range(5000))
    found = compare_text(before + " first " + before, before + " other " + before)
    assert all(len(text) < 700 for row in found.rows for text in said(row))
    assert any("…" in text for row in found.rows for text in said(row))


def test_rows_are_limited_and_the_counts_are_not() -> None:
    found = compare_text(
        "\n".join(f"a{n}" for n in range(2000)), "\n".join(f"b{n}" for n in range(2000)), max_rows=50
    )
    assert len(found.rows) == 50 and found.is_cut
    assert found.removed + found.changed == 2000


def test_a_comparison_rebuilds_both_pages_when_nothing_is_folded() -> None:
    before, after = "a\nb\nc\nd\nb\ne", "b\nx\nc\nb\nb\ne\nf"
    rows = compare_text(before, after, context=99).rows
    assert "\n".join(said(row)[0] for row in rows if row.before) == before
    assert "\n".join(said(row)[1] for row in rows if row.after) == after


HOSTILE = {
    "no tags": ("a" * 5_000_000, "b" * 5_000_000),
    "only tags": ("<a" * 2_500_000, "<b" * 2_500_000),
    "the same tag": ("<p>a</p><p>b</p>" * 300_000, "<p>b</p><p>a</p><p>c</p>" * 200_000),
    "only line ends": ("x" + "\n" * 5_000_000, "y" + "\n" * 4_999_999 + "z"),
    "only hidden": ("\u202e" * 3_000_000, "\u200b" * 3_000_000),
    "only statements": ("<script>" + "a;" * 2_000_000, "<script>" + "b;" * 2_000_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_of_5_mb_takes_bounded_time(name: str) -> None:
    # A quiet core needs at most 0.7 s; a crowded one gets the benefit of the doubt.
    with within_cpu(7):
        found = compare_sources(*HOSTILE[name])
    assert found.rows
    assert sum(len(span.text) for row in found.rows for span in (*row.before, *row.after)) < 600_000


def test_a_small_change_of_a_5_mb_page_is_found_at_once() -> None:
    before = "<html>" + "".join(f"<p>{n} some words of text</p>" for n in range(150_000))
    with within_cpu(1):
        found = compare_sources(before, before + "<iframe src=//evil.example>")
    assert found.added == 1
