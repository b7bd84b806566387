"""Routes that cost little at the start: what builds a route's URLs is made when the first one is wanted."""

from __future__ import annotations

from collections.abc import Callable

from werkzeug.routing import Rule


class LateRule(Rule):
    """A route whose two URL builders are compiled late.

    Werkzeug makes Python code of each of them as the route is added: for our 545 routes that is 0.15 s of
    every start and of every command, and a process builds the URLs of a few of them only.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compile_now = super()._compile_builder
        compiled: list[Callable[..., tuple[str, str]]] = []

        def build(rule: Rule, /, **values: object) -> tuple[str, str]:
            if not compiled:
                compiled.append(compile_now(append_unknown))
            return compiled[0](rule, **values)

        return build
