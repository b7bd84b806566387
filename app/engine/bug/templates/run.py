"""One run of one template against one site.

1. The template's variables get their values, once.
2. Blocks run in the order of the flow, or one after the other; what their extractors took is for later ones.
3. A block runs once for each set of payloads. Its requests go out in order; answers are numbered, so that an
   expression may look at `body_1` and `status_code_2` together. Of a chain of redirects every answer is
   looked at, the last one first.
4. What a random address of the site would be told too is dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from random import Random
from typing import Any

from app.engine.bug.http.cookies import Jar
from app.engine.bug.templates.answers import named_values, values_of
from app.engine.bug.templates.fetch import Chain, Fetch
from app.engine.bug.templates.functions.random import randstr
from app.engine.bug.templates.hits import Event
from app.engine.bug.templates.judge import Outcome, judge
from app.engine.bug.templates.nodes import Scope
from app.engine.bug.templates.payloads import combinations
from app.engine.bug.templates.placeholders import UnresolvedError, fill
from app.engine.bug.templates.requesting import request_of
from app.engine.bug.templates.twins import Twins
from app.engine.bug.templates.types import Block, Step, Template
from app.engine.bug.types import Response

MAX_EVENTS = 25
_MAX_ITERATED = 20
_RANDOM_NAMES = 20


class Run:
    """`events` are what was found so far; `trouble` says why a request was not sent: (reason, what)."""

    def __init__(
        self,
        template: Template,
        fetch: Fetch,
        twins: Twins,
        address: Mapping[str, str],
        seed: str,
        now: float,
    ) -> None:
        self.events: list[Event] = []
        self.trouble: tuple[str, str] | None = None
        self._template = template
        self._fetch = fetch
        self._twins = twins
        self._random = Random(f"{seed}:{template.id}")  # noqa: S311 – names that nobody has used, no secrets
        self._now = now
        self._jar = Jar()
        self._values: dict[str, Any] = {**address, **self._random_names()}
        self._deferred: list[tuple[str, str]] = []
        for name, text in template.variables:
            try:
                self._values[name] = fill(text, self._scope({}))
            except UnresolvedError:
                self._deferred.append((name, text))

    def run(self) -> None:
        """Raises ScanOverError; what was found before it stands in `events`."""
        if self._template.flow is not None:
            self._template.flow.holds(self._wanted)
            return
        for block in self._template.blocks:
            self._block(block)
            if self.events and self._template.stops_at_first:
                return

    def _random_names(self) -> dict[str, str]:
        names = ("randstr", *(f"randstr_{number}" for number in range(_RANDOM_NAMES)))
        return {name: randstr(Scope({}, self._random)) for name in names}

    def _wanted(self, names: tuple[str, ...]) -> bool:
        blocks = self._template.blocks
        chosen = [self._named(name) for name in names] if names else list(blocks)
        # Each runs, whether the one before it held or not.
        held = [self._block(block) for block in chosen]
        return all(held)

    def _named(self, name: str) -> Block:
        for block in self._template.blocks:
            if block.id == name:
                return block
        return self._template.blocks[int(name) - 1]

    def _scope(self, values: Mapping[str, Any], at: float = 0.0) -> Scope:
        """What is known, and the variables that can be told by now of what was extracted or is a payload."""
        scope = Scope({**self._values, **values}, self._random, at or self._now)
        told: dict[str, str] = {}
        for name, text in self._deferred:
            with suppress(UnresolvedError):
                told[name] = fill(text, Scope({**scope.values, **told}, self._random, scope.now))
        return Scope({**scope.values, **told}, self._random, scope.now) if told else scope

    def _block(self, block: Block) -> bool:
        """Whether the block holds, for the flow."""
        holds = False
        for count, payload in enumerate(combinations(block.payloads, block.attack)):
            filled = {name: fill(value, self._scope({}), keeps=True) for name, value in payload.items()}
            holds = _Sequence(self, block, filled, is_first=not count).run(0, {}) or holds
            if self._is_enough(block):
                break
        return holds

    def _is_enough(self, block: Block) -> bool:
        stops = block.stops_at_first or self._template.stops_at_first
        return bool(self.events and stops) or len(self.events) >= MAX_EVENTS

    def ask(self, block: Block, step: Step, values: Mapping[str, Any]) -> Chain:
        """Raises UnresolvedError, ScanOverError."""
        request = request_of(step, self._scope(values), keeps=block.allows_unresolved)
        return self._fetch.chain(request, block.redirects, self._jar if block.keeps_cookies else None)

    def look(self, block: Block, chain: Chain, values: Mapping[str, Any], number: int) -> Outcome:
        """What the block's operators say of the answers; what is worth telling becomes an event."""
        outcome = Outcome()
        for response in reversed(chain):
            if response.error:
                self._note(response)
                continue
            scope = self._scope({**values, **values_of(response, number, block.max_size)}, response.at)
            seen = judge(block.operators, scope)
            outcome.taken = {**seen.taken, **outcome.taken}
            if seen.is_match and self._twins.say_the_same(
                block, chain, response, self._scope(values), number
            ):
                continue
            outcome.holds = outcome.holds or seen.holds
            if seen.is_match:
                self.events.append(Event(response, seen))
                break
        return outcome

    def keep(self, taken: Mapping[str, list[str]]) -> None:
        self._values.update({name: values[0] for name, values in taken.items()})

    def keep_answer(self, block: Block, response: Response) -> None:
        """Later blocks know the answer by the block's id, or by its number: `http_1_body`."""
        if len(self._template.blocks) > 1:
            number = self._template.blocks.index(block) + 1
            self._values.update(named_values(f"http_{number}", response))
            self._values.update(named_values(block.id, response) if block.id else {})

    def is_enough(self, block: Block) -> bool:
        return self._is_enough(block)

    def note_unresolved(self, name: str) -> None:
        self.trouble = self.trouble or ("variable", name)

    def _note(self, response: Response) -> None:
        if response.error == "out_of_scope":
            self.trouble = self.trouble or ("other-host", response.url)


