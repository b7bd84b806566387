"""How a bench tells its figures: one JSON object a line, with what it was measured against and its goal."""

from __future__ import annotations

import json


class Figures:
    """Prints figures of one bench and remembers whether all held their goals.

    A line is {"bench", "figure", "value", "unit", "against", "goal", "holds"}; `against` is the baseline's
    figure of the same run, in the same unit; what does not apply is null.
    """

    def __init__(self, bench: str) -> None:
        self._bench = bench
        self.is_met = True

    def tell(
        self,
        figure: str,
        value: float,
        unit: str,
        *,
        most: float | None = None,
        least: float | None = None,
        against: float | None = None,
    ) -> None:
        goal = f"<= {most:g}" if most is not None else f">= {least:g}" if least is not None else None
        holds = (
            None if goal is None else (most is None or value <= most) and (least is None or value >= least)
        )
        self.is_met = self.is_met and holds is not False
        line = {
            "bench": self._bench,
            "figure": figure,
            "value": round(value, 4),
            "unit": unit,
            "against": against,
            "goal": goal,
            "holds": holds,
        }
        print(json.dumps(line), flush=True)
