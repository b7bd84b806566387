"""How a bench tells its figures: one JSON object a line, with its target where it has one."""

from __future__ import annotations

import json


class Figures:
    """Prints figures of one bench and remembers whether all met their targets."""

    def __init__(self, bench: str) -> None:
        self._bench = bench
        self.is_met = True

    def tell(
        self, figure: str, value: float, unit: str, *, most: float | None = None, least: float | None = None
    ) -> None:
        line: dict[str, object] = {
            "bench": self._bench,
            "figure": figure,
            "value": round(value, 4),
            "unit": unit,
        }
        if most is not None or least is not None:
            is_met = (most is None or value <= most) and (least is None or value >= least)
            line.update({"most": most, "least": least, "ok": is_met})
            self.is_met = self.is_met and is_met
        print(json.dumps({key: kept for key, kept in line.items() if kept is not None}), flush=True)