class _Sequence:
    """The requests of a block with one set of payloads."""

    def __init__(self, run: Run, block: Block, payload: Mapping[str, str], *, is_first: bool) -> None:
        self._run = run
        self._block = block
        self._payload = payload
        self._is_first = is_first

    def run(self, start: int, history: Mapping[str, Any]) -> bool:
        holds = False
        history = dict(history)
        for place in range(start, len(self._block.steps)):
            step = self._block.steps[place]
            if step.once and not self._is_first:
                continue
            try:
                chain = self._run.ask(self._block, step, {**history, **self._payload})
            except UnresolvedError as error:
                self._run.note_unresolved(error.name)
                continue
            outcome = self._run.look(self._block, chain, {**history, **self._payload}, place + 1)
            holds = outcome.holds or holds
            self._run.keep(outcome.taken)
            if chain[-1].error is None:
                history |= _numbered(chain[-1], place + 1, self._block.max_size)
                self._run.keep_answer(self._block, chain[-1])
            if self._run.is_enough(self._block):
                return holds
            if self._block.iterates_all and any(len(values) > 1 for values in outcome.taken.values()):
                return self._iterated(place + 1, history, outcome.taken) or holds
        return holds

    def _iterated(self, start: int, history: Mapping[str, Any], taken: Mapping[str, list[str]]) -> bool:
        """The requests that are left, for each of the values that were taken."""
        holds = False
        name, values = max(taken.items(), key=lambda pair: len(pair[1]))
        for value in values[:_MAX_ITERATED]:
            self._run.keep({name: [value]})
            holds = self.run(start, history) or holds
            if self._run.is_enough(self._block):
                break
        return holds


def _numbered(response: Response, number: int, max_size: int) -> dict[str, Any]:
    ending = f"_{number}"
    return {
        name: value for name, value in values_of(response, number, max_size).items() if name.endswith(ending)
    }
