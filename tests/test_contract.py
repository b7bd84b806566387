"""The API keeps to its own document: each operation is tried once or twice, by an owner and by a viewer.

`python -m tests.fuzz.contract` tries the same for longer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.fuzz.contract import attack, fill
from tests.stack import Stack, running_stack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]
FEW = ("--phases", "examples,fuzzing", "--max-examples", "1", "--seed", "1", "--no-shrink")


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running_stack() as stack:
        yield stack


@pytest.fixture(scope="module")
def world(stack: Stack) -> dict[str, Any]:
    return fill(stack)


@pytest.mark.parametrize(("role", "way"), [("viewer", "session"), ("owner", "bearer")])
def test_every_operation_keeps_to_its_document(
    stack: Stack, world: dict[str, Any], role: str, way: str
) -> None:
    status, said = attack(stack, world, role, way, FEW)
    assert status == 0, said[-20_000:]
