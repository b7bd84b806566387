"""Which items of two lists are the same ones: what stayed, by their places in both.

Unique items found in both anchor the comparison (the patience method), and between anchors the shortest way
of changes is walked (Myers, "An O(ND) Difference Algorithm", 1986). Work is counted in steps, never in
seconds: when the steps are used up, what lies between two anchors counts as replaced altogether.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from itertools import pairwise
from math import isqrt

Pairs = list[tuple[int, int]]


class Budget:
    """Steps that may still be taken; one is about 0.3 µs."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def take(self, steps: int) -> None:
        self.left = max(0, self.left - steps)

    def farthest(self, most: int) -> int:
        """The number of changes that can be walked: the way to `d` changes takes about d² steps."""
        return min(most, isqrt(self.left))


def align(before: Sequence[Hashable], after: Sequence[Hashable], budget: Budget) -> Pairs:
    """Places (in before, in after) of the items that stayed, both rising."""
    anchors = [(-1, -1), *_anchors(before, after), (len(before), len(after))]
    pairs: Pairs = []
    for (old, new), (next_old, next_new) in pairwise(anchors):
        if old >= 0:
            pairs.append((old, new))
        pairs.extend(_between(before, after, (old + 1, next_old), (new + 1, next_new), budget))
    return pairs


def _anchors(before: Sequence[Hashable], after: Sequence[Hashable]) -> Pairs:
    """Items that each list has once, as the longest run that rises in both."""
    places = _once(before)
    others = _once(after)
    shared = [(place, others[item]) for item, place in places.items() if item in others]
    tails: list[int] = []
    ends: list[int] = []
    previous = [-1] * len(shared)
    for index, (_old, new) in enumerate(shared):
        at = bisect_left(tails, new)
        previous[index] = ends[at - 1] if at else -1
        tails[at : at + 1] = [new]
        ends[at : at + 1] = [index]
    chain: Pairs = []
    index = ends[-1] if ends else -1
    while index >= 0:
        chain.append(shared[index])
        index = previous[index]
    return chain[::-1]


def _once(items: Sequence[Hashable]) -> dict[Hashable, int]:
    """Items that stand there exactly once, with their places, in order."""
    first: dict[Hashable, int] = {}
    again: set[Hashable] = set()
    for place, item in enumerate(items):
        if item in first:
            again.add(item)
        else:
            first[item] = place
    return {item: place for item, place in first.items() if item not in again}


def _between(
    before: Sequence[Hashable],
    after: Sequence[Hashable],
    old: tuple[int, int],
    new: tuple[int, int],
    budget: Budget,
) -> Pairs:
    """What stayed in one stretch: equal beginnings and ends at once, the rest by walking."""
    (low, high), (new_low, new_high) = old, new
    head: Pairs = []
    while low < high and new_low < new_high and before[low] == after[new_low]:
        head.append((low, new_low))
        low, new_low = low + 1, new_low + 1
    tail: Pairs = []
    while low < high and new_low < new_high and before[high - 1] == after[new_high - 1]:
        high, new_high = high - 1, new_high - 1
        tail.append((high, new_high))
    walked = shortest(before[low:high], after[new_low:new_high], budget) if low < high else []
    return [*head, *((low + x, new_low + y) for x, y in walked), *reversed(tail)]


def shortest(before: Sequence[Hashable], after: Sequence[Hashable], budget: Budget, most: int = 600) -> Pairs:
    """What stayed on the shortest way of at most `most` changes; nothing when there is none so short."""
    far = budget.farthest(min(most, len(before) + len(after)))
    reach = {1: 0}
    trail: list[dict[int, int]] = []
    for changes in range(far + 1):
        trail.append(reach)
        reach = dict(reach)
        for line in range(-changes, changes + 1, 2):
            down = line == -changes or (line != changes and reach[line - 1] < reach[line + 1])
            x = reach[line + 1] if down else reach[line - 1] + 1
            y = x - line
            start = x
            while x < len(before) and y < len(after) and before[x] == after[y]:
                x, y = x + 1, y + 1
            budget.take(1 + (x - start) // 4)
            reach[line] = x
            if x >= len(before) and y >= len(after):
                budget.take(changes * changes // 2)
                return _walk_back(trail, len(before), len(after))
    budget.take(far * far // 2)
    return []


def _walk_back(trail: list[dict[int, int]], x: int, y: int) -> Pairs:
    """The diagonal steps of the way found, from its end to its beginning."""
    pairs: Pairs = []
    for changes in range(len(trail) - 1, -1, -1):
        reach, line = trail[changes], x - y
        down = line == -changes or (line != changes and reach[line - 1] < reach[line + 1])
        from_line = line + 1 if down else line - 1
        from_x = reach[from_line]
        from_y = from_x - from_line
        while x > from_x and y > from_y and x > 0 and y > 0:
            x, y = x - 1, y - 1
            pairs.append((x, y))
        x, y = from_x, from_y
    return pairs[::-1]


def common(before: str, after: str, most: int) -> int:
    """The length of the common beginning, by halving: comparing slices is far faster than characters."""
    low, high = 0, most
    while low < high:
        half = (low + high + 1) // 2
        if before[low:half] == after[low:half]:
            low = half
        else:
            high = half - 1
    return low


def common_end(before: str, after: str, most: int) -> int:
    """The length of the common end, likewise."""
    low, high = 0, most
    while low < high:
        half = (low + high + 1) // 2
        if before[len(before) - half : len(before) - low] == after[len(after) - half : len(after) - low]:
            low = half
        else:
            high = half - 1
    return low
