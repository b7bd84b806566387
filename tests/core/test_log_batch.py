"""Lines that are written together: none lost, none doubled, in their order."""

from __future__ import annotations

import io
import logging
import threading

import pytest

from app.core.log import JsonFormatter, TextFormatter, start_context
from app.core.log_batch import Batched


@pytest.fixture(autouse=True)
def nothing_bound() -> None:
    start_context()


class Target(logging.StreamHandler[io.StringIO]):
    """Says when something was written."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__(io.StringIO())
        self.setFormatter(formatter)
        self.wrote = threading.Event()
        self.writes = 0

    def emit(self, record: logging.LogRecord) -> None:
        super().emit(record)
        self.writes += 1
        self.wrote.set()

    @property
    def events(self) -> list[str]:
        return [line.split(" ")[-1] for line in self.stream.getvalue().splitlines()]


def tell(handler: logging.Handler, *events: str) -> None:
    for event in events:
        handler.handle(logging.LogRecord("t", logging.INFO, "", 0, event, (), None))


def test_lines_wait_for_each_other_and_are_written_in_one_go() -> None:
    target = Target(TextFormatter())
    handler = Batched(target, seconds=0.01)
    tell(handler, "one", "two")
    assert target.wrote.wait(10)
    assert target.events == ["one", "two"]
    assert target.writes == 1


def test_no_more_wait_than_may() -> None:
    target = Target(TextFormatter())
    handler = Batched(target, seconds=3600, most=2)
    tell(handler, "one", "two", "three")
    assert target.events == ["one", "two"]
    handler.flush()
    assert target.events == ["one", "two", "three"]


def test_nothing_is_written_where_nothing_waits() -> None:
    target = Target(TextFormatter())
    Batched(target).flush()
    assert target.writes == 0


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_a_line_is_what_its_formatter_makes_of_it_alone(formatter: logging.Formatter) -> None:
    record = logging.LogRecord("t", logging.INFO, "", 0, "token=abc", (), None)
    target = Target(formatter)
    handler = Batched(target, seconds=3600)
    handler.handle(record)
    handler.flush()
    assert target.stream.getvalue() == formatter.format(record) + "\n"
