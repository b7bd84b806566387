"""What one page goes through: its noise, its fixtures, and what is fetched of it at each moment."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.tamper.corpus.markup import Edit, apply
from tests.tamper.corpus.noise.registry import Noise, Transform
from tests.tamper.corpus.site import Moment, Render, Site

# What stands before the whole page for a moment, and the status it comes with.
WALLS = {
    "maintenance": (200, 503),
    "consent_wall": (200,),
    "bot_challenge": (403, 503),
    "gateway_error": (502, 504),
}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One fetch: the body as sent, and when."""

    body: bytes
    at: int
    content_type: str
    status: int = 200


@dataclass(slots=True)
class Life:
    """Everything that happens to one page over its history."""

    site: Site
    seed: str
    moments: list[int]
    renders: list[tuple[Noise, int, Render]] = field(default_factory=list)
    transforms: list[tuple[Noise, int, Transform]] = field(default_factory=list)
    fixtures: list[Edit] = field(default_factory=list)

    @property
    def last(self) -> int:
        return len(self.moments) - 1

    def names(self, *, begun_at: int | None = None) -> list[str]:
        both = [(n, s) for n, s, _ in self.renders] + [(n, s) for n, s, _ in self.transforms]
        return [n.name for n, s in both if begun_at is None or (s == begun_at and n.kind != "process")]

    def add(self, noise: Noise, step: int) -> None:
        if noise.transform is not None:
            self.transforms.append((noise, step, noise.transform(self.site)))
        elif noise.make is not None and (render := noise.make(self.site)) is not None:
            self.renders.append((noise, step, render))

    def show(self, step: int, view: str = "") -> str:
        moment = Moment(step, self.moments[step], self.last, self.seed + view)
        edits = list(self.fixtures)
        for noise, begun, render in self.renders:
            if _is_on(noise, begun, step):
                edits += render(moment)
        source = apply(self.site.doc.source, edits)
        for noise, begun, transform in self.transforms:
            if _is_on(noise, begun, step):
                source = transform(source, moment)
        return source

    def snapshot(self, source: str, step: int) -> Snapshot:
        encoding = self.site.page.encoding
        if any(n.name == "charset_changed" and _is_on(n, begun, step) for n, begun, _ in self.transforms):
            encoding = "utf-8"
        body = source.encode(encoding, "xmlcharrefreplace")
        told = self.site.rng("told").random() < 0.7 or encoding == "utf-8"
        kind = "text/html; charset=" + encoding if told else "text/html"
        return Snapshot(body, self.moments[step], kind, self._status(step))

    def _status(self, step: int) -> int:
        for noise, begun, _ in self.transforms:
            if noise.name in WALLS and _is_on(noise, begun, step):
                return self.site.rng("status").choice(WALLS[noise.name])
        return 200


def _is_on(noise: Noise, begun: int, step: int) -> bool:
    return step == begun if noise.kind == "moment" else step >= begun
